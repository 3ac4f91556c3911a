import * as v from 'valibot';
import { parsePrometheusDuration } from '../../base/durations.ts';
import { textField } from '../../base/yaml-fields.ts';
import { compileGlob, compilePattern, type Pattern } from '../pattern.ts';

/** A field of the configuration that becomes a `T`. */
export type Field<T> = v.GenericSchema<unknown, T>;

/** A text that is there. */
export const filledField: Field<string> = v.pipe(textField, v.nonEmpty('it is empty'));

/** A field read further; what `read` throws is the message. */
export function mapField<A, B>(field: Field<A>, read: (value: A) => B): Field<B> {
  return v.pipe(
    field,
    v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
      try {
        return read(value);
      } catch (error) {
        addIssue({ message: (error as Error).message });
        return NEVER;
      }
    }),
  );
}

/** A field that is followed by a rule for its value; `rule` answers what is wrong, or `null`. */
export function ruledField<T>(field: Field<T>, rule: (value: T) => string | null): Field<T> {
  return mapField(field, (value) => {
    const flaw = rule(value);
    if (flaw !== null) throw new Error(flaw);
    return value;
  });
}

export function wordField<Word extends string>(words: readonly Word[]): Field<Word> {
  return mapField(textField, (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) throw new Error(`${JSON.stringify(text)} is none of ${words.join(', ')}`);
    return word;
  });
}

/** A duration within bounds, in milliseconds, as in Prometheus' own configuration: `15s`, `1m30s`, `1d`. */
export function boundedDurationField(msMin: number, msMax: number): Field<number> {
  return ruledField(mapField(textField, parsePrometheusDuration), (ms) =>
    ms >= msMin && ms <= msMax ? null : `it must be from ${msMin / 1000}s to ${msMax / 1000}s`,
  );
}

/** A regular expression that all of a text must match. */
export const wholePatternField: Field<Pattern> = mapField(filledField, (text) => compilePattern(text, 'whole'));

/** A regular expression that some part of a text must match. */
export const partPatternField: Field<Pattern> = mapField(filledField, (text) => compilePattern(text, 'part'));

/** The name of a file, with `*` and `?`. */
export const globField: Field<Pattern> = mapField(filledField, (text) => {
  if (text.includes('/')) throw new Error(`${JSON.stringify(text)} has a slash: it is the name of a file in the directory`);
  return compileGlob(text);
});

/** Variables of the environment, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A text in which `${NAME}` stands for a variable of the environment, `${NAME:-text}` for one with a default, and `$${` for `${` itself.
 * A variable that is not set is an error, so that nothing is pushed under half a name.
 */
export function expandingField(env: Environment): Field<string> {
  return mapField(textField, (text) =>
    text.replaceAll(/\$?\$\{([^}]*)\}/g, (whole, inside: string) => {
      if (whole.startsWith('$$')) return whole.slice(1);
      const [, name = '', fallback] = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(inside) ?? [];
      if (name === '') throw new Error(`\${${inside}} names no variable of the environment`);
      const value = env[name];
      // As in a shell, `:-` stands in for an empty variable too.
      const expanded = fallback === undefined ? value : value === undefined || value === '' ? fallback : value;
      if (expanded === undefined) throw new Error(`the environment has no ${name}`);
      return expanded;
    }),
  );
}
