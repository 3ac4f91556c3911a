// The floor that a Node server stands on: reads a body and drops it; answers a GET with a buffer that is ready.
// bare-server.mjs PORT; GET /?bytes=N says how large the answer is.
import { createServer } from 'node:http';

const ready = new Map();

const server = createServer((request, reply) => {
  if (request.method !== 'GET') {
    request.on('data', () => {}).once('end', () => reply.writeHead(200, { 'content-length': 0 }).end());
    return;
  }
  const bytes = Number(new URL(request.url, 'http://bare').searchParams.get('bytes'));
  if (!ready.has(bytes)) ready.set(bytes, Buffer.alloc(bytes, 'sample 1\n'));
  reply.writeHead(200, { 'content-length': bytes, 'content-type': 'text/plain; version=0.0.4' }).end(ready.get(bytes));
});
server.listen(Number(process.argv[2]), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
