import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ByteChunks } from '../base/bytes.ts';
import { hasUnreadBody } from './body.ts';
import { lingerBytesMax, lingerMsMax, sendSliceMs } from './limits.ts';
import { isHttp2, type IncomingRequest, type OutgoingResponse } from './messages.ts';
import type { HttpReply, StreamObserver } from './types.ts';

/** RFC 9113 §7. Not from node:http2, which a server without TLS need not load. */
const http2Codes = { noError: 0, internalError: 2 } as const;

export interface SendOptions {
  /** Headers that every answer carries. */
  readonly extraHeaders: Readonly<Record<string, string>> | null;
  /** Tell the client not to use this connection again. */
  readonly closesConnection: boolean;
  /** A body that fails while it is sent: nobody else can be told any more. */
  readonly onStreamError: (error: unknown) => void;
}

/**
 * Sends a reply. A known body goes out in one piece with its length; a stream is read with backpressure. If the request's body has not
 * been read and is long, or the connection ends with this reply, the reply is sent, some of the body thrown away, and the connection closed: a
 * close with unread data would reset it, and the client might never see the answer.
 */
export function sendReply(request: IncomingRequest, response: OutgoingResponse, reply: HttpReply, options: SendOptions): void {
  if (response.destroyed || response.headersSent) return;
  const { status, body } = reply;
  const isLast = !isHttp2(response) && (options.closesConnection || !response.shouldKeepAlive);
  const lingers = hasUnreadBody(request, isLast ? 0 : lingerBytesMax);
  const headers = joinHeaders(reply, options.extraHeaders, isHttp2(response));
  if (!isHttp2(response) && (isLast || lingers)) response.shouldKeepAlive = false;
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)) {
    writeHead(response, status, headers);
    passOverBody(request);
    void sendStream(response, body, { onError: options.onStreamError, observer: reply.observer ?? null });
    return;
  }
  if (status !== 204 && status !== 304) headers['Content-Length'] = String(measure(body));
  writeHead(response, status, headers);
  if (request.method === 'HEAD' || body === undefined) endReply(request, response, '', lingers);
  else endReply(request, response, body, lingers);
}

/** The two kinds of response have the same method with types that do not join. */
function writeHead(response: OutgoingResponse, status: number, headers: Record<string, string>): void {
  (response as ServerResponse).writeHead(status, headers);
}

function measure(body: string | Uint8Array | undefined): number {
  if (body === undefined) return 0;
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length;
}

function joinHeaders(reply: HttpReply, extraHeaders: SendOptions['extraHeaders'], isForHttp2: boolean): Record<string, string> {
  const headers: Record<string, string> = { ...extraHeaders, ...reply.headers };
  // HTTP/2 knows no such header, and Node throws at it (RFC 9113 §8.2.2).
  if (isForHttp2) delete headers['Connection'];
  return headers;
}

function endReply(request: IncomingRequest, response: OutgoingResponse, body: string | Uint8Array, lingers: boolean): void {
  if (!lingers) {
    response.end(body);
    passOverBody(request);
    return;
  }
  if (isHttp2(response)) {
    // One stream of many: the client is told to stop sending this body, the connection goes on (RFC 9113 §8.1). A stream ends only when what
    // has come of it was read.
    const { stream } = response;
    response.end(body, () => {
      stream.close(http2Codes.noError);
      request.resume();
    });
    return;
  }
  if (body.length > 0) response.write(body);
  else response.flushHeaders();
  discardBody(request, () => response.end());
}

/**
 * Takes what nobody has read of a short body out of the way of the next request. Node does so only if nobody has looked at its beginning
 * either, as is done to a gzip header.
 */
function passOverBody(request: IncomingRequest): void {
  if (!request.complete || request.readableLength > 0) request.resume();
}

/** Reads and forgets what still comes, until it ends, grows too long or takes too long; then calls `done` once. */
function discardBody(request: IncomingRequest, done: () => void): void {
  let bytes = 0;
  const timer = setTimeout(finish, lingerMsMax);
  function onData(chunk: Buffer): void {
    bytes += chunk.length;
    if (bytes > lingerBytesMax) finish();
  }
  function finish(): void {
    clearTimeout(timer);
    request.off('data', onData).off('end', finish).off('close', finish);
    request.pause();
    done();
  }
  request.on('data', onData).on('end', finish).on('close', finish);
  request.resume();
}

interface StreamListener {
  readonly onError: SendOptions['onStreamError'];
  readonly observer: StreamObserver | null;
}

/**
 * A stream's chunk is good until the next one is asked for, so each is awaited: until the kernel has taken it, or nobody ever will. One that
 * throws ends the connection in the middle, so that the peer sees a broken answer and not a short one. A peer that reads as fast as we write
 * never makes us wait, so other requests are given a turn after `sendSliceMs`.
 *
 * Hot path: all chunks of a scrape. One function and one listener, since the first scrapes of a process also wait for the code to be compiled.
 */
async function sendStream(response: OutgoingResponse, body: ByteChunks, { onError, observer }: StreamListener): Promise<void> {
  const chunks = Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]();
  let bytes = 0;
  let isComplete = false;
  let release: () => void = () => undefined;
  const write = (chunk: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      release = resolve;
      (response as ServerResponse).write(chunk, release);
    });
  const onClose = (): void => {
    release();
    // A stream of events may have nothing to say for long: it is told at once that nobody listens any more.
    if (!isComplete) abandon(chunks, onError);
  };
  observer?.onStart();
  (response as ServerResponse).once('close', onClose);
  try {
    let sliceEndMs = performance.now() + sendSliceMs;
    for (let step = await chunks.next(); step.done !== true && !isGone(response); step = await chunks.next()) {
      bytes += step.value.length;
      await write(step.value);
      if (performance.now() < sliceEndMs) continue;
      await nextTurn();
      sliceEndMs = performance.now() + sendSliceMs;
    }
    isComplete = !isGone(response);
    if (isComplete) response.end();
    else abandon(chunks, onError);
  } catch (error) {
    onError(error);
    breakOff(response);
  } finally {
    observer?.onEnd(bytes, isComplete);
  }
}

function isGone({ destroyed, closed }: OutgoingResponse): boolean {
  return destroyed || closed;
}

function abandon(chunks: Iterator<Uint8Array> | AsyncIterator<Uint8Array>, onError: StreamListener['onError']): void {
  Promise.resolve(chunks.return?.()).catch(onError);
}

function breakOff(response: OutgoingResponse): void {
  if (isHttp2(response)) response.stream.close(http2Codes.internalError);
  else response.destroy();
}
