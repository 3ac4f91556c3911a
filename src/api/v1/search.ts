import { badParameter } from '../errors.ts';
import { searchLengthMax, searchWordsMax } from '../limits.ts';

/** Words that must all be found in a group's labels, in lower case. */
export type Search = readonly string[];

/** Reads the words of a search; they stand apart by blanks. Throws `PG_PARAMETER` for a search that is too long. */
export function parseSearch(text: string): Search {
  if (text.length > searchLengthMax) throw badParameter(`cannot search for ${text.length} characters: ${searchLengthMax} are the most`);
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length > searchWordsMax) throw badParameter(`cannot search for ${words.length} words: ${searchWordsMax} are the most`);
  return words;
}
