import type { Transform } from 'node:stream';
import zlib, { type InputType, type ZlibOptions } from 'node:zlib';
import { Refusal } from '../base/errors.ts';
import { BodyCollector } from './body-collector.ts';
import type { BodyReservation } from './body-reservation.ts';
import { badCompression, unsupportedEncoding } from './errors.ts';
import { unpackChunkBytes, unpackedInlineBytesMax, unpackInlineBytesMax } from './limits.ts';

/** What zlib gives back with `info: true`, which its types do not know. */
interface InlineUnpacked {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}
const gunzipInline = zlib.gunzipSync as unknown as (input: InputType, options: ZlibOptions) => InlineUnpacked;

type Engine = Transform & { readonly bytesWritten: number };
type MakeEngine = (options: ZlibOptions) => Engine;

/** Only in Node 22.15 and newer. */
const createZstdDecompress = (zlib as { createZstdDecompress?: MakeEngine }).createZstdDecompress ?? null;

/** An unpacked body, and how much of the packed one it took. */
interface Unpacked {
  readonly buffer: Buffer;
  readonly bytesRead: number;
}

/** How a body may be unpacked. */
export interface UnpackLimits {
  /** 0: no limit. */
  readonly bodyBytesMax: number;
  readonly reservation: BodyReservation;
}

/** What it takes to tell whether a body is packed with gzip. */
export const gzipHeaderBytes = 10;
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/**
 * Unpacks a whole body by its lower-case `Content-Encoding`; the result never holds more than `bodyBytesMax` bytes, and hardly more than
 * that is unpacked. gzip and snappy are the reference's, errors included. deflate (zlib or raw) and zstd are ours: the reference
 * ignores them and parses what came, so a body that is not packed that way is handed back as it is. So is every other encoding.
 */
export async function decompressBody(encoding: string, body: Buffer, limits: UnpackLimits): Promise<Buffer> {
  switch (encoding) {
    case 'gzip':
      return unpackGzip(body, limits);
    case 'snappy':
      return limits.reservation.takeTurn(() => unpackSnappy(body, limits));
    case 'deflate':
      return limits.reservation.takeTurn(() => unpackDeflate(body, limits));
    case 'zstd':
      return limits.reservation.takeTurn(() => unpackZstd(body, limits));
    default:
      return body;
  }
}

/** Its native library is loaded with the first body that needs it: few senders use it. */
async function unpackSnappy(body: Buffer, { bodyBytesMax, reservation }: UnpackLimits): Promise<Buffer> {
  const { decodeSnappyFrames } = await import('./snappy-frames.ts');
  return decodeSnappyFrames(body, new BodyCollector(reservation, bodyBytesMax));
}

/** Whether `decompressBody` may change a body of this encoding. */
export function isCompression(encoding: string): boolean {
  return encoding === 'gzip' || encoding === 'snappy' || encoding === 'deflate' || encoding === 'zstd';
}

/** Throws what Go's gzip reader says to a body that begins like this; ten bytes are enough to know, fewer are the whole body. */
export function checkGzipHeader(head: Buffer): void {
  if (head.length === 0) throw badCompression('EOF');
  if (head.length < gzipHeaderBytes) throw badCompression('unexpected EOF');
  if (head[0] !== 0x1f || head[1] !== 0x8b || head[2] !== 8) throw badCompression('gzip: invalid header');
}

async function unpackGzip(body: Buffer, limits: UnpackLimits): Promise<Buffer> {
  checkGzipHeader(body);
  try {
    const unpackInPool = (): Promise<Unpacked> => limits.reservation.takeTurn(() => unpack(zlib.createGunzip, body, limits));
    const { buffer, bytesRead } = (await unpackSmallGzip(body, limits)) ?? (await unpackInPool());
    // zlib passes over zeros behind the last member; Go takes them for the header of another one.
    if (bytesRead < body.length) checkGzipHeader(body.subarray(bytesRead));
    return buffer;
  } catch (error) {
    throw explainGzipError(error);
  }
}

/** Fast path: a small body that unpacks to little is not worth the way to the thread pool. Null: it turned out not to be one. */
async function unpackSmallGzip(body: Buffer, { bodyBytesMax, reservation }: UnpackLimits): Promise<Unpacked | null> {
  if (body.length > unpackInlineBytesMax) return null;
  const maxOutputLength = bodyBytesMax === 0 ? unpackedInlineBytesMax : Math.min(bodyBytesMax, unpackedInlineBytesMax);
  try {
    const { buffer, engine } = gunzipInline(body, { info: true, maxOutputLength });
    await reservation.hold(buffer.length);
    return { buffer, bytesRead: engine.bytesWritten };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return null;
    throw error;
  }
}

/** Unpacks in the thread pool, a piece at a time: no further than there is room. */
async function unpack(makeEngine: MakeEngine, body: Buffer, { bodyBytesMax, reservation }: UnpackLimits): Promise<Unpacked> {
  const collector = new BodyCollector(reservation, bodyBytesMax);
  const engine = makeEngine({ chunkSize: unpackChunkBytes });
  try {
    engine.end(body);
    for await (const piece of engine as AsyncIterable<Buffer>) {
      const room = collector.add(piece);
      if (room !== null) await room;
    }
    return { buffer: collector.contents(), bytesRead: engine.bytesWritten };
  } catch (error) {
    collector.discard();
    throw error;
  }
}

/** zlib's errors in the words of Go's `compress/gzip`, which clients of the reference see. */
function explainGzipError(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return badCompression('unexpected EOF', { cause: error });
  if (code !== 'Z_DATA_ERROR') return error;
  if (/data check|length check/.test(message)) return badCompression('gzip: invalid checksum', { cause: error });
  if (/header|compression method/.test(message)) return badCompression('gzip: invalid header', { cause: error });
  return badCompression('flate: corrupt input', { cause: error });
}

async function unpackDeflate(body: Buffer, limits: UnpackLimits): Promise<Buffer> {
  // "deflate" means the zlib wrapper (RFC 9110 §8.4.1.2), but some clients send the bare stream.
  const attempts = looksLikeZlib(body) ? [zlib.createInflate, zlib.createInflateRaw] : [zlib.createInflateRaw];
  for (const makeEngine of attempts) {
    try {
      const { buffer, bytesRead } = await unpack(makeEngine, body, limits);
      if (bytesRead === body.length) return buffer;
    } catch (error) {
      if (error instanceof Refusal) throw error;
    }
  }
  return body;
}

function looksLikeZlib(body: Buffer): boolean {
  return body.length > 2 && ((body[0] ?? 0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}

async function unpackZstd(body: Buffer, limits: UnpackLimits): Promise<Buffer> {
  if (!body.subarray(0, 4).equals(zstdMagic)) return body;
  if (createZstdDecompress === null) {
    throw unsupportedEncoding('cannot read the body: zstd needs a server that runs on Node 22.15 or newer');
  }
  try {
    return (await unpack(createZstdDecompress, body, limits)).buffer;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw badCompression(`cannot read the zstd body: ${(error as Error).message}`, { cause: error });
  }
}
