import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** A MetricFamily as the conformance kit writes it in JSON: field names of metrics.proto, special numbers as strings. */
export type FamilyJson = Readonly<Record<string, unknown>> & { readonly name: string };

interface ProtobufKit {
  encodeDelimited(families: readonly FamilyJson[]): Buffer;
  decodeDelimited(bytes: Buffer): FamilyJson[];
}

const file = path.join(import.meta.dirname, '..', 'conformance', 'lib', 'proto.mjs');

/** The table-driven codec of the conformance kit: slow, small, and no relative of the one that is tested. */
export const protobufKit: ProtobufKit = (await import(pathToFileURL(file).href)) as ProtobufKit;

export const protobufContentType = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
