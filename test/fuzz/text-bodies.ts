import type { Random } from './random.ts';

/** Metric names of generated bodies with the type that most pushes give them. Some are pieces of others, to make them clash. */
export const familyTypes: Readonly<Record<string, string>> = {
  fz_a: 'gauge',
  fz_b: 'counter',
  fz_c: 'untyped',
  'fz:d': 'gauge',
  FZ_E9: 'counter',
  fz_s: 'summary',
  fz_t: 'summary',
  fz_h: 'histogram',
  fz_i: 'histogram',
  fz_h_count: 'gauge',
  fz_s_sum: 'untyped',
  fz_i_bucket: 'gauge',
  _fz: 'gauge',
};

const labelNames = ['zone', 'path', 'x1', '_y', 'instance', 'job', 'le', 'quantile', 'Zone'];
export const labelValues: readonly string[] = [
  '',
  'a',
  'b',
  'z',
  '/var/tmp',
  'i1',
  '0.5',
  'Προμηθεύς',
  '日本',
  '😀',
  'a b',
  '{x="y"} 1',
  '# HELP',
  '\t',
  '\r',
  '\0',
];
const escapedLabelValues = ['\\\\', '\\"', '\\n', 'a\\\\b\\"c\\nd', '\\\\n'];
const helps = ['Help.', 'Other help.', '', 'two  words ', 'back\\\\slash', 'line\\nbreak', 'quo"ted', 'é日😀', 'cr\r'];
const oddTypes = ['GAUGE', 'Counter', 'HISTOGRAM', 'gau\\ge', 'unknown', 'info', 'gauge ', 'stateset', '', 'summary x'];
const oddNumbers = [
  '0', '-0', '+1', '1', '007', '.5', '5.', '1e5', '1E-7', '999999', '1000000', '1e21', '123456.789', '0.0001', '0.00001', '4.5e100', '1e-400',
  '9007199254740993', '18446744073709551616', '1.7976931348623157e308', '5e-324', '0.1', '0.30000000000000004', 'NaN', 'nan', 'Inf', '+Inf',
  '-inf', '+Infinity', '2.2250738585072014e-308', '123456789012345678901234567890',
]; // prettier-ignore
const badNumbers = ['1e309', '0x1', '1_0', '1p2', '.', '1e', '', '+nan', '-NaN', '1,5', 'x', '--1', '0b1', 'infin', '١'];
const bounds = ['0.1', '0.5', '1', '2.5', '1e1', '+Inf', '-1', '1', 'NaN', '0.50'];

/** A body in the text format, mostly good: every feature of SPEC §5 turns up, now and then with a mistake in it. */
export function generateTextBody(random: Random): string {
  const parts: string[] = [];
  for (let count = random.below(6); count > 0; count--) parts.push(generateFamily(random));
  if (random.chance(0.05))
    parts.push(random.pick(['# plain comment\n', '#\n', '\n', ' \t\n', '# EOF\n', '# UNIT fz_a seconds\n', '#TYPE fz_c gauge\n']));
  const body = (random.chance(0.1) ? random.shuffle(parts) : parts).join('');
  return random.chance(0.02) ? body.replace(/\n$/, '') : body;
}

/** A body in the text format as bytes, with up to four changes at random places. */
export function mutateBody(random: Random, body: Uint8Array): Buffer {
  let bytes: Buffer = Buffer.from(body);
  for (let changes = 1 + random.below(4); changes > 0; changes--) bytes = mutateOnce(random, bytes);
  return bytes;
}

