/**
 * A plain reader of the pages that a gateway writes (text 0.0.4): an oracle for tests, with no code of the server in it.
 * Strict about what a page looks like; knows nothing of what a push may look like.
 */

export interface ExposedFamily {
  readonly name: string;
  /** `null` if there is no HELP line; escapes as they stand on the page. */
  readonly help: string | null;
  readonly type: string;
  /** In the order of the page. */
  readonly samples: readonly ExposedSample[];
}

export interface ExposedSample {
  /** With its suffix, such as `_bucket`. */
  readonly name: string;
  /** In the order of the page, unescaped. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** As it is written. */
  readonly value: string;
}

/** Reads a page. Throws with the line number on anything that a gateway would not write. */
export function readExposition(page: string): Map<string, ExposedFamily> {
  const families = new Map<string, ExposedFamily & { samples: ExposedSample[] }>();
  let help: { name: string; text: string } | null = null;
  let current: (ExposedFamily & { samples: ExposedSample[] }) | null = null;
  const lines = page.split('\n');
  if (lines.pop() !== '') throw new Error('the page does not end with a line feed');
  for (const [index, line] of lines.entries()) {
    const at = `line ${String(index + 1)}: ${line}`;
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?([^]*)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      help = { name, text: rest };
    } else if (keyword === 'TYPE') {
      if (families.has(name)) throw new Error(`family twice, ${at}`);
      current = { name, help: help?.name === name ? help.text : null, type: rest, samples: [] };
      families.set(name, current);
    } else {
      const sample = readSample(line);
      if (sample === null || current === null || !belongsTo(sample.name, current)) throw new Error(`unexpected ${at}`);
      current.samples.push(sample);
    }
  }
  return families;
}

/** Reads one sample line without timestamp; `null` if it is none. */
export function readSample(line: string): ExposedSample | null {
  const [, name, braces, value] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[^"{}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)$/s.exec(line) ?? [];
  if (name === undefined || value === undefined) return null;
  const labels: [string, string][] = [];
  for (const [, label = '', text = ''] of (braces ?? '').matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/gs)) {
    labels.push([label, text.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))]);
  }
  return { name, labels, value };
}

/** A sample's identity: its name and its label set, whatever their order. */
export function seriesOf(sample: Pick<ExposedSample, 'name' | 'labels'>): string {
  const sorted = [...sample.labels].sort(([left], [right]) => (left < right ? -1 : 1));
  return sample.name + JSON.stringify(sorted);
}

const pieces: Readonly<Record<string, readonly string[]>> = {
  summary: ['', '_sum', '_count'],
  histogram: ['_bucket', '_sum', '_count'],
};

function belongsTo(sampleName: string, family: ExposedFamily): boolean {
  return (pieces[family.type] ?? ['']).some((piece) => sampleName === family.name + piece);
}
