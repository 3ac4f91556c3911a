import type { MetricType } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/**
 * How group records and form records begin to tell of a family: its name, a byte of type, a byte of flags, [help], [flaw], metricCount,
 * sampleCount. [Fields] stand only where a flag says so.
 */
export interface FamilyHead {
  readonly name: string;
  readonly type: MetricType;
  readonly flags: number;
  readonly help: string | null;
  readonly flaw: string | null;
  readonly metricCount: number;
  readonly sampleCount: number;
}

const typeCodes: readonly MetricType[] = ['counter', 'gauge', 'summary', 'untyped', 'histogram', 'gaugehistogram'];
const flagHelp = 0x01;
export const flagProtobuf = 0x02;
export const flagLegacyNames = 0x04;
const flagFlaw = 0x08;
export const flagOrder = 0x10;
/** The family came with an earlier push than the group's last one. */
export const flagOwnTime = 0x20;
const flagsAll = 0x3f;

type FamilyTitle = Omit<StoredFamily, 'home' | 'pushedAtMs'>;

export function writeFamilyHead(writer: ByteWriter, family: FamilyTitle, hasOwnTime: boolean): void {
  const { help, protobuf, order, flaw } = family;
  writer.writeString(family.name);
  writer.writeByte(typeCodes.indexOf(family.type));
  writer.writeByte(
    (help === null ? 0 : flagHelp) |
      (protobuf === null ? 0 : flagProtobuf) |
      (family.hasLegacyNames ? flagLegacyNames : 0) |
      (flaw === null ? 0 : flagFlaw) |
      (order === null ? 0 : flagOrder) |
      (hasOwnTime ? flagOwnTime : 0),
  );
  if (help !== null) writer.writeString(help);
  if (flaw !== null) writer.writeString(flaw);
  writer.writeVarint(family.metricCount);
  writer.writeVarint(family.sampleCount);
}

export function readFamilyHead(reader: ByteReader): FamilyHead {
  const name = reader.readString('family name');
  const typeCode = reader.readByte('type');
  const type = typeCodes[typeCode] ?? reader.fail(`type ${typeCode} is unknown`);
  const flags = reader.readByte('family flags');
  if ((flags & ~flagsAll) !== 0) reader.fail(`family flags ${flags} are unknown`);
  return {
    name,
    type,
    flags,
    help: flags & flagHelp ? reader.readString('help') : null,
    flaw: flags & flagFlaw ? reader.readString('flaw') : null,
    metricCount: reader.readVarint('number of metrics'),
    sampleCount: reader.readVarint('number of samples'),
  };
}

/** For each metric its place among those that were pushed. */
export function readOrder(reader: ByteReader, metricCount: number): Uint32Array {
  if (metricCount > reader.remaining) reader.fail(`an order of ${metricCount} metrics where ${reader.remaining} bytes are left`);
  const order = new Uint32Array(metricCount);
  for (let i = 0; i < metricCount; i++) order[i] = reader.readVarint('place of a metric');
  return order;
}

export function writeOrder(writer: ByteWriter, order: Uint32Array): void {
  for (const place of order) writer.writeVarint(place);
}
