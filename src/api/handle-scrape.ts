import { Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import { copyChunks, writePrototextExposition, writeProtobufExposition, writeTextExposition } from '../exposition/exposition-writer.ts';
import type { ExposedFamily } from '../exposition/exposed-family.ts';
import { acceptsGzip, negotiateFormat, type ExpositionFormat } from '../exposition/negotiation.ts';
import { writeProtobufCompactText, writeProtobufText } from '../exposition/protobuf-text.ts';
import type { HttpHandler } from '../http/types.ts';
import { mergeFamilies } from './exposed-families.ts';
import type { Gateway } from './gateway.ts';

/** GET of the telemetry path: all groups and our own metrics as they are now, streamed (SPEC §6). */
export function createScrapeHandler({ clock, scrapes, store, telemetry }: Gateway): HttpHandler {
  return async (request) => {
    const { headers } = request;
    const atMs = clock.nowMs();
    const format = negotiateFormat(headers.accept);
    const own = await telemetry.collect();
    const families = mergeFamilies(own, store.readExposition());
    const body = writeExposition(families, format);
    const isGzip = acceptsGzip(headers['accept-encoding']);
    return {
      status: 200,
      headers: { 'Content-Type': format.contentType, ...(isGzip ? { 'Content-Encoding': 'gzip' } : {}) },
      body: scrapes.watch(request, atMs, isGzip ? compress(body) : body),
    };
  };
}

function writeExposition(families: readonly ExposedFamily[], { kind, scheme }: ExpositionFormat): AsyncIterable<Uint8Array> {
  switch (kind) {
    case 'text':
      return writeTextExposition(families, scheme);
    case 'protobuf-delimited':
      return writeProtobufExposition(families, scheme);
    case 'protobuf-text':
      return writePrototextExposition(families, scheme, writeProtobufText);
    case 'protobuf-compact-text':
      return writePrototextExposition(families, scheme, writeProtobufCompactText);
  }
}

/** Compresses off the main thread, at the level that costs least: the peer is a scraper next door, not a browser far away. */
function compress(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = Readable.from(copyChunks(chunks), { objectMode: false });
  const gzip = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: gzipChunkBytes });
  source.once('error', (error) => gzip.destroy(error));
  gzip.once('close', () => source.destroy());
  return source.pipe(gzip);
}

const gzipChunkBytes = 64 * 1024;
