import type { LintProblem } from '../../../api/types.ts';
import { shownLineLengthMax } from '../limits.ts';
import { showPlainly } from './terminal-text.ts';

/** `metrics.txt:3:8: error: ...`, and under it the line with a mark below the column. */
export function formatProblem({ severity, message, line, column }: LintProblem, source: string, text: Buffer): string {
  const place = line === null ? '' : `:${line}${column === null ? '' : `:${column}`}`;
  const head = `${source}${place}: ${severity}: ${showPlainly(message)}\n`;
  return line === null ? head : head + showLine(findLine(text, line), column);
}

/** A part of a long line around the column, with everything that has no width of one made visible. */
function showLine(line: string, column: number | null): string {
  const at = (column ?? 1) - 1;
  const start = Math.max(0, Math.min(at - shownLineLengthMax / 2, line.length - shownLineLengthMax));
  const shown = showPlainly(
    line
      .slice(start, start + shownLineLengthMax)
      .replaceAll('\t', ' ')
      .replaceAll(controls, showControl),
  );
  const [before, after] = [start > 0 ? '…' : '', start + shownLineLengthMax < line.length ? '…' : ''];
  const mark = column === null ? '' : `  ${' '.repeat(before.length + at - start)}^\n`;
  return `  ${before}${shown}${after}\n${mark}`;
}

const controls = /[^\P{Cc}\x7f-\x9f]/gu;

/** U+2400 and following are pictures of the control characters. */
function showControl(character: string): string {
  return String.fromCharCode(0x2400 + character.charCodeAt(0));
}

function findLine(text: Buffer, line: number): string {
  let start = 0;
  for (let i = 1; i < line; i++) {
    const end = text.indexOf(10 /* LF */, start);
    if (end === -1) return '';
    start = end + 1;
  }
  const end = text.indexOf(10 /* LF */, start);
  return text.toString('utf8', start, end === -1 ? text.length : end);
}
