import { defineFailure, defineRefusal, type FailureKind, type RefusalKind } from '../../base/errors.ts';

/** A document that `pushgate import` cannot bring in as a whole: nothing of it is stored. The status is never sent. */
export const importRefused: RefusalKind = defineRefusal('PG_IMPORT', 400);

/** A file that a command should read or write, and cannot. */
export const commandFileUnusable: FailureKind = defineFailure('PG_COMMAND_FILE');

/** What was asked does not answer as a Pushgate does. */
export const gatewayNotPushgate: FailureKind = defineFailure('PG_GATEWAY_FOREIGN');

/** A gateway that was started without what a command asks for. The status is never sent. */
export const adminApiOff: RefusalKind = defineRefusal('PG_ADMIN_API_OFF', 403);

/** A group that a command should show, and that a gateway does not have. The status is never sent. */
export const groupNotThere: RefusalKind = defineRefusal('PG_GROUP_ABSENT', 404);
