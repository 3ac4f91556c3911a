import { badParameter } from '../errors.ts';
import type { Position } from './page-selector.ts';

/** Writes where a page ended. `scope` says what was asked for, so that a cursor is not used for another list. */
export function encodeCursor(scope: string, { key, id }: Position): string {
  return Buffer.from(JSON.stringify([scope, key, id])).toString('base64url');
}

/** Reads a cursor of `encodeCursor`; `null` for none. Throws `PG_PARAMETER` for what is none of this list. */
export function decodeCursor(scope: string, text: string | null): Position | null {
  if (text === null || text === '') return null;
  const parts = parseJson(Buffer.from(text, 'base64url').toString());
  if (!Array.isArray(parts)) throw refuse();
  const [writtenScope, key, id] = parts as unknown[];
  if (writtenScope !== scope || (typeof key !== 'number' && typeof key !== 'string') || typeof id !== 'string') throw refuse();
  return { key, id };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refuse(): Error {
  return badParameter('cursor= is not the next_cursor of an answer to the same question; begin again without it');
}
