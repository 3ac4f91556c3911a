import { createSystemClock } from '../base/clock.ts';
import { formatVersionSummary, readBuildInfo } from '../telemetry/build-info.ts';
import { assemble } from './assemble.ts';
import { parseCommandLine } from './command-line.ts';
import type { Command } from './commands/command.ts';
import { findCommand } from './commands/command-table.ts';
import { runCommand } from './commands/run-command.ts';
import { createLogger } from './logger.ts';
import { serve } from './serve.ts';

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
  const { stdin, stdout, stderr, env } = process;
  const logger = createLogger({ level: 'warn', format: 'logfmt' });
  const io = { stdin, stdout, stderr, env, clock: createSystemClock(), logger, signal: watchReader(stdout) };
  stderr.on('error', () => {});
  process.exitCode = await runCommand(command, argv, io);
}

/** A signal that is given when the reader of stdout goes away. What is written after that is lost, and nobody misses it. */
function watchReader(stdout: NodeJS.WriteStream): AbortSignal {
  const reader = new AbortController();
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    reader.abort(error);
  });
  return reader.signal;
}
