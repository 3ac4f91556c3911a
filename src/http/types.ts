import type { IncomingHttpHeaders } from 'node:http';
import type { ByteChunks } from '../base/bytes.ts';

/** A request after routing, as a handler sees it. Belongs to the handler until its reply is sent. */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** The percent-decoded path, prefix included; bytes that are not UTF-8 became U+FFFD. */
  readonly path: string;
  /** The path as it was sent, without the query. */
  readonly rawPath: string;
  /** The query as it was sent, without the question mark; parsed by the few handlers that read it. */
  readonly rawQuery: string;
  /** Percent-decoded values of the route's parameters; a catch-all begins with `/`. */
  readonly params: Readonly<Record<string, string>>;
  /** Whether the percent-decoded path holds bytes that are not valid UTF-8. */
  readonly hasInvalidUtf8: boolean;
  readonly headers: IncomingHttpHeaders;
  /** `host:port` of the peer, IPv6 hosts in brackets. */
  readonly remoteAddress: string;
  /** Bytes of request line and headers plus the announced body, as the reference estimates the size of a push. */
  approximateSizeBytes(): number;
  /**
   * Reads the body to its end, decompressed: gives it at once if it is all there. Throws or rejects with a Refusal: 400 for bad compression,
   * 413 for a body above the limit (which is never held in memory as a whole), 408 for one that does not come, 503 if there is no room for
   * it. To be called at most once; the caller owns the buffer.
   */
  readBody(): Buffer | Promise<Buffer>;
}

/** What a handler answers. */
export interface HttpReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * A stream is read with backpressure and abandoned (its `return` called) when the peer goes away.
   * One that throws ends the connection without a proper end, so that the peer sees a broken answer, not a short one.
   */
  readonly body?: string | Uint8Array | ByteChunks;
  /** Told how a stream was sent. */
  readonly observer?: StreamObserver;
}

export interface StreamObserver {
  onStart(): void;
  /** Once after each start, with the bytes that were taken from the stream. Not complete: it was broken off, or abandoned. */
  onEnd(bytes: number, isComplete: boolean): void;
}

export type HttpHandler = (request: HttpRequest) => HttpReply | Promise<HttpReply>;
