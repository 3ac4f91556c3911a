import { createRequire } from 'node:module';
import type * as Pino from 'pino';
import type { LogFields, Logger } from '../base/logger.ts';
import { describeError } from './describe-error.ts';
import type { LogFormat, LogLevel } from './flags.ts';
import { logBufferBytesMax, logRetriesMax } from './limits.ts';
import { formatLogfmt } from './logfmt.ts';

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Where lines go, stderr when left out. */
  readonly sink?: LogSink;
}

/** Takes whole lines. */
export interface LogSink {
  write(line: string): unknown;
  flush(): void;
}

/** A logger whose owner sees to it that the last lines get out. */
export interface FlushableLogger extends Logger {
  /** Writes what waits, at once. To be called before the process exits. */
  flush(): void;
}

/**
 * The logger of the program: one line per call with time, level, message and fields, as logfmt or JSON. An Error in any field is
 * printed with its causes, without its stack; whoever wants that gives it as a field.
 */
export function createLogger(options: LoggerOptions): FlushableLogger {
  // With the first line: most commands have nothing to say, and should not wait for pino.
  let opened: FlushableLogger | null = null;
  const open = (): FlushableLogger => (opened ??= openLogger(options));
  return {
    debug: (fields, message) => open().debug(fields, message),
    info: (fields, message) => open().info(fields, message),
    warn: (fields, message) => open().warn(fields, message),
    error: (fields, message) => open().error(fields, message),
    flush: () => opened?.flush(),
  };
}

function openLogger({ level, format, sink: given }: LoggerOptions): FlushableLogger {
  const { pino } = createRequire(import.meta.url)('pino') as typeof Pino;
  const sink = given ?? createStderrSink(pino.destination);
  const destination: Pino.DestinationStream = format === 'json' ? sink : { write: (line) => sink.write(toLogfmt(line)) };
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return {
    debug: (fields, message) => logger.debug(withPlainErrors(fields), message),
    info: (fields, message) => logger.info(withPlainErrors(fields), message),
    warn: (fields, message) => logger.warn(withPlainErrors(fields), message),
    error: (fields, message) => logger.error(withPlainErrors(fields), message),
    flush: () => sink.flush(),
  };
}

function withPlainErrors(fields: LogFields): LogFields {
  const plain: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) plain[key] = value instanceof Error ? describeError(value) : value;
  return plain;
}

/** From pino's line; logs are rare enough for the detour, and pino keeps the levels, the order and odd values in hand. */
function toLogfmt(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  return formatLogfmt({ time, level, msg, ...fields });
}

/**
 * Writes each line to stderr before it returns, so that none is lost when the process ends. A pipe that is full blocks, as it does in the
 * reference, unless it was made non-blocking: then a reader that stalls is waited for once, for a moment; after that lines gather up
 * to a limit and further ones are dropped. A reader that is gone is nobody to complain to.
 */
function createStderrSink(openFile: typeof Pino.destination): LogSink {
  let failedTries = 0;
  const stream = openFile({
    fd: 2,
    sync: true,
    maxLength: logBufferBytesMax,
    retryEAGAIN: () => failedTries++ < logRetriesMax,
  });
  stream.on('write', () => {
    failedTries = 0;
  });
  stream.on('error', () => {});
  return {
    write: (line) => stream.write(line),
    flush() {
      try {
        stream.flushSync();
      } catch {
        // The reader does not read; there is nowhere left to say so.
      }
    },
  };
}
