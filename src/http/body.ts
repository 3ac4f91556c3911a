import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { checkGzipHeader, decompressBody, isCompression, tooLarge } from './decompress.ts';
import { bodyAborted, bodyTimeout } from './errors.ts';

/** A request as Node hands it out. */
export type IncomingRequest = IncomingMessage | Http2ServerRequest;

export interface BodyLimits {
  /** Bytes of a body, as it arrives and after unpacking; 0 means no limit. */
  readonly bodyBytesMax: number;
  /** For HTTP/2, where Node has no time limit of its own for a request; with HTTP/1 the server watches over the whole request. */
  readonly requestTimeoutMs: number;
}

const emptyBody: Buffer = Buffer.alloc(0);

/** The content encoding as the reference reads it since 1.6: in any letter case, otherwise as it is, so that a list is no encoding. */
export function readContentEncoding(request: IncomingRequest): string {
  const encoding = request.headers['content-encoding'];
  return encoding === undefined ? '' : encoding.toLowerCase();
}

/**
 * Reads a body to its end and unpacks it. Rejects with a Refusal as soon as it is known to be too large, broken or cut off; what is left of
 * the body is then still in the connection. The caller owns the buffer; a body that came in one piece is that piece, not a copy.
 */
export async function readBody(request: IncomingRequest, limits: BodyLimits): Promise<Buffer> {
  const encoding = readContentEncoding(request);
  if (!isCompression(encoding)) return collectBody(request, limits);
  return decompressBody(encoding, await collectBody(request, limits), limits.bodyBytesMax);
}

/** Hot path: every push passes here. */
function collectBody(request: IncomingRequest, { bodyBytesMax, requestTimeoutMs }: BodyLimits): Promise<Buffer> {
  const announced = readAnnouncedBytes(request);
  if (announced === 0) return Promise.resolve(emptyBody);
  if (bodyBytesMax > 0 && announced > bodyBytesMax) return Promise.reject(tooLarge(bodyBytesMax));
  return new Promise((resolve, reject) => {
    let first: Buffer | null = null;
    const more: Buffer[] = [];
    let bytes = 0;
    const timer = request.httpVersionMajor === 1 ? undefined : setTimeout(onTimeout, requestTimeoutMs);

    const finish = (): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
    };
    const fail = (error: Error): void => {
      finish();
      request.pause();
      reject(error);
    };
    function onData(chunk: Buffer): void {
      bytes += chunk.length;
      if (bodyBytesMax > 0 && bytes > bodyBytesMax) fail(tooLarge(bodyBytesMax));
      else if (first === null) first = chunk;
      else more.push(chunk);
    }
    function onEnd(): void {
      finish();
      resolve(more.length === 0 ? (first ?? emptyBody) : Buffer.concat([first ?? emptyBody, ...more], bytes));
    }
    function onClose(): void {
      fail(bodyAborted(`cannot read the body: the connection was closed after ${bytes} bytes`));
    }
    function onTimeout(): void {
      fail(bodyTimeout(`cannot read the body: it did not arrive within ${requestTimeoutMs} ms`));
    }
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
    // Somebody may have looked at the beginning, which leaves the request paused.
    request.resume();
  });
}

/** The announced length: 0 if there is no body, -1 if it comes in chunks of an unknown sum. */
function readAnnouncedBytes(request: IncomingRequest): number {
  const length = request.headers['content-length'];
  if (length !== undefined) return Number(length);
  return request.httpVersionMajor === 1 && request.headers['transfer-encoding'] === undefined ? 0 : -1;
}

/** Whether more of the body may still come than the server is willing to read for nothing. */
export function hasUnreadBody(request: IncomingRequest, bytesMax: number): boolean {
  if (request.complete) return false;
  const announced = readAnnouncedBytes(request);
  return announced === -1 || announced > bytesMax;
}

/**
 * Waits for the first ten bytes of a body and rejects as the reference does if they are no gzip header. It opens the gzip reader before it
 * routes, so even a GET without a body is a 400 under `Content-Encoding: gzip`. The body can be read afterwards.
 */
export async function peekGzipHeader(request: IncomingRequest): Promise<void> {
  const head = await readHead(request, 10);
  checkGzipHeader(head);
  request.unshift(head);
}

/** The first bytes of a body, fewer only if it is shorter. */
function readHead(request: IncomingRequest, length: number): Promise<Buffer> {
  if (readAnnouncedBytes(request) === 0) return Promise.resolve(emptyBody);
  return new Promise((resolve, reject) => {
    const finish = (head: Buffer): void => {
      request.off('readable', onReadable).off('end', onEnd).off('close', onClose);
      resolve(head);
    };
    function onReadable(): void {
      const head = request.read(length) as Buffer | null;
      if (head !== null) finish(head);
    }
    function onEnd(): void {
      finish(emptyBody);
    }
    function onClose(): void {
      request.off('readable', onReadable).off('end', onEnd);
      reject(bodyAborted('cannot read the body: the connection was closed'));
    }
    request.on('readable', onReadable).on('end', onEnd).on('close', onClose);
  });
}
