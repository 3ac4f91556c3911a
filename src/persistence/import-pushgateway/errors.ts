import { defineFailure, type FailureKind } from '../../base/errors.ts';

/** A persistence file of the Go Pushgateway that cannot be read to its end. Nothing of it is used, and it is left as it is. */
export const pushgatewayFileDamaged: FailureKind = defineFailure('PG_PUSHGATEWAY_FILE_DAMAGED');

/** A persistence file of the Go Pushgateway that the operating system does not let us read. */
export const pushgatewayFileUnreadable: FailureKind = defineFailure('PG_PUSHGATEWAY_FILE_UNREADABLE');
