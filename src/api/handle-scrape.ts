import type { ByteChunks } from '../base/bytes.ts';
import { writePrototextExposition, writeProtobufExposition, writeTextExposition } from '../exposition/exposition-writer.ts';
import type { Exposition } from '../exposition/exposed-family.ts';
import { acceptsGzip, negotiateFormat, type ExpositionFormat } from '../exposition/negotiation.ts';
import { writeProtobufCompactText, writeProtobufText } from '../exposition/protobuf-text.ts';
import type { HttpHandler } from '../http/types.ts';
import { gzip } from '../wasm/gzip.ts';
import { FamilyMerger } from './exposed-families.ts';
import type { Gateway } from './gateway.ts';

/** GET of the telemetry path: all groups and our own metrics as they are now, streamed (SPEC §6). */
export function createScrapeHandler({ clock, scrapes, store, telemetry }: Gateway): HttpHandler {
  const merger = new FamilyMerger();
  return async (request) => {
    const { headers } = request;
    const atMs = clock.nowMs();
    const format = negotiateFormat(headers.accept);
    const own = await telemetry.collect();
    const body = writeExposition(merger.merge(own, store.readExposition()), format);
    const isGzip = acceptsGzip(headers['accept-encoding']);
    return {
      status: 200,
      headers: { 'Content-Type': format.contentType, ...(isGzip ? { 'Content-Encoding': 'gzip' } : {}) },
      body: isGzip ? gzip(body) : body,
      observer: scrapes.observe(request, atMs),
    };
  };
}

function writeExposition(exposition: Exposition, { kind, scheme }: ExpositionFormat): ByteChunks {
  switch (kind) {
    case 'text':
      return writeTextExposition(exposition, scheme);
    case 'protobuf-delimited':
      return writeProtobufExposition(exposition, scheme);
    case 'protobuf-text':
      return writePrototextExposition(exposition, scheme, writeProtobufText);
    case 'protobuf-compact-text':
      return writePrototextExposition(exposition, scheme, writeProtobufCompactText);
  }
}
