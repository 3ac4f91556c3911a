// Scrapes: one connection that reads as fast as it can and looks at nothing but the head.
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';

export const scrapeFormats = {
  text: { accept: 'text/plain;version=0.0.4' },
  gzip: { accept: 'text/plain;version=0.0.4', 'accept-encoding': 'gzip' },
  protobuf: { accept: 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited' },
};

const readBufferBytes = 1024 * 1024;

/**
 * Milliseconds from sending the request to the first and to the last byte, and the bytes with the head. Throws if the answer is not 200.
 */
export function scrapeOnce(server, headers, path = '/metrics') {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let status = '';
    let begun = 0;
    let firstMs = 0;
    const onread = {
      buffer: Buffer.allocUnsafe(readBufferBytes),
      callback: (count, buffer) => {
        if (bytes === 0) {
          firstMs = performance.now() - begun;
          status = buffer.toString('latin1', 9, 12);
        }
        bytes += count;
        return true;
      },
    };
    const socket = connect({ port: server.port, host: '127.0.0.1', onread });
    socket.once('connect', () => {
      const lines = Object.entries({ host: 'bench', connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
      begun = performance.now();
      socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    });
    socket.once('error', reject);
    socket.once('end', () => {
      const ms = performance.now() - begun;
      if (status !== '200') reject(new Error(`${server.name} answered GET ${path} with ${status}`));
      else resolve({ ms, firstMs, bytes });
    });
  });
}

/** Scrapes this often, after one scrape that does not count; `before` is done before each of them. */
export async function measureScrapes(server, headers, times, { path, before } = {}) {
  await scrapeOnce(server, headers, path);
  const results = [];
  for (let count = 0; count < times; count++) {
    await before?.(count);
    results.push(await scrapeOnce(server, headers, path));
  }
  return { ms: results.map(({ ms }) => ms), bytes: results.at(-1).bytes };
}

/** How many sample lines of pushed metrics the page has: a scrape that leaves something out is not quick but wrong. */
export async function countSamples(server) {
  const reply = await fetch(`${server.url}/metrics`, { headers: { 'accept-encoding': 'gzip' } });
  let page = Buffer.from(await reply.arrayBuffer());
  if (page[0] === 0x1f) page = gunzipSync(page);
  let count = 0;
  for (let at = page.indexOf('\nbatch_'); at >= 0; at = page.indexOf('\nbatch_', at + 1)) count++;
  return count;
}
