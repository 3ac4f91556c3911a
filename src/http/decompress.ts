import { promisify } from 'node:util';
import zlib, { type InputType, type ZlibOptions } from 'node:zlib';
import { badCompression, bodyTooLarge, unsupportedEncoding } from './errors.ts';
import { unpackedInlineBytesMax, unpackInlineBytesMax } from './limits.ts';

/** What zlib gives back with `info: true`, which its types do not know. */
interface Unpacked {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}
type Unpack = (input: InputType, options: ZlibOptions) => Promise<Unpacked>;

const gunzip = promisify(zlib.gunzip) as unknown as Unpack;
const inflate = promisify(zlib.inflate) as unknown as Unpack;
const inflateRaw = promisify(zlib.inflateRaw) as unknown as Unpack;
const gunzipInline = zlib.gunzipSync as unknown as (input: InputType, options: ZlibOptions) => Unpacked;

/** Only in Node 22.15 and newer. */
const zstdDecompress = (zlib as { zstdDecompress?: typeof zlib.gunzip }).zstdDecompress;
const unzstd = zstdDecompress === undefined ? null : (promisify(zstdDecompress) as unknown as Unpack);

const gzipHeaderBytes = 10;
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** The refusal of a body that arrived or unpacks larger than allowed. */
export function tooLarge(bodyBytesMax: number): Error {
  return bodyTooLarge(`cannot read the body: it is larger than ${bodyBytesMax} bytes`);
}

/**
 * Unpacks a whole body by its lower-case `Content-Encoding`; the result never holds more than `bodyBytesMax` bytes (0: no limit), and no
 * more than that is unpacked. gzip and snappy are the reference's, errors included. deflate (zlib or raw) and zstd are ours: the reference
 * ignores them and parses what came, so a body that is not packed that way is handed back as it is. So is every other encoding.
 */
export async function decompressBody(encoding: string, body: Buffer, bodyBytesMax: number): Promise<Buffer> {
  switch (encoding) {
    case 'gzip':
      return unpackGzip(body, bodyBytesMax);
    case 'snappy':
      return unpackSnappy(body, bodyBytesMax);
    case 'deflate':
      return unpackDeflate(body, bodyBytesMax);
    case 'zstd':
      return unpackZstd(body, bodyBytesMax);
    default:
      return body;
  }
}

/** Its native library is loaded with the first body that needs it: few senders use it. */
async function unpackSnappy(body: Buffer, bodyBytesMax: number): Promise<Buffer> {
  const { decodeSnappyFrames } = await import('./snappy-frames.ts');
  return decodeSnappyFrames(body, (bytes) => {
    if (bodyBytesMax > 0 && bytes > bodyBytesMax) throw tooLarge(bodyBytesMax);
  });
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

async function unpackGzip(body: Buffer, bodyBytesMax: number): Promise<Buffer> {
  checkGzipHeader(body);
  try {
    const { buffer, engine } = unpackSmallGzip(body, bodyBytesMax) ?? (await gunzip(body, unpackOptions(bodyBytesMax)));
    // zlib passes over zeros behind the last member; Go takes them for the header of another one.
    if (engine.bytesWritten < body.length) checkGzipHeader(body.subarray(engine.bytesWritten));
    return buffer;
  } catch (error) {
    throw isTooLarge(error) ? tooLarge(bodyBytesMax) : explainGzipError(error);
  }
}

/** Fast path: a small body that unpacks to little is not worth the way to the thread pool. Null: it turned out not to be one. */
function unpackSmallGzip(body: Buffer, bodyBytesMax: number): Unpacked | null {
  if (body.length > unpackInlineBytesMax) return null;
  const maxOutputLength = bodyBytesMax === 0 ? unpackedInlineBytesMax : Math.min(bodyBytesMax, unpackedInlineBytesMax);
  try {
    return gunzipInline(body, { info: true, maxOutputLength });
  } catch (error) {
    if (isTooLarge(error)) return null;
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

async function unpackDeflate(body: Buffer, bodyBytesMax: number): Promise<Buffer> {
  // "deflate" means the zlib wrapper (RFC 9110 §8.4.1.2), but some clients send the bare stream.
  const attempts = looksLikeZlib(body) ? [inflate, inflateRaw] : [inflateRaw];
  for (const unpack of attempts) {
    try {
      const { buffer, engine } = await unpack(body, unpackOptions(bodyBytesMax));
      if (engine.bytesWritten === body.length) return buffer;
    } catch (error) {
      if (isTooLarge(error)) throw tooLarge(bodyBytesMax);
    }
  }
  return body;
}

function looksLikeZlib(body: Buffer): boolean {
  return body.length > 2 && ((body[0] ?? 0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}

async function unpackZstd(body: Buffer, bodyBytesMax: number): Promise<Buffer> {
  if (!body.subarray(0, 4).equals(zstdMagic)) return body;
  if (unzstd === null) throw unsupportedEncoding('cannot read the body: zstd needs a server that runs on Node 22.15 or newer');
  try {
    return (await unzstd(body, unpackOptions(bodyBytesMax))).buffer;
  } catch (error) {
    if (isTooLarge(error)) throw tooLarge(bodyBytesMax);
    throw badCompression(`cannot read the zstd body: ${(error as Error).message}`, { cause: error });
  }
}

function unpackOptions(bodyBytesMax: number): ZlibOptions {
  return bodyBytesMax > 0 ? { info: true, maxOutputLength: bodyBytesMax } : { info: true };
}

function isTooLarge(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
}
