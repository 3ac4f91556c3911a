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

/** LMDB keys are at most 1,978 bytes long and grouping keys have no bound, so the key of an entry is a digest of the group's key. */
export const entryKeyBytes = 16;

/** Sorts before every entry. */
export const headerKey: Buffer = Buffer.from([0]);

/** The LMDB key of a form is this byte and its id, which makes it longer than any other key. */
const formKeyMark = 0;
export const formKeyBytes: number = 1 + formIdBytes;

/** Files without forms were written as format 1. */
const formatVersion = 2;
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
  /** Of everything but itself; the header sums these up. */
  readonly checksum: number;
}

/** The LMDB key of a group. */
export function makeEntryKey(key: string): Buffer {
  // A copy, since the digest would keep a buffer of its own for each group.
  return Buffer.from(hash('sha256', key, 'buffer').subarray(0, entryKeyBytes));
}

/** How long the entry of a group is. */
export function measureEntry(key: string, { bytes, form }: GroupRecord): number {
  return entryHeadBytes + Buffer.byteLength(key) + (form === null ? 0 : formIdBytes) + bytes.length;
}

/** Wraps the bytes of a group, into `target`, which is as long as `measureEntry` says: checksum, length of the key, revision, key, [form], value. */
export function writeEntry(target: Buffer, key: string, revision: bigint, { bytes, form }: GroupRecord): number {
  const keyEnd = entryHeadBytes + target.write(key, entryHeadBytes);
  target.writeUInt32LE(keyEnd - entryHeadBytes + (form === null ? 0 : restsOnForm), 4);
  target.writeBigUInt64LE(revision, 8);
  if (form !== null) target.write(form.id, keyEnd, 'hex');
  target.set(bytes, target.length - bytes.length);
  const checksum = crc32(target.subarray(4));
  target.writeUInt32LE(checksum, 0);
  return checksum;
}

/** Unwraps an entry, or returns why it is damaged. The value points into `bytes`. */
export function decodeEntry(entryKey: Uint8Array, bytes: Buffer): Entry | string {
  if (bytes.length < entryHeadBytes) return `it has ${bytes.length} bytes`;
  const checksum = crc32(bytes.subarray(4));
  if (bytes.readUInt32LE(0) !== checksum) return 'its checksum does not match';
  const lengths = bytes.readUInt32LE(4);
  const hasForm = lengths >= restsOnForm;
  const keyEnd = entryHeadBytes + lengths - (hasForm ? restsOnForm : 0);
  const valueStart = keyEnd + (hasForm ? formIdBytes : 0);
  if (valueStart > bytes.length) return 'its key is longer than the entry';
  const key = bytes.toString('utf8', entryHeadBytes, keyEnd);
  if (!makeEntryKey(key).equals(entryKey)) return `it stands under the key of another group than ${key}`;
  const formId = hasForm ? bytes.toString('hex', keyEnd, valueStart) : null;
  return { key, revision: bytes.readBigUInt64LE(8), bytes: bytes.subarray(valueStart), formId, checksum };
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
