import type { GroupingKey } from '../model/grouping-key.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import { isDelimitedProtobuf } from './content-type.ts';
import { decodeFastText } from './fast-text/decode-fast-text.ts';
import { decodeDelimitedFamilies } from './protobuf/codec.ts';
import { storeFamilies } from './store-family.ts';
import { parseText } from './text-parser.ts';

/** A push body, decoded and merged with its grouping key. */
export interface DecodedPush {
  readonly families: readonly StoredFamily[];
  /** Whether any metric had a timestamp, even 0. */
  readonly hasTimestamps: boolean;
}

export interface DecodeOptions {
  readonly key: GroupingKey;
  /** When the push arrived: Unix milliseconds. */
  readonly atMs: number;
  /** `--push.enable-utf8-names`. */
  readonly allowUtf8Names: boolean;
}

/**
 * Decodes a push body in the format that its Content-Type names (SPEC §4.1): delimited protobuf, or else text. Throws a Refusal that names
 * the line or the byte of the first error. What can be decoded but not exposed carries its `flaw`; whether that refuses the push is the
 * store's decision.
 */
export function decodePush(body: Buffer, contentType: string | undefined, { key, atMs, allowUtf8Names }: DecodeOptions): DecodedPush {
  const isProtobuf = isDelimitedProtobuf(contentType);
  if (!isProtobuf) {
    const families = decodeFastText(body, key, atMs);
    if (families !== null) return { families, hasTimestamps: false };
  }
  const families = isProtobuf ? decodeDelimitedFamilies(body) : parseText(body, { allowUtf8Names });
  const hasTimestamps = families.some(({ metrics }) => metrics.some(({ timestampMs }) => timestampMs !== null));
  return { families: storeFamilies(families, key, atMs), hasTimestamps };
}
