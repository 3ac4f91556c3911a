import { defineFailure, defineRefusal, type FailureKind, type RefusalKind } from '../base/errors.ts';

/** A compressed body that cannot be unpacked. The message is the reference's. */
export const badCompression: RefusalKind = defineRefusal('PG_BODY_COMPRESSION', 400);

/** A body above the limit, as it arrives or unpacked. */
export const bodyTooLarge: RefusalKind = defineRefusal('PG_BODY_TOO_LARGE', 413);

/** A body that did not arrive in time. */
export const bodyTimeout: RefusalKind = defineRefusal('PG_BODY_TIMEOUT', 408);

/** The peer went away before its body was complete. Nobody sees the answer. */
export const bodyAborted: RefusalKind = defineRefusal('PG_BODY_ABORTED', 400);

/** A body in an encoding that this version of Node cannot unpack. */
export const unsupportedEncoding: RefusalKind = defineRefusal('PG_BODY_ENCODING', 415);

/** There was no room for a large body beside those of other requests, for too long. */
export const bodiesBusy: RefusalKind = defineRefusal('PG_BODIES_BUSY', 503);

/** The server is not able to listen on an address. */
export const listenFailure: FailureKind = defineFailure('PG_LISTEN');

/** The web configuration or a file it names cannot be used. */
export const webConfigFailure: FailureKind = defineFailure('PG_WEB_CONFIG');
