import { connect } from 'node:net';
import path from 'node:path';
import { parseCommandLine } from '../../../src/cli/command-line.ts';
import { checkHealth, type Credentials } from '../../../src/cli/health-check.ts';
import { startPushgate, type RunningServer } from '../../support/server.ts';
import type { Container, Probe } from './workload.ts';

/** Mount paths of the container, and the folders of this machine that stand for them. */
export type Mounts = Readonly<Record<string, string>>;

/** A container of a rendered pod as a process of this machine: the real server with the very arguments, but for its port and its folders. */
export class Pod {
  readonly #server: RunningServer;
  readonly #container: Container;
  readonly #args: readonly string[];

  private constructor(server: RunningServer, container: Container, args: readonly string[]) {
    this.#server = server;
    this.#container = container;
    this.#args = args;
  }

  static async start(container: Container, mounts: Mounts = {}): Promise<Pod> {
    const args = (container.args ?? [])
      .filter((arg) => !arg.startsWith('--web.listen-address'))
      .map((arg) => Object.entries(mounts).reduce((text, [mount, folder]) => text.replace(`=${mount}/`, `=${folder}/`), arg));
    return new Pod(await startPushgate(args), container, args);
  }

  get server(): RunningServer {
    return this.#server;
  }

  /** What the kubelet would find, probe by probe. */
  async probe(credentials: Credentials | null = null): Promise<Readonly<Record<string, boolean>>> {
    const { startupProbe, livenessProbe, readinessProbe } = this.#container;
    const outcomes: Record<string, boolean> = {};
    for (const [name, probe] of Object.entries({ startup: startupProbe, liveness: livenessProbe, readiness: readinessProbe })) {
      if (probe !== undefined) outcomes[name] = await this.#ask(probe, credentials);
    }
    return outcomes;
  }

  async #ask({ httpGet, tcpSocket, exec }: Probe, credentials: Credentials | null): Promise<boolean> {
    if (httpGet !== undefined) return (await fetch(this.#server.url + httpGet.path)).status === 200;
    if (tcpSocket !== undefined) return accepts(this.#server.port);
    const [node, script = '', ...options] = exec?.command ?? [];
    if (node !== 'node' || path.basename(script) !== 'health-check.js') throw new Error(`cannot run ${JSON.stringify(exec)}`);
    // Not the script itself: beside the other servers of this machine it would find another one.
    const commandLine = parseCommandLine([...this.#args, `--web.listen-address=127.0.0.1:${this.#server.port}`]);
    if (commandLine.kind !== 'serve') throw new Error(commandLine.stderr);
    const question = options.includes('--ready') ? 'ready' : 'healthy';
    return (await checkHealth(commandLine.flags, question, credentials)).isGood;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
