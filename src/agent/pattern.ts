import { RE2JS } from 're2js';

/** A regular expression of the configuration. RE2's syntax, so that no text can stall the agent. */
export interface Pattern {
  matches(text: string): boolean;
}

/** `whole`: all of the text must match, as in Prometheus; `part`: some part of it. Throws an Error that says what is wrong with it. */
export function compilePattern(expression: string, extent: 'whole' | 'part'): Pattern {
  const compiled = RE2JS.compile(expression);
  return { matches: (text) => (extent === 'whole' ? compiled.matches(text) : compiled.matcher(text).find()) };
}

/** A file name pattern of a shell: `*` and `?`. A name that begins with a dot is meant only by a pattern that does so too. */
export function compileGlob(glob: string): Pattern {
  const parts = glob.split(/([*?])/).map((part) => (part === '*' ? '.*' : part === '?' ? '.' : RE2JS.quote(part)));
  const pattern = compilePattern(`(?s)${parts.join('')}`, 'whole');
  return { matches: (name) => (!name.startsWith('.') || glob.startsWith('.')) && pattern.matches(name) };
}
