import { writePrototextExposition, writeProtobufExposition, writeTextExposition } from '../exposition/exposition-writer.ts';
import type { ExposedFamily } from '../exposition/exposed-family.ts';
import { acceptsGzip, negotiateFormat, type ExpositionFormat } from '../exposition/negotiation.ts';
import { writeProtobufCompactText, writeProtobufText } from '../exposition/protobuf-text.ts';
import type { HttpHandler } from '../http/types.ts';
import { gzip } from '../wasm/gzip.ts';
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
      body: scrapes.watch(request, atMs, isGzip ? gzip(body) : body),
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
