import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ByteReadError, ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { storeDamaged } from './errors.ts';
import { createFormRecord, formIdBytes, type FormRecord, type GroupRecord } from './group-log.ts';

/**
 * What stands in the store file: one header record, one entry for every group, and one for every form that a group rests on.
 *
 * An entry wraps the bytes of the log's user, whatever they are, so that it proves itself: its checksum covers the group's key, which
 * the LMDB key alone (a digest) does not hold, and a form is known by the digest of its bytes. The header is written in every transaction and
 * sums up all entries, so that a page of an older state in the place of a newer one, sound in itself, is noticed.
 */

/**
 * The LMDB key of an entry is a number that its group got when it was first written. So groups whose first pushes came one after the other lie
 * one beside the other, and as jobs mostly push in one order again and again, a commit touches few pages: with 64 clients durable pushes keep 65 % of
 * the rate in memory instead of 56 % (keys that are digests, where each group of a commit lies on a page of its own).
 */
const entryKeyBytes = 8;

/** Before format 3 it was a digest of the group's key. */
const digestKeyBytes = 16;

/** Sorts before every entry. */
export const headerKey: Buffer = Buffer.from([0]);

/** The LMDB key of a form is this byte and its id, which makes it longer than any other key. */
const formKeyMark = 0;
export const formKeyBytes: number = 1 + formIdBytes;

/** Files without forms were written as format 1, those whose entries stand under digests as format 2. */
const formatVersion = 3;
const headerMagic = 0x31534750; // 'PGS1'
const entryHeadBytes = 16;
/** In the length of the key: the id of a form stands before the value. */
const restsOnForm = 0x8000_0000;

export interface Entry {
  /** `GroupingKey.id`. */
  readonly key: string;
  /** Of the commit that wrote it. */
  readonly revision: bigint;
  /** What the log's user gave. Points into the bytes that were decoded. */
  readonly bytes: Uint8Array;
  /** The form that they rest on. */
  readonly formId: string | null;
  /** Of everything but itself, its number included; the header sums these up. */
  readonly checksum: number;
  /** That it stands under; `null`: it stands under a digest, as in files of before. */
  readonly number: number | null;
}

/** The LMDB key of an entry, such that keys are in the order of their numbers. */
export function makeEntryKey(number: number): Buffer {
  const key = Buffer.allocUnsafe(entryKeyBytes);
  key.writeUInt32BE(Math.floor(number / 2 ** 32), 0);
  key.writeUInt32BE(number >>> 0, 4);
  return key;
}

/** The LMDB key that the entry of a group had in files of before. */
export function makeDigestKey(key: string): Buffer {
  // A copy, since the digest would keep a buffer of its own for each group.
  return Buffer.from(hash('sha256', key, 'buffer').subarray(0, digestKeyBytes));
}

/** Whether an LMDB key is that of an entry. */
export function isEntryKey({ length }: Uint8Array): boolean {
  return length === entryKeyBytes || length === digestKeyBytes;
}

/** What an entry is made of. */
interface EntryParts {
  readonly number: number;
  /** `GroupingKey.id`. */
  readonly key: string;
  readonly revision: bigint;
  readonly record: GroupRecord;
}

/** How long the entry of a group is. */
export function measureEntry(key: string, { bytes, form }: GroupRecord): number {
  return entryHeadBytes + Buffer.byteLength(key) + (form === null ? 0 : formIdBytes) + bytes.length;
}

/**
 * Wraps the bytes of a group, into `target`, which is as long as `measureEntry` says: checksum, length of the key, revision, key, [form], value.
 * Gives the checksum, which begins with the number, so that an entry under the number of another is found out.
 */
export function writeEntry(target: Buffer, { number, key, revision, record }: EntryParts): number {
  const { bytes, form } = record;
  const keyEnd = entryHeadBytes + target.write(key, entryHeadBytes);
  target.writeUInt32LE(keyEnd - entryHeadBytes + (form === null ? 0 : restsOnForm), 4);
  target.writeBigUInt64LE(revision, 8);
  if (form !== null) target.write(form.id, keyEnd, 'hex');
  target.set(bytes, target.length - bytes.length);
  const checksum = crc32(target.subarray(4), number >>> 0);
  target.writeUInt32LE(checksum, 0);
  return checksum;
}

