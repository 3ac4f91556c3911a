import { isHttp2, type IncomingRequest } from './messages.ts';
import { notFoundReply, unreadableReply } from './replies.ts';
import type { HttpReply } from './types.ts';

const badVersionReply = unreadableReply(505, '505 HTTP Version Not Supported: unsupported protocol version');
const badTransferEncodingReply = unreadableReply(501, 'Unsupported transfer encoding');
const missingHostReply = unreadableReply(400, '400 Bad Request: missing required Host header');
const badExpectationReply: HttpReply = { status: 417, headers: { Connection: 'close' } };

/**
 * The reply to a message that breaks the rules of its protocol where Node's parser lets it pass (RFC 9112 §2.3, §3.2, §6.1; RFC 9110
 * §10.1.1); null if it may go on. Hot path: every request passes here.
 */
export function refuseMessage(request: IncomingRequest): HttpReply | null {
  if (request.method === 'CONNECT') return notFoundReply;
  const { expect, host, 'transfer-encoding': transferEncoding } = request.headers;
  if (!isHttp2(request)) {
    const { httpVersionMajor: major, httpVersionMinor: minor } = request;
    if (major !== 1 || minor > 1) return badVersionReply;
    if (minor === 1 && host === undefined) return missingHostReply;
    if (minor === 1 && transferEncoding !== undefined && transferEncoding.toLowerCase() !== 'chunked') return badTransferEncodingReply;
  }
  return expect === undefined || /(?:^|\W)100-continue(?:$|\W)/i.test(expect) ? null : badExpectationReply;
}
