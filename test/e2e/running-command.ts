import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach } from 'vitest';

export const pushgateBin: string = path.join(import.meta.dirname, '..', '..', 'bin', 'pushgate.js');

/** A command of Pushgate in a process of its own. */
export interface RunningCommand {
  readonly child: ChildProcess;
  /** All that it has printed so far. */
  stdout(): string;
  stderr(): string;
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
}

/** Starts commands that are killed at the end of each test, if they still run then. Call at the top of a file. */
export function useCommands(): (args: readonly string[], options?: { stdin?: string; env?: NodeJS.ProcessEnv }) => RunningCommand {
  const children = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
  });
  return (args, { stdin = '', env = {} } = {}) => {
    const child = spawn(process.execPath, [pushgateBin, ...args], { env: { ...process.env, ...env } });
    children.add(child);
    const texts = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
    child.stdin.on('error', () => {}).end(stdin);
    const ended = new Promise<Awaited<RunningCommand['ended']>>((resolve) => {
      child.once('close', (code, signal) => {
        children.delete(child);
        resolve({ code, signal, ...texts });
      });
    });
    return { child, stdout: () => texts.stdout, stderr: () => texts.stderr, ended };
  };
}

/** A gateway that answers as the test says, gone at the end of the test. Call at the top of a file. */
export function useFakeGateway(): (listener: RequestListener) => Promise<string> {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });
  return (listener) =>
    new Promise((resolve) => {
      const server = createServer(listener);
      closing.push(() => {
        server.closeAllConnections();
        server.close();
      });
      server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    });
}

/** The samples on a gateway's page that have these words in them, `name{labels}` to value. */
export async function readSamples(url: string, ...words: string[]): Promise<Record<string, number>> {
  const page = await (await fetch(`${url}/metrics`)).text();
  const lines = page.split('\n').filter((line) => !line.startsWith('#') && words.every((word) => line.includes(word)));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}
