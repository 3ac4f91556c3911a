import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { collectionFailure } from '../errors.ts';
import { commandErrorBytesMax, commandOutputBytesMax, killGraceMs, quotedLineCharsMax } from '../limits.ts';

export interface Program {
  /** The program and its arguments: no shell reads them. */
  readonly command: readonly string[];
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ProgramEnd {
  /** As a shell reports it: 128 and the number of the signal for one that a signal ended. */
  readonly exitCode: number;
  readonly stdout: Buffer;
  /** Its first `commandErrorBytesMax` bytes. */
  readonly stderr: string;
  /** Why it was killed; `null` if it ended by itself. */
  readonly killed: 'time limit' | 'too much output' | null;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

/**
 * Runs a program to its end and hands out what it printed. It gets a process group of its own, which is killed as a whole at `signal`, or
 * when it prints too much. Rejects with a Failure if it cannot be started.
 */
export async function runProgram({ command, directory, environment }: Program, signal: AbortSignal): Promise<ProgramEnd> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    cwd: directory,
    env: environment === undefined ? process.env : { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    let killed: ProgramEnd['killed'] = null;
    const kill = (reason: 'time limit' | 'too much output'): void => {
      killed ??= reason;
      killGroup(child);
    };
    const stdout = gather(child.stdout, commandOutputBytesMax, () => kill('too much output'));
    const stderr = gather(child.stderr, commandErrorBytesMax, () => {});
    const onAbort = (): void => kill('time limit');
    signal.addEventListener('abort', onAbort, { once: true });
    child.once('error', (cause) => {
      signal.removeEventListener('abort', onAbort);
      if (child.pid === undefined) reject(collectionFailure(explainStart(file, directory, cause), { cause }));
    });
    // What the program left running may hold its pipes open for ever.
    child.once('exit', () => setTimeout(() => endPipes(child), killGraceMs).unref());
    child.once('close', (code, ending) => {
      signal.removeEventListener('abort', onAbort);
      const exitCode = code ?? 128 + (ending === null ? 0 : constants.signals[ending]);
      resolve({ exitCode, stdout: stdout(), stderr: stderr().toString(), killed });
    });
    if (signal.aborted) onAbort();
  });
}

/** The first line of somebody else's text, shortened for a message. */
export function quoteFirstLine(text: string): string {
  const [line = ''] = text.trimStart().split('\n', 1);
  return line.trimEnd().slice(0, quotedLineCharsMax);
}

function gather(stream: Readable, bytesMax: number, onTooMuch: () => void): () => Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    const room = bytesMax - length;
    if (chunk.length > room) onTooMuch();
    if (room <= 0) return;
    chunks.push(chunk.subarray(0, room));
    length += Math.min(chunk.length, room);
  });
  stream.on('error', () => {});
  return () => Buffer.concat(chunks);
}

/** Asks first, so that a program can clean up; insists a moment later. */
function killGroup(child: Child): void {
  signalGroup(child, 'SIGTERM');
  setTimeout(() => signalGroup(child, 'SIGKILL'), killGraceMs).unref();
}

function signalGroup({ pid }: Child, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // The whole group has gone.
  }
}

function endPipes(child: Child): void {
  signalGroup(child, 'SIGKILL');
  child.stdout.destroy();
  child.stderr.destroy();
}

function explainStart(file: string, directory: string | undefined, cause: NodeJS.ErrnoException): string {
  // Node reports a working directory that is missing as a missing program.
  if (cause.code === 'ENOENT')
    return `cannot run ${file}: there is no such program${directory === undefined ? '' : `, or no directory ${directory}`}`;
  return `cannot run ${file}: ${cause.code === 'EACCES' ? 'permission denied' : cause.message}`;
}
