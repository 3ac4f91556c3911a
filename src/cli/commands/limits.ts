/** Bytes of a document that `pushgate import` reads; Node holds no more than twice that in one buffer. */
export const documentBytesMax: number = 1024 * 1024 * 1024;

/** Bytes of small families that are parsed at once. One family is never cut, so a large one is parsed alone. */
export const documentPartBytes: number = 1024 * 1024;
