import { badParameter, badSelector } from '../errors.ts';
import { selectorsMax } from '../limits.ts';
import { parseSelector } from './parse-selector.ts';
import type { Selector } from './selector.ts';
import { WorkBudget } from './work-budget.ts';

/** The parameters of a request. Throws `PG_PARAMETER` for one that is not among `known`: a typing error must not widen what is asked for. */
export function parseQuery(rawQuery: string, known: readonly string[]): URLSearchParams {
  const query = new URLSearchParams(rawQuery);
  for (const name of query.keys()) {
    if (!known.includes(name)) throw badParameter(`there is no parameter ${JSON.stringify(name)}: want ${known.join(', ')}`);
  }
  return query;
}

/** A whole number from 1 on; above `max` it is `max`. */
export function readCount(query: URLSearchParams, name: string, fallback: number, max: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^\d{1,15}$/.test(text) || Number(text) === 0) throw badParameter(`${name}=${text} is not a whole number from 1 on`);
  return Math.min(Number(text), max);
}

/** One of some words, or `null` where the parameter is left out. */
export function readWord<T extends string>(query: URLSearchParams, name: string, words: readonly T[]): T | null {
  const text = query.get(name);
  if (text === null || text === '') return null;
  const word = words.find((known) => known === text);
  if (word === undefined) throw badParameter(`${name}=${text} is not one of ${words.join(', ')}`);
  return word;
}

export function readSwitch(query: URLSearchParams, name: string): boolean {
  return readWord(query, name, ['true', 'false']) === 'true';
}

/** The selectors of `match[]`; a group that fits one of them is meant. Empty ones are left out. */
export function readSelectors(query: URLSearchParams): Selector[] {
  const texts = query.getAll('match[]').filter((text) => text.trim() !== '');
  if (texts.length > selectorsMax) throw badSelector(`cannot take ${texts.length} selectors: ${selectorsMax} are the most`);
  const budget = new WorkBudget();
  return texts.map((text) => parseSelector(text, budget));
}