/** Unwraps an entry, or returns why it is damaged. The value points into `bytes`. */
export function decodeEntry(entryKey: Buffer, bytes: Buffer): Entry | string {
  if (!isEntryKey(entryKey)) return `its key has ${entryKey.length} bytes`;
  if (bytes.length < entryHeadBytes) return `it has ${bytes.length} bytes`;
  const number = entryKey.length === entryKeyBytes ? entryKey.readUInt32BE(0) * 2 ** 32 + entryKey.readUInt32BE(4) : null;
  const checksum = crc32(bytes.subarray(4), (number ?? 0) >>> 0);
  if (bytes.readUInt32LE(0) !== checksum) return 'its checksum does not match';
  const lengths = bytes.readUInt32LE(4);
  const hasForm = lengths >= restsOnForm;
  const keyEnd = entryHeadBytes + lengths - (hasForm ? restsOnForm : 0);
  const valueStart = keyEnd + (hasForm ? formIdBytes : 0);
  if (valueStart > bytes.length) return 'its key is longer than the entry';
  const key = bytes.toString('utf8', entryHeadBytes, keyEnd);
  if (number === null && !makeDigestKey(key).equals(entryKey)) return `it stands under the key of another group than ${key}`;
  const formId = hasForm ? bytes.toString('hex', keyEnd, valueStart) : null;
  return { key, revision: bytes.readBigUInt64LE(8), bytes: bytes.subarray(valueStart), formId, checksum, number };
}

/** The LMDB key of a form. */
export function makeFormKey(id: string): Buffer {
  const key = Buffer.alloc(formKeyBytes, formKeyMark);
  key.write(id, 1, 'hex');
  return key;
}

/** What the header sums up of a form, whose id says all that there is to say of its bytes. */
export function checksumOfForm(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16);
}

/** The form that stands under a key, or why it is damaged. */
export function decodeFormEntry(formKey: Buffer, bytes: Buffer): FormRecord | string {
  const form = createFormRecord(bytes);
  return makeFormKey(form.id).equals(formKey) ? form : 'its bytes are not those that it is known by';
}

export interface StoreHeader {
  /** Unix milliseconds. */
  readonly createdAtMs: number;
  /** Version of Pushgate that created the file. */
  readonly createdBy: string;
  /** Of the last commit. */
  readonly revision: bigint;
  readonly groupCount: number;
  readonly formCount: number;
  /** The sum of all entry checksums, modulo 2^32. */
  readonly checksumSum: number;
}

export function encodeStoreHeader(header: StoreHeader): Buffer {
  const writer = new ByteWriter();
  const numbers = Buffer.alloc(21);
  numbers.writeUInt32LE(headerMagic, 4);
  numbers.writeUInt8(formatVersion, 8);
  numbers.writeBigUInt64LE(header.revision, 9);
  numbers.writeUInt32LE(header.checksumSum, 17);
  for (const byte of numbers) writer.writeByte(byte);
  writer.writeVarint(header.groupCount);
  writer.writeVarint(header.formCount);
  writer.writeDouble(header.createdAtMs);
  writer.writeString(header.createdBy);
  const bytes = writer.finish(0);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
}

/** Reads the header record. Throws `PG_STORE_DAMAGED`. */
export function decodeStoreHeader(bytes: Buffer): StoreHeader {
  const reader = new ByteReader(bytes, 0);
  try {
    const start = reader.skip(21, 'header');
    if (bytes.readUInt32LE(start) !== crc32(bytes.subarray(4))) reader.fail('the checksum does not match');
    if (bytes.readUInt32LE(4) !== headerMagic) reader.fail('it is no store of Pushgate');
    const format = bytes.readUInt8(8);
    if (format < 1 || format > formatVersion) reader.fail(`format ${format} is unknown; a newer Pushgate wrote it`);
    const header = {
      revision: bytes.readBigUInt64LE(9),
      checksumSum: bytes.readUInt32LE(17),
      groupCount: reader.readVarint('number of groups'),
      formCount: format === 1 ? 0 : reader.readVarint('number of forms'),
      createdAtMs: reader.readDouble('time of creation'),
      createdBy: reader.readString('version of Pushgate'),
    };
    if (reader.remaining > 0) reader.fail(`${reader.remaining} bytes too many`);
    return header;
  } catch (error) {
    if (!(error instanceof ByteReadError)) throw error;
    throw storeDamaged(`cannot read the header record of the store: ${error.message}`, { cause: error });
  }
}

/** Adds checksums modulo 2^32; `-checksum` takes one away. */
export function addChecksum(sum: number, checksum: number): number {
  return (sum + checksum) >>> 0;
}
