import { writeSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { createSystemClock } from '../base/clock.ts';
import type { CommandEntry, CommandIo } from './commands/command.ts';
import { exitCodes } from './commands/exit-codes.ts';
import { runCommand } from './commands/run-command.ts';
import { createLogger } from './logger.ts';
import { exitOnBugs } from './serve.ts';

/** Runs a command beside `serve` with the arguments behind its name, in this process. */
export async function mainCommand(command: CommandEntry, argv: readonly string[]): Promise<void> {
  const clock = createSystemClock();
  const logger = createLogger({ level: 'warn', format: 'logfmt' });
  if (command.reportsBugs !== true) {
    exitOnBugs(logger, process, (code) => {
      logger.flush();
      process.exit(code);
    });
  }
  process.exitCode = await runCommand(command, argv, {
    ...(command.leavesStdio === true ? createPlainStdio() : openStdio()),
    clock,
    logger,
  });
}

type Stdio = Pick<CommandIo, 'stdin' | 'stdout' | 'stderr' | 'env' | 'signal'>;

function openStdio(): Stdio {
  const { stdin, stdout, stderr, env } = process;
  stderr.on('error', () => {});
  return { stdin, stdout, stderr, env, signal: watchReader(stdout, stderr) };
}

/** For a command that hands stdio on: Node's streams would make pipes and terminals non-blocking for the program that shares them. */
function createPlainStdio(): Stdio {
  const { signal } = new AbortController();
  return { stdin: Readable.from([]), stdout: createPlainOutput(1), stderr: createPlainOutput(2), env: process.env, signal };
}

function createPlainOutput(fd: number): Writable {
  return new Writable({
    write(chunk: Buffer, _, done) {
      try {
        writeSync(fd, chunk);
      } catch {
        // Nobody reads it, or not fast enough: the job is worth more than what we say of it.
      }
      done();
    },
  });
}

/**
 * A signal that is given when the reader of stdout goes away. What is written after that is lost, and nobody misses it; what does not fit
 * on a disk is missed, and ends the process.
 */
function watchReader(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): AbortSignal {
  const reader = new AbortController();
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return reader.abort(error);
    stderr.write(`pushgate: error: cannot write to stdout: ${error.message}\n`);
    process.exit(exitCodes.failed);
  });
  return reader.signal;
}
