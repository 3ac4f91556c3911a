import { defineRefusal, type RefusalKind } from '../base/errors.ts';

/** A profile was asked for with a duration that is none, or out of bounds. */
export const badProfileSeconds: RefusalKind = defineRefusal('PG_PROFILE_SECONDS', 400);

/** Another CPU profile is being taken: V8 takes one at a time, and two would pay for each other. */
export const profileRunning: RefusalKind = defineRefusal('PG_PROFILE_RUNNING', 409);
