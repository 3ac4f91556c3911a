import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type * as Snappy from 'snappy';
import type { BodyCollector } from './body-collector.ts';
import { maskedCrc32c } from './crc32c.ts';
import { badCompression } from './errors.ts';
import { snappyBlockBytesMax, snappyChunkBytesMax, snappySliceBytes } from './limits.ts';

const streamIdentifier = Buffer.from('sNaPpY', 'latin1');
const checksumBytes = 4;

const corrupt = (): Error => badCompression('snappy: corrupt input');
const unsupported = (): Error => badCompression('snappy: unsupported input');

/**
 * Unpacks a body in the snappy framing format (google/snappy `framing_format.txt`), checking every checksum, with the reference's two
 * error texts. An empty body is an empty stream. Each block, of 64 KiB at most, goes to the collector before the next one is unpacked. A big
 * body does not hold up other requests.
 */
export async function decodeSnappyFrames(body: Buffer, collector: BodyCollector): Promise<Buffer> {
  let sliceBytes = 0;
  for (let at = 0; at < body.length;) {
    if (body.length - at < 4) throw corrupt();
    const type = body.readUInt8(at);
    const length = body.readUIntLE(at + 1, 3);
    if (at === 0 && type !== 0xff) throw corrupt();
    if (length > snappyChunkBytesMax) throw unsupported();
    const chunk = body.subarray(at + 4, at + 4 + length);
    if (chunk.length !== length) throw corrupt();
    at += 4 + length;
    if (type > 0x01) {
      checkOtherChunk(type, chunk);
      continue;
    }
    const size = measureBlock(type, chunk);
    const room = collector.add(decodeBlock(type, chunk, size));
    if (room !== null) await room;
    sliceBytes += size;
    if (sliceBytes < snappySliceBytes) continue;
    sliceBytes = 0;
    await nextTurn();
  }
  return collector.contents();
}

/** Chunks without data: the identifier may come again, types below 0x80 must be understood, the rest is padding. */
function checkOtherChunk(type: number, chunk: Buffer): void {
  if (type === 0xff && !chunk.equals(streamIdentifier)) throw corrupt();
  if (type < 0x80) throw unsupported();
}

/** The size of a block after unpacking, as it announces itself. */
function measureBlock(type: number, chunk: Buffer): number {
  if (chunk.length < checksumBytes) throw corrupt();
  const size = type === 0x01 ? chunk.length - checksumBytes : readVarint(chunk, checksumBytes);
  if (size > snappyBlockBytesMax) throw corrupt();
  return size;
}

function decodeBlock(type: number, chunk: Buffer, size: number): Buffer {
  const payload = chunk.subarray(checksumBytes);
  const block = type === 0x01 ? payload : uncompressBlock(payload);
  if (block.length !== size || maskedCrc32c(block) !== chunk.readUInt32LE(0)) throw corrupt();
  return block;
}

function uncompressBlock(payload: Buffer): Buffer {
  const { uncompressSync } = (snappy ??= loadSnappy());
  try {
    return uncompressSync(payload, { asBuffer: true }) as Buffer;
  } catch {
    throw corrupt();
  }
}

let snappy: typeof Snappy | null = null;

/** Loaded with the first body that needs it, as most servers never see one. */
function loadSnappy(): typeof Snappy {
  return createRequire(import.meta.url)('snappy') as typeof Snappy;
}

/** The length that opens a snappy block: seven bits a byte, low ones first. Three bytes hold all we take. */
function readVarint(bytes: Buffer, at: number): number {
  let value = 0;
  for (let i = 0; i < 3; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) throw corrupt();
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return value;
  }
  throw corrupt();
}
