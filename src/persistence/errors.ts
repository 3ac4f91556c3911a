import { defineFailure, defineRefusal, type FailureKind, type RefusalKind } from '../base/errors.ts';

/** A group record whose bytes contradict themselves: nothing of it is used. */
export const recordDamaged: FailureKind = defineFailure('PG_RECORD_DAMAGED');

/** A store file that fails its checks. It stops the start and is left as it is. */
export const storeDamaged: FailureKind = defineFailure('PG_STORE_DAMAGED');

/** A file that Pushgate did not write. It is left alone. */
export const storeForeign: FailureKind = defineFailure('PG_STORE_FOREIGN');

/** A store that another process holds. */
export const storeHeld: FailureKind = defineFailure('PG_STORE_HELD');

/** A path that cannot hold a store: a folder, not writable, a read-only file system. */
export const storePathUnusable: FailureKind = defineFailure('PG_STORE_PATH_UNUSABLE');

/** A commit that the disk did not take; nothing of it is in the store. */
export const commitFailed: FailureKind = defineFailure('PG_COMMIT_FAILED');

/** A commit while the log is known not to take any: after a failed one and before the next successful probe. */
export const storeNotReady: FailureKind = defineFailure('PG_STORE_NOT_READY');

/** More writes wait than `queuedWritesMax`; the push was not looked at. */
export const writeQueueFull: RefusalKind = defineRefusal('PG_WRITE_QUEUE_FULL', 503);

/** The group log did not take the write; nothing of it is stored. */
export const storeUnavailable: RefusalKind = defineRefusal('PG_STORE_UNAVAILABLE', 503);
