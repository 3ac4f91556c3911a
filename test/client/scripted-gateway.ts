import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach } from 'vitest';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Unpacked. */
  readonly body: string;
}

export type Step = (request: SeenRequest, response: ServerResponse) => void;

export interface ScriptedGateway {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** Connections that were made to it. */
  readonly connections: () => number;
}

const open = new Set<Server>();
afterEach(() => {
  for (const server of open) {
    server.close();
    server.closeAllConnections();
  }
  open.clear();
});

/** Answers with each step in turn, the last one again and again. Closed after the test. */
export async function startScript(...steps: readonly Step[]): Promise<ScriptedGateway> {
  const seen: SeenRequest[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
      const { method = '', url: path = '', headers } = request;
      seen.push({ method, path, headers, body });
      const step = steps[Math.min(seen.length, steps.length) - 1];
      step?.({ method, path, headers, body }, response);
    });
  });
  server.on('connection', () => (connections += 1));
  open.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, connections: () => connections };
}

export function answer(status: number, body = '', headers: Readonly<Record<string, string>> = {}): Step {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers });
    response.end(body);
  };
}

/** Breaks the connection instead of answering. */
export const hangUp: Step = (_, response) => response.socket?.destroy();

/** Never answers. */
export const stall: Step = () => {};
