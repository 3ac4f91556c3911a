/** Arguments after all `@file`s are read, so that a file that names itself comes to an end. */
export const argumentsMax = 1000;

/** Bytes of one `@file`. */
export const argumentFileBytesMax: number = 1024 * 1024;

/** Log lines that wait for a reader of stderr that does not read; further ones are dropped. */
export const logBufferBytesMax: number = 1024 * 1024;

/** How often a log line is tried again, 100 ms apart, when stderr is a full pipe that does not block. */
export const logRetriesMax = 5;

/** How many causes of an error are printed, so that a loop among them comes to an end. */
export const errorCausesMax = 8;

/** How often the memory of a job is looked at: 20 ms after its start, ever less often, and never so that it takes more than this share of a CPU. */
export const rssSampleMsMin = 20;
export const rssSampleMsMax = 1000;
export const rssSampleShareMax = 0.05;

/** How long a health check waits for an answer; below the ten seconds that the container files give it. */
export const healthCheckTimeoutMs = 8000;
