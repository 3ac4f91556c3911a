import { Refusal } from '../base/errors.ts';
import { formatGoDuration, parseGoDuration } from '../base/durations.ts';
import { badCommandLine } from './errors.ts';
import { parseExternalPath } from './external-url.ts';

/** How the values of a flag are read and written. */
export interface FlagKind<T> {
  /** Flags without one are switched on by `--name` and off by `--no-name`. */
  readonly takesValue: boolean;
  readonly isRepeatable: boolean;
  /** Reads the value once per time the flag is given, in order. Throws `PG_COMMAND_LINE`. */
  parse(texts: readonly string[]): T;
  /** As the status page and the API show it. */
  format(value: T): string;
  /** What stands behind `--name=` in the usage for this default, as the reference prints it: only texts are quoted. */
  describeDefault(value: T): string;
}

export const switchKind: FlagKind<boolean> = {
  takesValue: false,
  isRepeatable: false,
  parse: (texts) => texts[0] === 'true',
  format: String,
  describeDefault: () => '',
};

export const textKind: FlagKind<string> = singleValue(
  (text) => text,
  (value) => value,
  (value) => JSON.stringify(value),
);

export const urlKind: FlagKind<string> = singleValue(
  (text) => {
    parseExternalPath(text);
    return text;
  },
  (value) => value,
);

/** Milliseconds, written as a Go duration. */
export const durationKind: FlagKind<number> = singleValue(parseGoDuration, formatGoDuration);

/** Bytes, written with or without a unit. */
export const byteSizeKind: FlagKind<number> = singleValue(parseByteSize, formatByteSize);

export const textListKind: FlagKind<readonly string[]> = {
  takesValue: true,
  isRepeatable: true,
  parse: (texts) => texts,
  format: (values) => values.join(','),
  describeDefault: (values) => `${values.join(',')} ...`,
};

/** One of a few words; `noun` names them in the refusal. */
export function wordKind<T extends string>(noun: string, words: readonly T[]): FlagKind<T> {
  return singleValue(
    (text) => {
      const word = words.find((candidate) => candidate === text);
      if (word === undefined) throw badCommandLine(`unrecognized ${noun} ${JSON.stringify(text)}`);
      return word;
    },
    (value) => value,
  );
}

function singleValue<T>(
  parse: (text: string) => T,
  format: (value: T) => string,
  describeDefault: (value: T) => string = format,
): FlagKind<T> {
  return {
    takesValue: true,
    isRepeatable: false,
    parse: (texts) => {
      try {
        return parse(texts[0] ?? '');
      } catch (error) {
        if (error instanceof Refusal) throw badCommandLine(error.message, { cause: error });
        throw error;
      }
    },
    format,
    describeDefault,
  };
}

const binaryUnits: readonly string[] = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

const bytesPerUnit: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ...['kb', 'mb', 'gb', 'tb'].map((unit, i): [string, number] => [unit, 1000 ** (i + 1)]),
  ...['kib', 'mib', 'gib', 'tib'].map((unit, i): [string, number] => [unit, 1024 ** (i + 1)]),
]);

function parseByteSize(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+) ?([a-z]*)$/i.exec(text) ?? [];
  const factor = bytesPerUnit.get(unit.toLowerCase());
  const bytes = Number(digits) * (factor ?? 0);
  if (digits === '' || factor === undefined || !Number.isSafeInteger(bytes)) {
    throw badCommandLine(`invalid size ${JSON.stringify(text)}: want bytes such as 67108864, 64MiB or 64MB`);
  }
  return bytes;
}

/** The largest binary unit that divides `bytes`, so that nothing is rounded. */
function formatByteSize(bytes: number): string {
  if (bytes === 0) return '0';
  let value = bytes;
  let unit = 0;
  while (value % 1024 === 0 && unit < binaryUnits.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? String(bytes) : `${value}${binaryUnits[unit]}`;
}
