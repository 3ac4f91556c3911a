import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { CommandArguments } from './command-arguments.ts';

/** What is known of a command before it is loaded. */
export interface CommandEntry {
  readonly name: string;
  /** What may stand behind the name, one entry for each way to call it. */
  readonly forms: readonly string[];
  /** One line for the list of commands. */
  readonly summary: string;
  /** Whether stdin, stdout and stderr go to another program: then nothing here opens them, which would change them for that one too. */
  readonly leavesStdio?: boolean;
  /** Whether it has a log of its own, in which it tells of bugs. Otherwise `main` tells of them. */
  readonly reportsBugs?: boolean;
  load(): Promise<Command>;
}

/** A command beside `serve`: it does one thing and ends. */
export interface Command {
  /** What it does, for its `--help`: paragraphs, which are wrapped; lines that begin with a blank stay as they are. The options follow. */
  readonly help: string;
  readonly options: readonly CommandOption[];
  /** What the operands are, for the message that one is missing: `the PATH of the store`. */
  readonly operandName?: string;
  readonly operandsMin: number;
  readonly operandsMax: number;
  /** Whether a command line of its own may stand behind `--`. Otherwise `--` only ends the options. */
  readonly takesCommandLine?: boolean;
  /** Exit codes of its own, instead of those that all others have. */
  readonly exitCodes?: CommandExitCodes;
  /** Resolves with its exit code. Rejects with a Refusal or a Failure when it could not do what was asked for. */
  run(args: CommandArguments, io: CommandIo): Promise<number>;
}

export interface CommandExitCodes {
  readonly meanings: readonly (readonly [code: string, meaning: string])[];
  /** For an error of the command itself. */
  readonly failed: number;
}

export interface CommandOption {
  /** Without the dashes. */
  readonly name: string;
  /** What its value is called in the usage; left out: it is a switch. */
  readonly value?: string;
  readonly isRepeatable?: boolean;
  readonly help: string;
}

/** What a command needs of the process, so that tests can be one. */
export interface CommandIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Given up when nobody reads stdout any more (`| head`): there is nothing left to do then. */
  readonly signal: AbortSignal;
}

export type TerminalStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };
