import { Refusal } from '../../base/errors.ts';
import { textParseRefusal } from '../../exposition/errors.ts';
import { parseText } from '../../exposition/text-parser.ts';
import type { MetricFamily } from '../../model/metric-family.ts';
import { isPushTimeName, pushFailureTimeName, pushTimeName } from '../../store/push-times.ts';
import { importRefused } from './errors.ts';
import { documentPartBytes } from './limits.ts';

/** Whole lines of a document that can be parsed on their own: families as a whole, and push times never beside others. */
export interface DocumentPart {
  readonly start: number;
  readonly end: number;
  /** Lines of the document before it. */
  readonly linesBefore: number;
  readonly holdsPushTimes: boolean;
}

const lineFeed = 10;
const hash = 35;
const letterP = 112;

/**
 * Cuts a text exposition where a new family begins, so that a page of any size is parsed in pieces. The lines of a family must stand
 * together, as the format asks.
 */
export function listDocumentParts(document: Buffer): DocumentPart[] {
  const parts: DocumentPart[] = [];
  let start = 0;
  let linesBefore = 0;
  let name = '';
  let line = 0;
  const endPart = (end: number): void => {
    if (end > start) parts.push({ start, end, linesBefore, holdsPushTimes: isPushTimeName(name) });
    start = end;
    linesBefore = line;
  };
  for (let at = 0; at < document.length; line++) {
    const next = familyNameAt(document, at, name);
    if (next !== name) {
      if (isPushTimeName(next) || isPushTimeName(name) || at - start >= documentPartBytes) endPart(at);
      name = next;
    }
    const end = document.indexOf(lineFeed, at);
    at = end === -1 ? document.length : end + 1;
  }
  endPart(document.length);
  return parts;
}

/** The family that the line speaks of, as far as that is easy to tell; otherwise that of the line before. */
function familyNameAt(document: Buffer, at: number, current: string): string {
  const first = document[at];
  if (first === hash) return readCommentName(document, at) ?? current;
  if (first === letterP) {
    const head = document.toString('latin1', at, at + pushFailureTimeName.length + 1);
    const pushTime = [pushTimeName, pushFailureTimeName].find(
      (name) => head.startsWith(name) && /^[{ \t]?$/.test(head.charAt(name.length)),
    );
    if (pushTime !== undefined) return pushTime;
  }
  return isPushTimeName(current) && first !== lineFeed ? '' : current;
}

/** The name in a HELP or TYPE line; `null` for any other comment. */
function readCommentName(document: Buffer, at: number): string | null {
  const end = document.indexOf(lineFeed, at);
  const comment = document.toString('latin1', at, end === -1 ? document.length : end);
  return /^#[ \t]+(?:HELP|TYPE)[ \t]+("(?:[^"\\]|\\.)*"|\S+)/.exec(comment)?.[1] ?? null;
}

/** Parses a part. A refusal names the line of the document. */
export function parseDocumentPart(document: Buffer, { start, end, linesBefore }: DocumentPart): MetricFamily[] {
  try {
    return parseText(document.subarray(start, end), { allowUtf8Names: true });
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    const isParseError = cause.code === textParseRefusal.code;
    const where = isParseError ? '' : `lines ${linesBefore + 1} and following: `;
    const message = cause.message.replace(/\bline (\d+)/, (_, line: string) => `line ${linesBefore + Number(line)}`);
    throw importRefused(`cannot import the document: ${where}${message}`, { cause });
  }
}
