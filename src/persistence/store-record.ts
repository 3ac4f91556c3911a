import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ByteReadError, ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { storeDamaged } from './errors.ts';

/**
 * What stands in the store file: one header record, and one entry for every group.
 *
 * An entry wraps the bytes of the log's user, whatever they are, so that it proves itself: its checksum covers the group's key, which
 * the LMDB key alone (a digest) does not hold. The header is written in every transaction and sums up all entries, so that a page of
 * an older state in the place of a newer one, sound in itself, is noticed.
 */

/** LMDB keys are at most 1,978 bytes long and grouping keys have no bound, so the key of an entry is a digest of the group's key. */
export const entryKeyBytes = 16;

/** Sorts before every entry. */
export const headerKey: Buffer = Buffer.from([0]);

const formatVersion = 1;
const headerMagic = 0x31534750; // 'PGS1'
const entryHeadBytes = 16;

export interface Entry {
  /** `GroupingKey.id`. */
  readonly key: string;
  /** Of the commit that wrote it. */
  readonly revision: bigint;
  /** Points into the bytes that were decoded. */
  readonly value: Uint8Array;
  /** Of everything but itself; the header sums these up. */
  readonly checksum: number;
}

/** The LMDB key of a group. */
export function makeEntryKey(key: string): Buffer {
  return hash('sha256', key, 'buffer').subarray(0, entryKeyBytes);
}

/** Wraps the bytes of a group: checksum, length of the key, revision, key, value. */
export function encodeEntry(key: string, revision: bigint, value: Uint8Array): { bytes: Buffer; checksum: number } {
  const keyBytes = Buffer.byteLength(key);
  const bytes = Buffer.allocUnsafeSlow(entryHeadBytes + keyBytes + value.length);
  bytes.writeUInt32LE(keyBytes, 4);
  bytes.writeBigUInt64LE(revision, 8);
  bytes.write(key, entryHeadBytes);
  bytes.set(value, entryHeadBytes + keyBytes);
  const checksum = crc32(bytes.subarray(4));
  bytes.writeUInt32LE(checksum, 0);
  return { bytes, checksum };
}

/** Unwraps an entry, or returns why it is damaged. The value points into `bytes`. */
export function decodeEntry(entryKey: Uint8Array, bytes: Buffer): Entry | string {
  if (bytes.length < entryHeadBytes) return `it has ${bytes.length} bytes`;
  const checksum = crc32(bytes.subarray(4));
  if (bytes.readUInt32LE(0) !== checksum) return 'its checksum does not match';
  const valueStart = entryHeadBytes + bytes.readUInt32LE(4);
  if (valueStart > bytes.length) return 'its key is longer than the entry';
  const key = bytes.toString('utf8', entryHeadBytes, valueStart);
  if (!makeEntryKey(key).equals(entryKey)) return `it stands under the key of another group than ${key}`;
  return { key, revision: bytes.readBigUInt64LE(8), value: bytes.subarray(valueStart), checksum };
}

export interface StoreHeader {
  /** Unix milliseconds. */
  readonly createdAtMs: number;
  /** Version of Pushgate that created the file. */
  readonly createdBy: string;
  /** Of the last commit. */
  readonly revision: bigint;
  readonly groupCount: number;
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
    if (bytes.readUInt8(8) !== formatVersion) reader.fail(`format ${bytes.readUInt8(8)} is unknown; a newer Pushgate wrote it`);
    const header = {
      revision: bytes.readBigUInt64LE(9),
      checksumSum: bytes.readUInt32LE(17),
      groupCount: reader.readVarint('number of groups'),
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
