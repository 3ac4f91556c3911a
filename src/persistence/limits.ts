/** How long to wait after a failed commit before trying whether the disk takes writes again. */
export const probeIntervalMs = 1000;

/** Bytes of changes that may wait for a flush with `sync: 'interval'`; reaching it flushes at once, and twice of it refuses writes. */
export const pendingBytesMax: number = 64 * 1024 * 1024;

/** Bytes read at once when a store file is brought into the page cache before it is verified. */
export const readAheadBytes: number = 4 * 1024 * 1024;

/** Levels of a B-tree; LMDB itself stops at 32 (CURSOR_STACK). */
export const treeDepthMax = 32;

/** Free space left on the file system, beyond the bytes that failed, before a full disk counts as cured. */
export const spareDiskBytes: number = 1024 * 1024;

/** Writes that may wait for the store before further ones are answered with 503. */
export const queuedWritesMax = 10_000;

/** Writes that go into one commit; bounds how long scrapes and other requests wait while a batch is decided. */
export const batchWritesMax = 1024;

/** How long loading goes on before health checks and refused pushes get a turn. */
export const loadSliceMs = 20;
