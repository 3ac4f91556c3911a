import { execFile, spawnSync } from 'node:child_process';
import path from 'node:path';

/** What to render: a chart with values, a kustomization, or manifests as they are. */
export type RenderRequest =
  | { readonly chart: string; readonly release: string; readonly namespace: string; readonly values: Readonly<Record<string, unknown>> }
  | { readonly kustomization: string }
  | { readonly manifest: string };

/** What came of it. */
export interface Rendering {
  /** Nothing was rendered, and this is why. */
  readonly error?: string;
  /** What the chart tells who installs it. */
  readonly notes?: string;
  readonly objects: readonly KubeObject[];
  /** What the API server would refuse. */
  readonly problems: readonly string[];
  /** Pods that the restricted profile of the Pod Security Standards forbids. */
  readonly unrestricted: readonly string[];
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

const renderMsMax = 60_000;
const outputBytesMax = 64 * 1024 * 1024;
/** What go.mod asks for. */
const goVersionMin = [1, 26] as const;
const source = path.join(import.meta.dirname, 'kube-check');
// Where tools keep what can be made again; it is not in the tree.
const program = path.join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'pushgate', 'kube-check');

/** The longest that `buildKubeCheck` takes. */
export const buildMsMax = 400_000;

/**
 * Builds the program of `kube-check/`: Helm, Kustomize and the checks of the Kubernetes API server, offline. It takes a good minute of both
 * cores where Go has compiled none of it before, and next to nothing where it is up to date.
 */
export async function buildKubeCheck(): Promise<void> {
  await run('go', ['build', '-ldflags=-s -w', '-o', program, '.'], '', buildMsMax);
}

/** Renders and judges, one answer for each request. */
export async function render(...requests: readonly RenderRequest[]): Promise<readonly Rendering[]> {
  return JSON.parse(await run(program, [], JSON.stringify(requests), renderMsMax)) as readonly Rendering[];
}

/** Why the program cannot be built here, or null. Debian's Go is too old for it, so it is no package of Debian that is missing. */
export function whyNoKubeCheck(): string | null {
  const go = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  if (go.status !== 0) return 'go is not installed';
  const [major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(go.stdout)?.slice(1) ?? []).map(Number);
  const isNewEnough = major > goVersionMin[0] || (major === goVersionMin[0] && minor >= goVersionMin[1]);
  return isNewEnough ? null : `go is ${go.stdout.trim()}, older than ${goVersionMin.join('.')}`;
}

function run(command: string, args: readonly string[], input: string, timeout: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // What the machine says about modules in general (such as -mod=mod) is not for this one, whose sums are all here.
    const env = { ...process.env, GOFLAGS: '-mod=readonly -buildvcs=false' };
    const child = execFile(command, args, { cwd: source, env, timeout, maxBuffer: outputBytesMax }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${path.basename(command)} ended with ${error.message}\n${stderr}`));
    });
    child.stdin?.end(input);
  });
}
