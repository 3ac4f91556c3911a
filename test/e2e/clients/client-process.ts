import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Command } from '../../support/program.ts';

/** What a client's program is asked to do: one line of its stdin. Fields must not have tabs or line feeds in them. */
export interface PushRequest {
  readonly operation: 'push' | 'pushadd' | 'delete';
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  /** `all` of the common metrics, or one gauge as `name=value`. */
  readonly metrics: string;
  readonly job: string;
  readonly labels: Readonly<Record<string, string>>;
}

const answerMsMax = 15_000;
const stderrCharsMax = 4096;

/** A running program of a client. It answers each line with one: `ok`, or `error` and what the client's own error says. */
export class ClientProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string, undefined>;
  #stderr = '';

  constructor([command, ...args]: Command, env: Readonly<Record<string, string>>) {
    this.#child = spawn(command, args, { env: { ...process.env, LC_ALL: 'C.UTF-8', ...env } });
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    const keep = (text: string): void => void (this.#stderr = (this.#stderr + text).slice(-stderrCharsMax));
    this.#child.stderr.setEncoding('utf8').on('data', keep);
    this.#child.once('error', (error) => keep(error.message));
    // A program that died is told of by its missing answer.
    this.#child.stdin.on('error', () => {});
  }

  async ask({ operation, url, user = '', password = '', metrics, job, labels }: PushRequest): Promise<string> {
    const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    this.#child.stdin.write(`${[operation, url, user, password, metrics, job, ...pairs].join('\t')}\n`);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), answerMsMax);
    try {
      return await this.#readAnswer();
    } finally {
      clearTimeout(timer);
    }
  }

  /** What a client library itself prints before an error belongs to what it tells of the error. */
  async #readAnswer(): Promise<string> {
    for (let printed = ''; ;) {
      const { value: line } = await this.#answers.next();
      if (line === undefined) throw new Error(`the client ended instead of answering; it said: ${printed}${this.#stderr}`);
      if (line === 'ok') return line;
      if (line.startsWith('error ')) return `${line} ${printed}`.trimEnd();
      printed += line;
    }
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}
