import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';

/** A command beside `serve`: it does one thing to a store that no server holds, and ends. */
export interface Command {
  readonly name: string;
  /** What may stand behind the name, one entry for each way to call it. */
  readonly forms: readonly string[];
  /** One line for the list of commands. */
  readonly summary: string;
  /** The rest of its `--help`, in lines of 80 columns at most. */
  readonly help: string;
  /** Names of the options that it takes, without the dashes; each has a value. */
  readonly options: readonly string[];
  readonly operandsMin: number;
  readonly operandsMax: number;
  /** Rejects with a Refusal or a Failure when it could not do what was asked for. */
  run(args: CommandArguments, io: CommandIo): Promise<void>;
}

export interface CommandArguments {
  readonly options: Readonly<Record<string, string | undefined>>;
  /** As many as the command allows. */
  readonly operands: readonly string[];
}

/** What a command needs of the process, so that tests can be one. */
export interface CommandIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly clock: Clock;
  readonly logger: Logger;
}
