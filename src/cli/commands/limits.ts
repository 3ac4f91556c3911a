/** Bytes of a document that `pushgate import` reads; Node holds no more than twice that in one buffer. */
export const documentBytesMax: number = 1024 * 1024 * 1024;

/** Bytes of small families that are parsed at once. One family is never cut, so a large one is parsed alone. */
export const documentPartBytes: number = 1024 * 1024;

/** Bytes of a file with a password, a token, a certificate or a key. */
export const keyFileBytesMax: number = 1024 * 1024;

/** Bytes of a text that `pushgate push` and `lint` read. */
export const pushTextBytesMax: number = 256 * 1024 * 1024;

/** Bytes of one answer of the API that a command reads. */
export const apiAnswerBytesMax: number = 256 * 1024 * 1024;

/** Groups that are asked for at once; the most that the API gives. */
export const groupsPerRequest = 1000;

/** Groups that a confirmation names. */
export const groupsConfirmedMax = 3;

/** Characters of a line of text that an error shows. */
export const shownLineLengthMax = 160;

/** Metrics of a group that are asked for at once; the most that the API gives. */
export const metricsPerRequest = 5000;
