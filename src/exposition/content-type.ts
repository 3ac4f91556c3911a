import { splitMediaType } from './media-type.ts';

/** What the last push said that it is protobuf, and whether that is so: clients repeat themselves, and reading it takes a microsecond. */
let lastType = '';
let wasDelimitedProtobuf = false;

/**
 * Whether the Content-Type of a push says delimited protobuf; anything else, missing and malformed ones too, means text (SPEC §4.1).
 * Type and parameter names in any letter case, values exactly, further parameters as they please.
 */
export function isDelimitedProtobuf(contentType: string | undefined): boolean {
  if (contentType === lastType) return wasDelimitedProtobuf;
  // The usual push is text; it should not pay for a parser.
  if (contentType === undefined || !/protobuf/i.test(contentType)) return false;
  lastType = contentType;
  wasDelimitedProtobuf = readsAsDelimitedProtobuf(contentType);
  return wasDelimitedProtobuf;
}

function readsAsDelimitedProtobuf(contentType: string): boolean {
  const parsed = splitMediaType(contentType);
  return (
    parsed !== null &&
    parsed.type === 'application/vnd.google.protobuf' &&
    parsed.parameters.get('proto') === 'io.prometheus.client.MetricFamily' &&
    parsed.parameters.get('encoding') === 'delimited'
  );
}
