import { crc32 } from 'node:zlib';
import { assert } from '../base/assert.ts';
import { compareAsBytes } from '../base/bytes.ts';
import type { Group } from '../model/group.ts';
import { FormFamilies } from '../exposition/form-families.ts';
import type { FamilyTable } from '../model/family-table.ts';
import { createGroupingKey, type GroupingKey } from '../model/grouping-key.ts';
import type { MetricType } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import { ByteReadError, ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { recordDamaged } from './errors.ts';
import { FormHeads } from './form-heads.ts';

/**
 * A group as it is stored, the same bytes in every log:
 *
 *     version      1 byte, 1
 *     checksum     4 bytes, CRC-32 of the version byte and of all that follows
 *     times        2 doubles: pushedAtMs, failedAtMs
 *     labels       a byte of key flags, their number, then name and value of each, sorted
 *     families     their number, then of each: name, a byte of type, a byte of flags, [help], [flaw], metricCount, sampleCount,
 *                  [pushedAtMs], length of the text, [length of the protobuf], [order: a number for each metric]
 *     bodies       of each family its ready text, then its protobuf
 *
 * Numbers are little endian, counts and lengths are LEB128, [fields] stand only where a flag says so. Texts are not parsed when a
 * record is read: all the lengths come first, and the families point into the record.
 */
const version = 1;
const checksumOffset = 1;
const bodyOffset = 5;

const typeCodes: readonly MetricType[] = ['counter', 'gauge', 'summary', 'untyped', 'histogram', 'gaugehistogram'];
const flagHelp = 0x01;
const flagProtobuf = 0x02;
const flagLegacyNames = 0x04;
const flagFlaw = 0x08;
const flagOrder = 0x10;
/** The family came with an earlier push than the group's last one. */
const flagOwnTime = 0x20;
const flagsAll = 0x3f;

/** One for all records: encoding never awaits. */
const writer = new ByteWriter();

/** Makes the record of a group. The caller owns it. Hot path: every push to a store on disk. */
export function encodeGroupRecord(group: Group): Uint8Array {
  writer.clear();
  writer.writeByte(version);
  for (let i = checksumOffset; i < bodyOffset; i++) writer.writeByte(0);
  writer.writeDouble(group.pushTimeSeconds);
  writer.writeDouble(group.failureTimeSeconds);
  writeKey(group.key);
  const { families, pushTimeSeconds } = group;
  writer.writeVarint(families.size);
  const isForm = families instanceof FormFamilies;
  const bodyBytes = isForm ? writeFormHeads(families, pushTimeSeconds * 1000) : writeFamilyHeads(families, pushTimeSeconds * 1000);
  const bodyStart = writer.length;
  const record = writer.finish(bodyBytes);
  if (isForm) families.writeBodies(record, bodyStart);
  else writeBodies(families, record, bodyStart);
  record.writeUInt32LE(computeChecksum(record), checksumOffset);
  return record;
}

/** Returns how many bytes the bodies take. */
function writeFamilyHeads(families: FamilyTable, groupPushedAtMs: number): number {
  let bodyBytes = 0;
  for (const family of families.values()) {
    const textBytes = family.home.end - family.home.start;
    writeFamilyHead(family, textBytes, groupPushedAtMs);
    bodyBytes += textBytes + (family.protobuf?.length ?? 0);
  }
  return bodyBytes;
}

function writeFormHeads(families: FormFamilies, groupPushedAtMs: number): number {
  const hasOwnTime = !Object.is(families.pushedAtMs, groupPushedAtMs);
  let bodyBytes = 0;
  for (const { family, start, order } of formHeads.of(families.form, hasOwnTime)) {
    const textBytes = families.textBytesOf(family);
    writer.writeBytes(start);
    if (hasOwnTime) writer.writeDouble(families.pushedAtMs);
    writer.writeVarint(textBytes);
    const message = families.messageOf(family);
    if (message !== null) writer.writeVarint(message.length);
    writer.writeBytes(order);
    bodyBytes += textBytes + (message?.length ?? 0);
  }
  return bodyBytes;
}

function writeBodies(families: FamilyTable, target: Buffer, start: number): void {
  let position = start;
  for (const { home, protobuf } of families.values()) {
    position += home.bytes.copy(target, position, home.start, home.end);
    if (protobuf === null) continue;
    target.set(protobuf, position);
    position += protobuf.length;
  }
}

/**
 * Reads a record. The group points into `bytes`, which therefore must be the reader's own and never change.
 * Throws `PG_RECORD_DAMAGED` for anything that `encodeGroupRecord` cannot have written.
 */
export function decodeGroupRecord(bytes: Uint8Array): Group {
  const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = new ByteReader(record, 0);
  try {
    const found = reader.readByte('version');
    if (found !== version) reader.fail(`version ${found} is unknown`);
    const checksum = record.readUInt32LE(reader.skip(bodyOffset - checksumOffset, 'checksum'));
    if (checksum !== computeChecksum(record)) reader.fail('the checksum does not match');
    return readGroup(reader, record);
  } catch (error) {
    if (!(error instanceof ByteReadError)) throw error;
    throw recordDamaged(`cannot decode a group record of ${bytes.length} bytes: ${error.message}, at byte ${error.offset}`, {
      cause: error,
    });
  }
}

function computeChecksum(record: Buffer): number {
  return crc32(record.subarray(bodyOffset), crc32(record.subarray(0, checksumOffset)));
}

function writeKey(key: GroupingKey): void {
  writer.writeByte(key.hasInvalidUtf8 ? 1 : 0);
  writer.writeVarint(key.labels.length);
  for (const { name, value } of key.labels) {
    writer.writeString(name);
    writer.writeString(value);
  }
}

function writeFamilyHead(family: StoredFamily, textBytes: number, groupPushedAtMs: number): void {
  const { protobuf, order } = family;
  const hasOwnTime = !Object.is(family.pushedAtMs, groupPushedAtMs);
  writeHeadStart(writer, family, protobuf !== null, hasOwnTime);
  if (hasOwnTime) writer.writeDouble(family.pushedAtMs);
  writer.writeVarint(textBytes);
  if (protobuf !== null) writer.writeVarint(protobuf.length);
  if (order === null) return;
  assert(order.length === family.metricCount, 'an order of another length than the metrics');
  for (const place of order) writer.writeVarint(place);
}

/** What a head says of a family before the time of its push. */
function writeHeadStart(target: ByteWriter, family: FamilyTitle, hasMessage: boolean, hasOwnTime: boolean): void {
  const { help, order, flaw } = family;
  target.writeString(family.name);
  target.writeByte(typeCodes.indexOf(family.type));
  target.writeByte(
    (help === null ? 0 : flagHelp) |
      (hasMessage ? flagProtobuf : 0) |
      (family.hasLegacyNames ? flagLegacyNames : 0) |
      (flaw === null ? 0 : flagFlaw) |
      (order === null ? 0 : flagOrder) |
      (hasOwnTime ? flagOwnTime : 0),
  );
  if (help !== null) target.writeString(help);
  if (flaw !== null) target.writeString(flaw);
  target.writeVarint(family.metricCount);
  target.writeVarint(family.sampleCount);
}

type FamilyTitle = Omit<StoredFamily, 'home' | 'pushedAtMs' | 'protobuf'>;

/** Those of forms, which have no flaw. */
const formHeads = new FormHeads((target, family, hasOwnTime) => {
  writeHeadStart(target, { ...family, hasLegacyNames: true, flaw: null }, family.hasMessage, hasOwnTime);
});

function readGroup(reader: ByteReader, record: Buffer): Group {
  const pushTimeSeconds = reader.readDouble('push time');
  const failureTimeSeconds = reader.readDouble('push failure time');
  const key = readKey(reader);
  const count = reader.readVarint('number of families');
  const heads: FamilyHead[] = [];
  for (let i = 0; i < count; i++) heads.push(readFamilyHead(reader, pushTimeSeconds * 1000));
  const families = new Map<string, StoredFamily>();
  for (const head of heads) families.set(head.name, readFamilyBody(reader, record, head));
  if (families.size !== heads.length) reader.fail('a family stands twice');
  if (reader.remaining > 0) reader.fail(`${reader.remaining} bytes stand after the last family`);
  return { key, families, pushTimeSeconds, failureTimeSeconds };
}

function readKey(reader: ByteReader): GroupingKey {
  const flags = reader.readByte('key flags');
  if (flags > 1) reader.fail(`key flags ${flags} are unknown`);
  const count = reader.readVarint('number of labels');
  const labels = new Map<string, string>();
  let last: string | null = null;
  for (let i = 0; i < count; i++) {
    const name = reader.readString('label name');
    if (last !== null && compareAsBytes(last, name) >= 0) reader.fail('the labels are not in order');
    last = name;
    labels.set(name, reader.readString('label value'));
  }
  return createGroupingKey(labels, flags === 1);
}

/** What a record says of a family before the bodies begin. */
interface FamilyHead {
  readonly name: string;
  readonly flags: number;
  readonly type: MetricType;
  readonly help: string | null;
  readonly flaw: string | null;
  readonly metricCount: number;
  readonly sampleCount: number;
  readonly pushedAtMs: number;
  readonly textBytes: number;
  readonly protobufBytes: number;
  readonly order: Uint32Array | null;
}

function readFamilyHead(reader: ByteReader, groupPushedAtMs: number): FamilyHead {
  const name = reader.readString('family name');
  const typeCode = reader.readByte('type');
  const type = typeCodes[typeCode] ?? reader.fail(`type ${typeCode} is unknown`);
  const flags = reader.readByte('family flags');
  if ((flags & ~flagsAll) !== 0) reader.fail(`family flags ${flags} are unknown`);
  const help = flags & flagHelp ? reader.readString('help') : null;
  const flaw = flags & flagFlaw ? reader.readString('flaw') : null;
  const metricCount = reader.readVarint('number of metrics');
  return {
    name,
    flags,
    type,
    help,
    flaw,
    metricCount,
    sampleCount: reader.readVarint('number of samples'),
    pushedAtMs: flags & flagOwnTime ? reader.readDouble('push time of a family') : groupPushedAtMs,
    textBytes: reader.readVarint('length of a text'),
    protobufBytes: flags & flagProtobuf ? reader.readVarint('length of a protobuf') : 0,
    order: flags & flagOrder ? readOrder(reader, metricCount) : null,
  };
}

function readOrder(reader: ByteReader, metricCount: number): Uint32Array {
  if (metricCount > reader.remaining) reader.fail(`an order of ${metricCount} metrics where ${reader.remaining} bytes are left`);
  const order = new Uint32Array(metricCount);
  for (let i = 0; i < metricCount; i++) order[i] = reader.readVarint('place of a metric');
  return order;
}

function readFamilyBody(reader: ByteReader, record: Buffer, head: FamilyHead): StoredFamily {
  const start = reader.skip(head.textBytes, 'text');
  const protobufStart = reader.skip(head.protobufBytes, 'protobuf');
  return {
    name: head.name,
    type: head.type,
    help: head.help,
    metricCount: head.metricCount,
    sampleCount: head.sampleCount,
    pushedAtMs: head.pushedAtMs,
    home: { bytes: record, start, end: start + head.textBytes },
    protobuf: head.flags & flagProtobuf ? record.subarray(protobufStart, protobufStart + head.protobufBytes) : null,
    order: head.order,
    hasLegacyNames: (head.flags & flagLegacyNames) !== 0,
    flaw: head.flaw,
  };
}
