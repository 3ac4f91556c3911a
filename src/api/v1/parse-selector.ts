import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { badSelector } from '../errors.ts';
import { selectorLengthMax, selectorMatchersMax } from '../limits.ts';
import { createFamilyMatcher } from './family-matcher.ts';
import { createMatcher, type Matcher, type MatchOperator } from './matcher.ts';
import { readPromqlString } from './promql-string.ts';
import type { Selector } from './selector.ts';
import { WorkBudget } from './work-budget.ts';

/** Stands for the families that a group holds. */
const nameLabel = '__name__';

const strictParser = parser.configure({ strict: true });

const operators: readonly string[] = ['=', '!=', '=~', '!~'] satisfies MatchOperator[];

/**
 * Reads a PromQL vector selector: `{job=~"nightly-.*",instance!=""}`, `up{job="a"}`. Functions, ranges, offsets and the like are refused with
 * `PG_SELECTOR`, which names the column. All selectors of a request share a budget.
 */
export function parseSelector(text: string, budget: WorkBudget = new WorkBudget()): Selector {
  if (text.length > selectorLengthMax) {
    throw badSelector(`cannot parse a selector of ${text.length} characters: ${selectorLengthMax} are the most`);
  }
  const top = parsePromql(text).topNode.firstChild;
  if (top?.name !== 'VectorSelector') {
    throw refuse(text, top?.from ?? 0, 'want label matchers alone, such as {job="nightly"}, without functions, ranges or offsets');
  }
  const matchers = [...readMatchers(text, top, budget)];
  if (matchers.length > selectorMatchersMax) throw refuse(text, 0, `${selectorMatchersMax} matchers are the most`);
  return {
    labels: matchers.filter(({ name }) => name !== nameLabel),
    families: matchers.filter(({ name }) => name === nameLabel).map(createFamilyMatcher),
  };
}

/** Ends at the first mistake: a parser that goes on behind it takes 100 ms for 10,000 braces. */
function parsePromql(text: string): Tree {
  try {
    return strictParser.parse(text);
  } catch (error) {
    const at = error instanceof SyntaxError ? /\d+$/.exec(error.message) : null;
    if (at === null) throw error;
    throw refuse(text, Number(at[0]), 'this is not PromQL');
  }
}

function* readMatchers(text: string, selector: SyntaxNode, budget: WorkBudget): Generator<Matcher> {
  const metricName = selector.getChild('Identifier');
  if (metricName !== null) yield createMatcher(nameLabel, '=', text.slice(metricName.from, metricName.to), budget);
  const list = selector.getChild('LabelMatchers');
  for (let node = list?.firstChild ?? null; node !== null; node = node.nextSibling) {
    const [first, operator, value] = listChildren(node);
    if (node.name === 'QuotedLabelName') yield createMatcher(nameLabel, '=', readPromqlString(text.slice(node.from, node.to)), budget);
    else if (first === undefined || operator === undefined || value === undefined)
      throw refuse(text, node.from, 'this is not a label matcher');
    else
      yield createMatcher(
        readLabelName(text, first),
        readOperator(text, operator),
        readPromqlString(text.slice(value.from, value.to)),
        budget,
      );
  }
}

function listChildren(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function readLabelName(text: string, { name, from, to }: SyntaxNode): string {
  const written = text.slice(from, to);
  return name === 'QuotedLabelName' ? readPromqlString(written) : written;
}

function readOperator(text: string, { from, to }: SyntaxNode): MatchOperator {
  const operator = text.slice(from, to);
  if (!operators.includes(operator)) throw refuse(text, from, `${operator} is not one of ${operators.join(' ')}`);
  return operator as MatchOperator;
}

function refuse(text: string, at: number, cause: string): Error {
  return badSelector(`cannot parse the selector ${text}: at character ${at + 1}: ${cause}`);
}
