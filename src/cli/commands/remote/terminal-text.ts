import { renderLabel } from '../../../exposition/sample-text.ts';
import type { TerminalStream, CommandIo } from '../command.ts';

/** A text of unknown origin without what would move the cursor, change colours or turn the direction of writing. */
export function showPlainly(text: string): string {
  return text.replaceAll(unsafe, '\ufffd');
}

const unsafe = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** `{job="nightly",instance="a"}`, job first. */
export function showLabels(labels: Readonly<Record<string, string>>): string {
  const { job = '', ...others } = labels;
  const pairs = [['job', job] as const, ...Object.entries(others)];
  return `{${pairs.map(([name, value]) => showPlainly(renderLabel(name, value))).join(',')}}`;
}

export type Colour = 'red' | 'green' | 'yellow' | 'bold';

const codes: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33, bold: 1 };

/** Paints for a terminal, unless NO_COLOR (no-color.org) is set to anything. */
export function createPainter(stream: TerminalStream, env: CommandIo['env']): (text: string, colour: Colour) => string {
  const isPainted = stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return (text, colour) => (isPainted ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text);
}

/** `1 group`, `2 groups`. */
export function count(number: number, noun: string): string {
  const plural = noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${number} ${number === 1 ? noun : plural}`;
}
