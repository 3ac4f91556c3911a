import { BodyCollector, tooLarge } from './body-collector.ts';
import type { BodyReservation } from './body-reservation.ts';
import { checkGzipHeader, decompressBody, gzipHeaderBytes, isCompression, type UnpackLimits } from './decompress.ts';
import { bodyAborted, bodyTimeout } from './errors.ts';
import { isHttp2, type IncomingRequest } from './messages.ts';

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
 * Reads a body to its end and unpacks it. Throws or rejects with a Refusal as soon as it is known to be too large, broken or cut off, or if
 * there is no room for it; what is left of the body is then still in the connection. The caller owns the buffer and releases the
 * reservation; a body that came in one piece is that piece, not a copy. Hot path: every push passes here, and a body that is there costs no
 * promise.
 */
export function readBody(request: IncomingRequest, limits: BodyLimits, reservation: BodyReservation): Buffer | Promise<Buffer> {
  const { bodyBytesMax } = limits;
  const announced = readAnnouncedBytes(request);
  if (announced > 0 && bodyBytesMax > 0 && announced > bodyBytesMax) throw tooLarge(bodyBytesMax);
  const collector = new BodyCollector(reservation, bodyBytesMax, Math.max(0, announced));
  const arrived = announced === 0 ? null : isWhole(request) ? takeBody(request, collector) : collectBody(request, collector, limits);
  const encoding = readContentEncoding(request);
  if (arrived === null && !isCompression(encoding)) return collector.contents();
  return unpackBody(arrived, encoding, collector, { bodyBytesMax, reservation });
}

async function unpackBody(
  arrived: Promise<void> | null,
  encoding: string,
  collector: BodyCollector,
  limits: UnpackLimits,
): Promise<Buffer> {
  await arrived;
  const body = collector.contents();
  if (!isCompression(encoding)) return body;
  const unpacked = await decompressBody(encoding, body, limits);
  if (unpacked !== body) collector.discard();
  return unpacked;
}

/** Whether all of the body has been read from the connection. A stream of HTTP/2 calls itself complete when it was cut off, too. */
function isWhole(request: IncomingRequest): boolean {
  return request.complete && !isHttp2(request);
}

/** Takes a whole body without listeners and their events. */
function takeBody(request: IncomingRequest, collector: BodyCollector): Promise<void> | null {
  const body = request.read() as Buffer | null;
  return body === null ? null : collector.add(body);
}

function collectBody(request: IncomingRequest, collector: BodyCollector, { requestTimeoutMs }: BodyLimits): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = isHttp2(request) ? setTimeout(onTimeout, requestTimeoutMs) : undefined;

    const finish = (): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
    };
    const fail = (error: Error): void => {
      finish();
      request.pause();
      reject(error);
    };
    function onData(piece: Buffer): void {
      try {
        const room = collector.add(piece);
        if (room === null) return;
        request.pause();
        room.then(() => request.resume(), fail);
      } catch (error) {
        fail(error as Error);
      }
    }
    function onEnd(): void {
      finish();
      resolve();
    }
    function onClose(): void {
      fail(bodyAborted(`cannot read the body: the connection was closed after ${collector.bytes} bytes`));
    }
    function onTimeout(): void {
      fail(bodyTimeout(`cannot read the body: it did not arrive within ${requestTimeoutMs} ms`));
    }
    if (request.destroyed) {
      onClose();
      return;
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
  return isHttp2(request) || request.headers['transfer-encoding'] !== undefined ? -1 : 0;
}

/** Whether more of the body may still come than the server is willing to read for nothing. */
export function hasUnreadBody(request: IncomingRequest, bytesMax: number): boolean {
  if (request.complete) return false;
  const announced = readAnnouncedBytes(request);
  return announced === -1 || announced > bytesMax;
}

/**
 * Throws or rejects as the reference does if a body does not begin with a gzip header; null: it does. The reference opens the gzip reader
 * before it routes, so even a GET without a body is a 400 under `Content-Encoding: gzip`. The body can be read afterwards.
 */
export function peekGzipHeader(request: IncomingRequest): Promise<void> | null {
  const check = (head: Buffer): void => {
    checkGzipHeader(head);
    request.unshift(head);
  };
  if (!isWhole(request)) return readHead(request, gzipHeaderBytes).then(check);
  check((request.read() as Buffer | null) ?? emptyBody);
  return null;
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
