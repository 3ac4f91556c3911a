/** Quantiles speak of about the last ten minutes, as in the reference: of five slots of two minutes each. */
export const windowSlots = 5;
export const windowSlotMs: number = 2 * 60_000;

/** How long a CPU profile may take, in seconds. */
export const profileSecondsMin = 1;
export const profileSecondsMax = 300;

/** How long the first heap profile collects before it answers; later ones answer at once. */
export const firstHeapWindowMs = 1000;
