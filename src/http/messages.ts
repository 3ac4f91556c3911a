import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/** A request as Node hands it out. */
export type IncomingRequest = IncomingMessage | Http2ServerRequest;

/** A response as Node hands it out. */
export type OutgoingResponse = ServerResponse | Http2ServerResponse;

/**
 * Whether a message is a stream of an HTTP/2 session. Not to be read from the version: `GET / HTTP/2.0` on an HTTP/1 connection, which
 * Node's parser takes, is an HTTP/1 message all the same.
 */
export function isHttp2(message: IncomingRequest): message is Http2ServerRequest;
export function isHttp2(message: OutgoingResponse): message is Http2ServerResponse;
export function isHttp2(message: IncomingRequest | OutgoingResponse): boolean {
  return 'stream' in message;
}
