import type { Refusal } from '../../base/errors.ts';
import { placeOf, type TextPlace } from '../../exposition/errors.ts';
import type { StoredFamily } from '../../model/stored-family.ts';
import { lintWarningsMax } from '../limits.ts';
import type { LintProblem } from '../types.ts';

/** Why the push would be refused, with its place: the decoder knows it, otherwise it is where the family that the message names begins. */
export function describeRefusal(refusal: Refusal, body: Buffer, families: readonly StoredFamily[]): LintProblem {
  const named = families.filter(({ name }) => name !== '' && refusal.message.includes(name));
  const [family] = named.sort((a, b) => b.name.length - a.name.length);
  const place = placeOf(refusal) ?? (family === undefined ? null : locateFamily(body.toString().split('\n'), family.name));
  return { severity: 'error', code: refusal.code, message: refusal.message, line: place?.line ?? null, column: place?.column ?? null };
}

/** Where the push is right, but not what the conventions ask for (prometheus.io, "Metric and label naming", "Writing exporters"). */
export function listWarnings(families: readonly StoredFamily[], body: Buffer): LintProblem[] {
  const lines = body.toString().split('\n');
  const problems: LintProblem[] = [];
  for (const family of families) {
    for (const [code, message] of findWarnings(family)) {
      if (problems.length === lintWarningsMax) return problems;
      const { line, column } = locateFamily(lines, family.name) ?? { line: null, column: null };
      problems.push({ severity: 'warning', code, message, line, column });
    }
  }
  return problems;
}

function* findWarnings({ name, type, help }: StoredFamily): Generator<readonly [code: string, message: string]> {
  if (type === 'untyped')
    yield ['LINT_NO_TYPE', `${name} has no type: write "# TYPE ${name} gauge" before its samples, or what else it is`];
  else if (type === 'counter' && !name.endsWith('_total'))
    yield ['LINT_COUNTER_NAME', `${name} is a counter: its name should end in _total`];
  else if (type !== 'counter' && name.endsWith('_total'))
    yield ['LINT_COUNTER_NAME', `${name} ends in _total, but is a ${type} and no counter`];
  if (help === null || help === '')
    yield ['LINT_NO_HELP', `${name} has no help: write "# HELP ${name} What it counts." before its samples`];
}

/** The first line that names a family, and the column of the name. */
function locateFamily(lines: readonly string[], name: string): TextPlace | null {
  for (const [i, line] of lines.entries()) {
    const column = line.indexOf(name);
    if (column === -1 || !/^\s*(?:#\s*(?:TYPE|HELP)\s+"?|\{?\s*"?)$/.test(line.slice(0, column))) continue;
    if (/^(?:_(?:sum|count|bucket))?(?:[\s{",]|$)/.test(line.slice(column + name.length))) return { line: i + 1, column: column + 1 };
  }
  return null;
}
