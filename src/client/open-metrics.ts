/**
 * Whether a text that ends with a line feed is OpenMetrics: its last line says so. (`# EOF` is a comment in the Prometheus format, which
 * stands last in no document that anybody writes.)
 */
export function isOpenMetrics(text: Buffer): boolean {
  const end = text.subarray(-7).toString('latin1');
  return end === '\n# EOF\n' || end === '# EOF\n';
}

/** Types that the Prometheus format does not have, by what comes nearest to them. */
const nearestTypes: ReadonlyMap<string, string> = new Map([
  ['unknown', 'untyped'],
  ['info', 'gauge'],
  ['stateset', 'gauge'],
]);

/** Suffixes of the one sample that a family of this type has: in the Prometheus format they belong to the family's name. */
const sampleSuffixes: ReadonlyMap<string, string> = new Map([
  ['counter', '_total'],
  ['info', '_info'],
]);

/**
 * An OpenMetrics text in the Prometheus format 0.0.4, as a gateway takes it: counters and infos are named as their samples are, exemplars,
 * units and the end mark are left out. Line by line, so what is wrong stays where it was; lines that are left out stay empty, and the
 * numbers of the others are those of the original.
 */
export function convertOpenMetrics(text: Buffer): Buffer {
  const lines = text.toString('latin1').split('\n');
  const types = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', type = ''] = typeLine.exec(line) ?? [];
    if (name !== '') types.set(unquote(name), type.toLowerCase());
  }
  return Buffer.from(lines.map((line) => convertLine(line, types)).join('\n'), 'latin1');
}

const typeLine = /^# TYPE ("(?:[^"\\]|\\.)*"|\S+) (\S+)$/;
const helpLine = /^# HELP ("(?:[^"\\]|\\.)*"|\S+)(?: (.*))?$/;

/** A sample up to its value, and with it a timestamp; behind that stands the exemplar. */
const sampleWithExemplar = /^((?:"(?:[^"\\]|\\.)*"|[^\s{#"]*)(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})? [^ #]+(?: [^ #]+)?) # \{.*$/;

function convertLine(line: string, types: ReadonlyMap<string, string>): string {
  if (!line.startsWith('#')) return sampleWithExemplar.exec(line)?.[1] ?? line;
  const [, typed, type = ''] = typeLine.exec(line) ?? [];
  if (typed !== undefined) return `# TYPE ${nameSamples(typed, types)} ${nearestTypes.get(type) ?? type}`;
  const [, helped, help = ''] = helpLine.exec(line) ?? [];
  // OpenMetrics escapes quotes in a help, too.
  if (helped !== undefined)
    return `# HELP ${nameSamples(helped, types)} ${help.replaceAll(/\\(.)/g, (all, char) => (char === '"' ? '"' : all))}`;
  return '';
}

/** The name of a family's samples, quoted if the family's was. */
function nameSamples(written: string, types: ReadonlyMap<string, string>): string {
  const name = unquote(written);
  const suffix = sampleSuffixes.get(types.get(name) ?? '') ?? '';
  if (name.endsWith(suffix)) return written;
  return written.startsWith('"') ? `"${name}${suffix}"` : name + suffix;
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1) : name;
}
