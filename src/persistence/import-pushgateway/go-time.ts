import { GobError } from './gob-reader.ts';

/** Seconds from the first of January of the year 1, where Go begins to count, to that of 1970. */
const unixEpochSeconds = 62_135_596_800n;

/**
 * Unix milliseconds with a fraction of what Go's `time.Time.MarshalBinary` wrote: a version, seconds, nanoseconds, and the zone, which
 * does not matter here. A time before 1970, such as Go's zero time, is 0.
 */
export function decodeGoTime(bytes: Buffer): number {
  const length = bytes[0] === 1 ? 15 : bytes[0] === 2 ? 16 : 0;
  if (bytes.length !== length || length === 0) throw new GobError("a push time is not in the form of Go's time.Time");
  const seconds = bytes.readBigInt64BE(1) - unixEpochSeconds;
  const nanoseconds = bytes.readInt32BE(9);
  return seconds < 0n ? 0 : Number(seconds) * 1000 + nanoseconds / 1e6;
}

/** The other way round, in UTC. */
export function encodeGoTime(unixMs: number): Buffer {
  const seconds = Math.floor(unixMs / 1000);
  const bytes = Buffer.alloc(15);
  bytes[0] = 1;
  bytes.writeBigInt64BE(BigInt(seconds) + unixEpochSeconds, 1);
  bytes.writeInt32BE(Math.floor((unixMs - seconds * 1000) * 1e6), 9);
  // UTC is no number of minutes.
  bytes.writeInt16BE(-1, 13);
  return bytes;
}
