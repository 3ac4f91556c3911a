import { crc32 } from 'node:zlib';
import { assert } from '../base/assert.ts';
import { compareAsBytes } from '../base/bytes.ts';
import { FormFamilies, restoreFormFamilies } from '../exposition/form-families.ts';
import type { FamilyTable } from '../model/family-table.ts';
import type { Group } from '../model/group.ts';
import { createGroupingKey, type GroupingKey } from '../model/grouping-key.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import { ByteReadError, ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { recordDamaged } from './errors.ts';
import {
  type FamilyHead,
  flagLegacyNames,
  flagOrder,
  flagOwnTime,
  flagProtobuf,
  readFamilyHead,
  readOrder,
  writeFamilyHead,
  writeOrder,
} from './family-head.ts';
import { decodeForm, encodeForm } from './form-record.ts';
import type { FormRecord, GroupRecord } from './group-log.ts';

/**
 * A group as it is stored, the same bytes in every log:
 *
 *     version      1 byte, 1; 2 for a group that rests on a form
 *     checksum     4 bytes, CRC-32 of the version byte and of all that follows
 *     times        2 doubles: pushedAtMs, failedAtMs
 *     labels       a byte of key flags, their number, then name and value of each, sorted
 *
 * and then, with version 1
 *
 *     families     their number, then of each: its head (see `FamilyHead`), [pushedAtMs], length of the text, [length of the protobuf],
 *                  [order: a number for each metric]
 *     bodies       of each family its ready text, then its protobuf
 *
 * or with version 2
 *
 *     time         a byte, 1 if the families came with an earlier push than the group's last one, [pushedAtMs]
 *     values       of all samples, as `FormFamilies` has them
 *
 * Numbers are little endian, counts and lengths are LEB128, [fields] stand only where a flag says so. Texts are not parsed when a
 * record is read: all the lengths come first, and the families point into the record.
 */
const plainVersion = 1;
const formVersion = 2;
const checksumOffset = 1;
const bodyOffset = 5;

/** Of the version byte alone. */
const versionChecksums = [0, plainVersion, formVersion].map((version) => crc32(Buffer.of(version)));

/** One for all records: encoding never awaits. */
const writer = new ByteWriter();

/** Makes the record of a group. The caller owns it. Hot path: every push to a store on disk. */
export function encodeGroupRecord(group: Group): GroupRecord {
  const { families } = group;
  // A record of values has no place for messages.
  return families instanceof FormFamilies && !families.form.hasMessages
    ? { bytes: encodeFormGroup(group, families), form: encodeForm(families.form) }
    : { bytes: encodePlainGroup(group), form: null };
}

function encodePlainGroup(group: Group): Buffer {
  beginRecord(plainVersion, group);
  const { families, pushTimeSeconds } = group;
  writer.writeVarint(families.size);
  let bodyBytes = 0;
  for (const family of families.values()) bodyBytes += writeFamily(family, pushTimeSeconds * 1000);
  const bodyStart = writer.length;
  const record = writer.finish(bodyBytes);
  writeBodies(families, record, bodyStart);
  return sealRecord(record);
}

function encodeFormGroup(group: Group, { valueText, pushedAtMs }: FormFamilies): Buffer {
  beginRecord(formVersion, group);
  const hasOwnTime = !Object.is(pushedAtMs, group.pushTimeSeconds * 1000);
  writer.writeByte(hasOwnTime ? 1 : 0);
  if (hasOwnTime) writer.writeDouble(pushedAtMs);
  const valuesStart = writer.length;
  const record = writer.finish(valueText.length);
  record.write(valueText, valuesStart, 'latin1');
  return sealRecord(record);
}

function beginRecord(version: number, { key, pushTimeSeconds, failureTimeSeconds }: Group): void {
  writer.clear();
  writer.writeByte(version);
  for (let i = checksumOffset; i < bodyOffset; i++) writer.writeByte(0);
  writer.writeDouble(pushTimeSeconds);
  writer.writeDouble(failureTimeSeconds);
  writeKey(key);
}

function sealRecord(record: Buffer): Buffer {
  record.writeUInt32LE(computeChecksum(record), checksumOffset);
  return record;
}

