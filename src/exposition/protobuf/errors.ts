import { defineRefusal, type RefusalKind } from '../../base/errors.ts';

/** The body is not what SPEC §5.4 calls delimited protobuf: cut off, not well-formed, or with a metric type that nobody knows. */
export const protobufDecodeRefusal: RefusalKind = defineRefusal('PG_PROTOBUF_DECODE', 400);

/** A family without a name: the reference stores it and then answers every scrape with an empty page. */
export const protobufNoNameRefusal: RefusalKind = defineRefusal('PG_PROTOBUF_NO_NAME', 400);
