/** Writes that are remembered of one group. */
export const recordsPerGroupMax = 20;

/** Writes that are remembered over all groups: about 150 bytes each. Beyond it the oldest are forgotten. */
export const recordsMax = 200_000;

/** Characters of the ids of all groups that have records: a refused push may name any group, however long its name. */
export const historyIdsLengthMax: number = 16 * 1024 * 1024;

/** Characters of error texts and user agents that are kept. */
export const errorLengthMax = 1000;
export const userAgentLengthMax = 200;

/** Different user agents that are kept once for all; beyond it each record holds its own. */
export const userAgentsSharedMax = 1000;

/** Bytes of values before the last push that are kept over all groups, and of one group. Beyond it the oldest are forgotten. */
export const previousBytesMax: number = 32 * 1024 * 1024;
export const previousGroupBytesMax: number = 256 * 1024;

/** Groups whose earlier values wait to be kept, and how long they wait: under load only some are, and a push never waits for it. */
export const previousWaitingMax = 512;
export const previousDelayMs = 250;