/** Returns how many bytes its bodies take. */
function writeFamily(family: StoredFamily, groupPushedAtMs: number): number {
  const { home, protobuf, order } = family;
  const hasOwnTime = !Object.is(family.pushedAtMs, groupPushedAtMs);
  writeFamilyHead(writer, family, hasOwnTime);
  if (hasOwnTime) writer.writeDouble(family.pushedAtMs);
  writer.writeVarint(home.end - home.start);
  if (protobuf !== null) writer.writeVarint(protobuf.length);
  if (order !== null) {
    assert(order.length === family.metricCount, 'an order of another length than the metrics');
    writeOrder(writer, order);
  }
  return home.end - home.start + (protobuf?.length ?? 0);
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
 * Reads a record. The group may point into its bytes, which therefore must be the reader's own and never change.
 * Throws `PG_RECORD_DAMAGED` for anything that `encodeGroupRecord` cannot have written.
 */
export function decodeGroupRecord({ bytes, form }: GroupRecord): Group {
  const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = new ByteReader(record, 0);
  try {
    const version = reader.readByte('version');
    if (version !== plainVersion && version !== formVersion) reader.fail(`version ${version} is unknown`);
    const checksum = record.readUInt32LE(reader.skip(bodyOffset - checksumOffset, 'checksum'));
    if (checksum !== computeChecksum(record)) reader.fail('the checksum does not match');
    const pushTimeSeconds = reader.readDouble('push time');
    const failureTimeSeconds = reader.readDouble('push failure time');
    const key = readKey(reader);
    const restsOnForm = version === formVersion;
    if (restsOnForm !== (form !== null)) reader.fail(restsOnForm ? 'its form is missing' : 'it has a form that it does not rest on');
    const families = form === null ? readFamilies(reader, record, pushTimeSeconds) : readValues(reader, record, key, form, pushTimeSeconds);
    return { key, families, pushTimeSeconds, failureTimeSeconds };
  } catch (error) {
    if (!(error instanceof ByteReadError)) throw error;
    throw recordDamaged(`cannot decode a group record of ${bytes.length} bytes: ${error.message}, at byte ${error.offset}`, {
      cause: error,
    });
  }
}

function computeChecksum(record: Buffer): number {
  return crc32(record.subarray(bodyOffset), versionChecksums[record[0] as number]);
}

function writeKey(key: GroupingKey): void {
  writer.writeByte(key.hasInvalidUtf8 ? 1 : 0);
  writer.writeVarint(key.labels.length);
  for (const { name, value } of key.labels) {
    writer.writeString(name);
    writer.writeString(value);
  }
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

function readValues(reader: ByteReader, record: Buffer, key: GroupingKey, form: FormRecord, pushTimeSeconds: number): FormFamilies {
  const hasOwnTime = reader.readByte('kind of time');
  if (hasOwnTime > 1) reader.fail(`a time of kind ${hasOwnTime}`);
  const pushedAtMs = hasOwnTime === 1 ? reader.readDouble('push time of the families') : pushTimeSeconds * 1000;
  const values = record.toString('latin1', reader.position);
  return restoreFormFamilies(decodeForm(form), key, values, pushedAtMs) ?? reader.fail('the values are not those of the form');
}

function readFamilies(reader: ByteReader, record: Buffer, pushTimeSeconds: number): FamilyTable {
  const count = reader.readVarint('number of families');
  const heads: PlainHead[] = [];
  for (let i = 0; i < count; i++) heads.push(readPlainHead(reader, pushTimeSeconds * 1000));
  const families = new Map<string, StoredFamily>();
  for (const head of heads) families.set(head.family.name, readFamilyBody(reader, record, head));
  if (families.size !== heads.length) reader.fail('a family stands twice');
  if (reader.remaining > 0) reader.fail(`${reader.remaining} bytes stand after the last family`);
  return families;
}

/** What a record of version 1 says of a family before the bodies begin. */
interface PlainHead {
  readonly family: FamilyHead;
  readonly pushedAtMs: number;
  readonly textBytes: number;
  readonly protobufBytes: number;
  readonly order: Uint32Array | null;
}

function readPlainHead(reader: ByteReader, groupPushedAtMs: number): PlainHead {
  const family = readFamilyHead(reader);
  const { flags, metricCount } = family;
  return {
    family,
    pushedAtMs: flags & flagOwnTime ? reader.readDouble('push time of a family') : groupPushedAtMs,
    textBytes: reader.readVarint('length of a text'),
    protobufBytes: flags & flagProtobuf ? reader.readVarint('length of a protobuf') : 0,
    order: flags & flagOrder ? readOrder(reader, metricCount) : null,
  };
}

function readFamilyBody(reader: ByteReader, record: Buffer, head: PlainHead): StoredFamily {
  const start = reader.skip(head.textBytes, 'text');
  const protobufStart = reader.skip(head.protobufBytes, 'protobuf');
  return {
    name: head.family.name,
    type: head.family.type,
    help: head.family.help,
    metricCount: head.family.metricCount,
    sampleCount: head.family.sampleCount,
    pushedAtMs: head.pushedAtMs,
    home: { bytes: record, start, end: start + head.textBytes },
    protobuf: head.family.flags & flagProtobuf ? record.subarray(protobufStart, protobufStart + head.protobufBytes) : null,
    order: head.order,
    hasLegacyNames: (head.family.flags & flagLegacyNames) !== 0,
    flaw: head.family.flaw,
  };
}