function generateFamily(random: Random): string {
  const name = random.pick(Object.keys(familyTypes));
  const usual = familyTypes[name] ?? 'untyped';
  const type = random.chance(0.9) ? usual : random.pick(Object.values(familyTypes));
  const lines: string[] = [];
  if (random.chance(0.6)) lines.push(`#${gap(random)}HELP ${name}${random.chance(0.95) ? ' ' + random.pick(helps) : ''}`);
  if (random.chance(0.9)) lines.push(`#${gap(random)}TYPE ${name}${gap(random)}${random.chance(0.97) ? type : random.pick(oddTypes)}`);
  for (let count = random.below(4); count >= 0; count--) lines.push(...generateMetric(random, name, type));
  if (random.chance(0.03)) return random.shuffle(lines).join('\n') + '\n';
  return lines.join('\n') + '\n';
}

function generateMetric(random: Random, name: string, type: string): string[] {
  const labels = generateLabels(random);
  const count = String(random.below(1000));
  if (random.chance(0.1)) type = 'untyped';
  if (type === 'summary') {
    const quantiles = random.shuffle(bounds).slice(0, random.below(4));
    return [
      ...quantiles.map((quantile) => sample(random, name, [...labels, `quantile="${quantile}"`], number(random))),
      ...(random.chance(0.9)
        ? [sample(random, `${name}_sum`, labels, number(random)), sample(random, `${name}_count`, labels, count)]
        : []),
    ];
  }
  if (type === 'histogram') {
    const buckets = random.chance(0.8) ? ['0.1', '1', '+Inf'] : random.shuffle(bounds).slice(0, random.below(5));
    return [
      ...buckets.map((bound) => sample(random, `${name}_bucket`, [...labels, `le="${bound}"`], count)),
      ...(random.chance(0.9)
        ? [sample(random, `${name}_sum`, labels, number(random)), sample(random, `${name}_count`, labels, count)]
        : []),
    ];
  }
  return [sample(random, name, labels, number(random))];
}

function generateLabels(random: Random): string[] {
  const names = random.shuffle(labelNames.filter((name) => random.chance(name === 'le' || name === 'quantile' ? 0.03 : 0.2)));
  if (random.chance(0.01)) names.push(random.pick([...names, '__name__', '__x', '1a', 'a-b', '']));
  return names.map((name) => {
    const value = random.chance(0.2) ? random.pick(escapedLabelValues) : random.pick(labelValues);
    return `${name}${gap(random)}=${gap(random)}"${value}"`;
  });
}

function sample(random: Random, name: string, labels: readonly string[], value: string): string {
  const separator = `${gap(random)},${gap(random)}`;
  const comma = random.chance(0.05) ? ',' : '';
  const braces =
    labels.length > 0 || random.chance(0.1) ? `{${gap(random)}${labels.join(separator)}${labels.length > 0 ? comma : ''}}` : '';
  const timestamp = random.chance(0.004) ? random.pick([' 0', ' 1700000000000', ' -5', ' 1.5', ' ', ' 99999999999999999999']) : '';
  return `${random.chance(0.03) ? ' \t' : ''}${name}${gap(random)}${braces}${random.chance(0.05) ? '\t ' : ' '}${value}${timestamp}`;
}

function number(random: Random): string {
  if (random.chance(0.005)) return random.pick(badNumbers);
  if (random.chance(0.4)) return random.pick(oddNumbers);
  return String((random.below(2_000_001) - 1_000_000) / 10 ** random.below(9));
}

/** Mostly nothing: blanks are allowed in many places, but few people write them. */
function gap(random: Random): string {
  return random.chance(0.06) ? random.pick([' ', '\t', '  ', ' \t ']) : '';
}

const telling = Buffer.from('\n\n {}",=#\\_e+-.019aZ:\t\r\0\u00ff', 'latin1');

function mutateOnce(random: Random, bytes: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random.below(12));
  const byte = Buffer.of(telling[random.below(telling.length)] ?? 0);
  switch (random.below(6)) {
    case 0:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), byte, bytes.subarray(at)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), byte, bytes.subarray(at + 1)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), Buffer.of(random.below(256)), bytes.subarray(at + 1)]);
    default:
      return random.chance(0.3) ? bytes.subarray(0, at) : Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)]);
  }
}
