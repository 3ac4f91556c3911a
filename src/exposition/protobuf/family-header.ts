import type { MetricFamily } from '../../model/metric-family.ts';
import { metricTypes } from './metric-types.ts';

type FamilyHeader = Pick<MetricFamily, 'name' | 'help' | 'type' | 'unit'>;

/** A MetricFamily message but for its metrics. */
export function encodeFamilyHeader(family: FamilyHeader): Uint8Array {
  const header = Buffer.allocUnsafe(headerBytes(family));
  putHeader(header, 0, family);
  return header;
}

/** As `encodeFamilyHeader`, with the length of the message before it. So many bytes of metrics follow (any number of `encodeMetrics`). */
// Hot path: a scrape of 50,000 samples has some 300 families, whose headers a BinaryWriter made in 1.2 ms of 7 (8 ms where it was not warm).
export function encodeMessageStart(family: FamilyHeader, metricsLength: number): Uint8Array {
  const length = headerBytes(family);
  const start = Buffer.allocUnsafe(varintBytes(length + metricsLength) + length);
  putHeader(start, putVarint(start, 0, length + metricsLength), family);
  return start;
}

function headerBytes({ name, help, unit }: FamilyHeader): number {
  return fieldBytes(name) + (help === null ? 0 : fieldBytes(help)) + typeBytes + (unit === null ? 0 : fieldBytes(unit));
}

function putHeader(target: Buffer, start: number, { name, help, type, unit }: FamilyHeader): void {
  let at = putString(target, start, 0x0a, name); // name = 1
  if (help !== null) at = putString(target, at, 0x12, help); // help = 2
  target[at++] = 0x18; // type = 3
  target[at++] = metricTypes.indexOf(type);
  if (unit !== null) putString(target, at, 0x2a, unit); // unit = 5
}

const typeBytes = 2;

/** Of a string with its tag and length. */
function fieldBytes(text: string): number {
  const length = Buffer.byteLength(text);
  return 1 + varintBytes(length) + length;
}

function putString(target: Buffer, start: number, tag: number, text: string): number {
  target[start] = tag;
  const at = putVarint(target, start + 1, Buffer.byteLength(text));
  return at + target.write(text, at);
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

function putVarint(target: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) target[at++] = (rest % 0x80) | 0x80;
  target[at++] = rest;
  return at;
}
