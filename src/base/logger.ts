/** What the rooms know of logging. `cli/` makes the real one (pino); tests hand in their own. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** Fields of a log line; an Error under `err` is printed with its causes. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A logger that says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
