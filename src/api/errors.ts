import { defineRefusal, type RefusalKind } from '../base/errors.ts';

/** The labels of a push path do not come in pairs (SPEC §3.1). */
export const oddPathComponents: RefusalKind = defineRefusal('PG_PATH_ODD_COMPONENTS', 400);

/** A label name of a push path is malformed or reserved (SPEC §3.3). */
export const improperLabelName: RefusalKind = defineRefusal('PG_PATH_LABEL_NAME', 400);

/** A value of a push path that is marked `@base64` is not (SPEC §3.2). */
export const invalidBase64: RefusalKind = defineRefusal('PG_PATH_BASE64', 400);

/** The job of a push path is empty (SPEC §3.5). */
export const jobRequired: RefusalKind = defineRefusal('PG_PATH_JOB', 400);

/** The store is still being read; nothing can be pushed or scraped yet. */
export const storeLoading: RefusalKind = defineRefusal('PG_STORE_LOADING', 503);

/** A selector of the API is not PromQL, or more than label matchers, or its regexps are too large. */
export const badSelector: RefusalKind = defineRefusal('PG_SELECTOR', 400);

/** A query parameter of the API, or the JSON of its body, does not say what it should. */
export const badParameter: RefusalKind = defineRefusal('PG_PARAMETER', 400);

/** The API was asked for a group that is not there. */
export const groupNotFound: RefusalKind = defineRefusal('PG_GROUP_NOT_FOUND', 404);

/** A bulk delete would take another number of groups than the caller expects. */
export const unexpectedCount: RefusalKind = defineRefusal('PG_DELETE_UNEXPECTED', 409);

/** As many clients listen to events as may. */
export const tooManyListeners: RefusalKind = defineRefusal('PG_EVENTS_FULL', 503);
