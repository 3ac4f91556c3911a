import { formatVersionSummary, readBuildInfo } from '../telemetry/build-info.ts';
import { parseCommandLine } from './command-line.ts';
import { createLogger } from './logger.ts';
import { serve } from './serve.ts';

/** Serves until it is told to stop, or prints the text that the flags ask for. */
export async function mainServe(argv: readonly string[]): Promise<void> {
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
  await serve(flags, logger, async (...parts) => (await import('./assemble.ts')).assemble(...parts), process);
}
