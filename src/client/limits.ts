/** How long one attempt may take from its connection to the last byte of the answer, where nothing else is asked for. */
export const timeoutMsDefault = 10_000;

/** A connection that is not there by then is tried again: a host that drops packets would otherwise eat the whole time of the attempt. */
export const connectTimeoutMsMax = 5_000;

/** Attempts after the first one. */
export const retriesDefault = 3;
export const retriesMax = 100;

/** The first wait before another attempt; each further one is twice as long, up to the most. */
export const backoffMsFirst = 500;
export const backoffMsMax = 10_000;

/** How long a `Retry-After` is obeyed: a gateway that asks for an hour would otherwise hold a job for an hour. */
export const retryAfterMsMax = 30_000;

/** Redirects that are followed for one request. */
export const redirectsMax = 5;

/** A body of so many bytes is sent with gzip. */
export const gzipBytesMin: number = 16 * 1024;

/** Bytes of an answer that are read, where nothing else is asked for; all that a push answers is a sentence. */
export const answerBytesMax: number = 64 * 1024;

/** Characters of an answer that an error message repeats. */
export const quotedAnswerLengthMax = 2_000;

/** Different TLS settings of which connections are kept alive; the one that was not used for the longest time is closed. */
export const agentsMax = 16;

/** Connections to one gateway at once. */
export const connectionsMax = 64;

/** Registries and texts in one push, and how deep lists of them may lie in one another. */
export const sourcesMax = 10_000;
export const sourceDepthMax = 8;
