import { defineRefusal, type RefusalKind } from '../base/errors.ts';

/** The reference's opening words for every refusal by the consistency check; scripts and alerts look for them. */
export const inconsistentPrefix = 'pushed metrics are invalid or inconsistent with existing metrics: ';

/** The push contradicts itself or what other groups and our own metrics expose (SPEC §4.3). */
export const inconsistentPush: RefusalKind = defineRefusal('PG_PUSH_INCONSISTENT', 400);

/** A pushed metric had a timestamp (SPEC §4.3). */
export const timestampedPush: RefusalKind = defineRefusal('PG_PUSH_TIMESTAMP', 400);
