import { writeSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { createSystemClock } from '../base/clock.ts';
import { formatVersionSummary, readBuildInfo } from '../telemetry/build-info.ts';
import { assemble } from './assemble.ts';
import { parseCommandLine } from './command-line.ts';
import type { Command, CommandIo } from './commands/command.ts';
import { findCommand } from './commands/command-table.ts';
import { exitCodes } from './commands/exit-codes.ts';
import { runCommand } from './commands/run-command.ts';
import { createLogger } from './logger.ts';
import { exitOnBugs, serve } from './serve.ts';

/** The program: reads the arguments behind its name, then does what they ask for, or serves until it is told to stop. */
export async function main(argv: readonly string[]): Promise<void> {
  const command = findCommand(argv[0]);
  await (command === undefined ? mainServe(argv) : mainCommand(command, argv.slice(1)));
}

async function mainServe(argv: readonly string[]): Promise<void> {
  const commandLine = parseCommandLine(argv);
  if (commandLine.kind === 'exit') {
    process.stdout.write(commandLine.stdout ?? '');
    process.stderr.write(commandLine.stderr ?? '');
    // Not process.exit(): the texts may still be on their way into a pipe.
    process.exitCode = commandLine.code;
    return;
  }
  const { flags } = commandLine;
  const logger = createLogger({ level: flags.logLevel, format: flags.logFormat });
  logger.info({ version: formatVersionSummary(readBuildInfo()) }, 'Starting pushgate');
  await serve(flags, logger, assemble, process);
}

async function mainCommand(command: Command, argv: readonly string[]): Promise<void> {
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
