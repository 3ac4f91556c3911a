import { createFamilyTable, type FamilyTable } from '../model/family-table.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { MetricFamily } from '../model/metric-family.ts';
import { isDelimitedProtobuf } from './content-type.ts';
import { FastProtobufDecoder } from './fast-protobuf/decode-fast-protobuf.ts';
import { FastTextDecoder } from './fast-text/decode-fast-text.ts';
import { FormPool } from './fast-text/form-pool.ts';
import { decodeDelimitedFamilies } from './protobuf/codec.ts';
import { storeFamilies } from './store-family.ts';
import { parseText } from './text-parser.ts';

/** A push body, decoded and merged with its grouping key. */
export interface DecodedPush {
  readonly families: FamilyTable;
  /** Whether any metric had a timestamp, even 0. */
  readonly hasTimestamps: boolean;
}

/** Decodes push bodies. Keeps what it learned of the bodies it saw, so one serves all pushes of a server. */
export class PushDecoder {
  readonly #allowUtf8Names: boolean;
  readonly #fastText: FastTextDecoder;
  readonly #fastProtobuf: FastProtobufDecoder;

  /** `allowUtf8Names`: `--push.enable-utf8-names`. */
  constructor(allowUtf8Names: boolean) {
    this.#allowUtf8Names = allowUtf8Names;
    const forms = new FormPool();
    this.#fastText = new FastTextDecoder(forms);
    this.#fastProtobuf = new FastProtobufDecoder(forms);
  }

  /**
   * Decodes a body in the format that its Content-Type names (SPEC §4.1): delimited protobuf, or else text. `atMs`: when the push arrived,
   * in Unix milliseconds. Throws a Refusal that names the line or the byte of the first error. What can be decoded but not exposed carries
   * its `flaw`; whether that refuses the push is the store's decision.
   */
  decode(body: Buffer, contentType: string | undefined, key: GroupingKey, atMs: number): DecodedPush {
    const isProtobuf = isDelimitedProtobuf(contentType);
    const families = (isProtobuf ? this.#fastProtobuf : this.#fastText).decode(body, key, atMs);
    if (families !== null) return { families, hasTimestamps: false };
    if (isProtobuf) return storePush(decodeDelimitedFamilies(body), key, atMs);
    return storePush(parseText(body, { allowUtf8Names: this.#allowUtf8Names }), key, atMs);
  }
}

function storePush(families: readonly MetricFamily[], key: GroupingKey, atMs: number): DecodedPush {
  const hasTimestamps = families.some(({ metrics }) => metrics.some(({ timestampMs }) => timestampMs !== null));
  return { families: createFamilyTable(storeFamilies(families, key, atMs)), hasTimestamps };
}
