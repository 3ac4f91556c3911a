import * as v from 'valibot';
import { parseGoDuration } from './durations.ts';

// Configuration files are read with YAML's failsafe schema: all scalars come as the text that was written, and each key decides what its
// text means. So a user named `yes` or `123` stays that, as in go-yaml, while `http2: yes` is a boolean of YAML 1.1.

/** The message of an issue about a key that no section knows. */
export const unknownKeyMessage = 'is not a known key';

/** Any scalar; `~` is the empty text. */
export const textField: v.GenericSchema<unknown, string> = v.pipe(
  v.string('a text is needed here'),
  v.transform((written) => (written === '~' ? '' : written)),
);

const booleanWords: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'yes', 'true', 'on'].map((word) => [word, true] as const),
  ...['n', 'no', 'false', 'off'].map((word) => [word, false] as const),
]);

/** A boolean of YAML 1.1. */
export const flagField: v.GenericSchema<unknown, boolean> = v.pipe(
  v.string('yes or no is needed here'),
  v.check(
    (written) => booleanWords.has(written.toLowerCase()),
    ({ input }) => `${JSON.stringify(input)} is neither yes nor no`,
  ),
  v.transform((written) => booleanWords.get(written.toLowerCase()) === true),
);

/** A whole number of at most nine digits. */
export const countField: v.GenericSchema<unknown, number> = v.pipe(
  v.string('a number is needed here'),
  v.regex(/^\d{1,9}$/, ({ input }) => `${JSON.stringify(input)} is not a whole number`),
  v.transform(Number),
);

/** A Go duration, in milliseconds. Its sign is not checked. */
export const durationField: v.GenericSchema<unknown, number> = v.pipe(
  v.string('a duration is needed here'),
  v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
    try {
      return parseGoDuration(value);
    } catch (error) {
      addIssue({ message: (error as Error).message });
      return NEVER;
    }
  }),
);

// Mappings are Maps: an object has keys of its own, such as `constructor`, and valibot leaves those out without a word, users included.

/** A mapping from any text; written without content it is an empty one. */
export function mappingField<Output>(value: v.GenericSchema<unknown, Output>): v.GenericSchema<unknown, Map<string, Output>> {
  return v.pipe(
    v.unknown(),
    v.transform((written) => (isEmpty(written) ? new Map() : written)),
    v.map(v.string('a text is needed here'), value, 'a mapping is needed here'),
  );
}

/** A mapping with these keys and no others. */
export function sectionField<Entries extends v.ObjectEntries>(
  entries: Entries,
): v.GenericSchema<unknown, v.InferOutput<v.ObjectSchema<Entries, undefined>>> {
  return v.pipe(
    mappingField(v.unknown()),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      for (const key of dataset.value.keys()) {
        if (!Object.hasOwn(entries, key)) addIssue({ message: unknownKeyMessage, path: [pathItem(dataset.value, key)] });
      }
    }),
    v.transform((written) => Object.fromEntries(written)),
    v.object(entries),
  );
}

/** A list; written without content it is an empty one. */
export function listField<Output>(item: v.GenericSchema<unknown, Output>): v.GenericSchema<unknown, Output[]> {
  return v.pipe(
    v.unknown(),
    v.transform((value) => (isEmpty(value) ? [] : value)),
    v.array(item, 'a list is needed here'),
  );
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === '~';
}

function pathItem(input: Map<string, unknown>, key: string): v.MapPathItem {
  return { type: 'map', origin: 'key', input, key, value: input.get(key) };
}
