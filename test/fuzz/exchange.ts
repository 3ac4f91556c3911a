import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { Operation } from './operations.ts';

/** What a server said. `status: 0`: nothing, for the reason in the body. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Request = Pick<Operation, 'method' | 'path' | 'headers' | 'body'>;

/** Sends one request and reads its answer to the end. Never rejects: a broken connection is an answer, too. */
export type Send = (request: Request) => Promise<Answer>;

const answerMsMax = 10_000;

/** A client of one server on one kept connection, that sends paths as they are. */
export function createSend(port: number): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return ({ method, path, headers, body }) =>
    new Promise((resolve) => {
      const fail = (error: Error): void => {
        resolve({ status: 0, headers: {}, body: Buffer.from(error.message) });
      };
      const length = body === null ? {} : { 'content-length': String(body.length) };
      const sent = request(
        { agent, host: '127.0.0.1', port, method, path, headers: { ...headers, ...length }, timeout: answerMsMax },
        (reply) => {
          const pieces: Buffer[] = [];
          reply.on('data', (piece: Buffer) => pieces.push(piece));
          reply.once('error', fail);
          reply.once('end', () => {
            resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: Buffer.concat(pieces) });
          });
        },
      );
      sent.once('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.once('error', fail);
      sent.end(body ?? undefined);
    });
}

/** A GET, for scrapes and the API. */
export function get(path: string, headers: Readonly<Record<string, string>> = {}): Request {
  return { method: 'GET', path, headers, body: null };
}
