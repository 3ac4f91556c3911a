import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildProgram, type BuiltProgram, goOffline, type Program } from '../../support/program.ts';

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

const execute = promisify(execFile);
const renderMsMax = 60_000;
const outputBytesMax = 64 * 1024 * 1024;

/**
 * The program of `kube-check/`: Helm, Kustomize and the checks of the Kubernetes API server, offline. It takes a good minute of both cores
 * where Go has compiled none of it before. Debian's Go is too old for it, so it is no package of Debian that may be missing.
 */
const program: Program = {
  folder: path.join(import.meta.dirname, 'kube-check'),
  tools: [['go', 'version']],
  fetch: () => [['go', 'mod', 'download']],
  compile: (out) => [['env', ...goOffline, 'go', 'build', '-ldflags=-s -w', '-o', path.join(out, 'kube-check'), '.']],
};

/** To be called before the tests of a file are listed. */
export function buildKubeCheck(): Promise<BuiltProgram> {
  return buildProgram(program);
}

/** Renders and judges with the program that was built, one answer for each request. */
export async function render(kubeCheck: BuiltProgram, ...requests: readonly RenderRequest[]): Promise<readonly Rendering[]> {
  assert(kubeCheck.kind === 'built', 'kube-check was left out');
  const running = execute(path.join(kubeCheck.out, 'kube-check'), [], { timeout: renderMsMax, maxBuffer: outputBytesMax });
  running.child.stdin?.end(JSON.stringify(requests));
  const { stdout } = await running;
  return JSON.parse(stdout) as readonly Rendering[];
}
