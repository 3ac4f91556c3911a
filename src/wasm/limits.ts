/** A page of WebAssembly memory (its specification, §4.2.8). */
export const wasmPageBytes: number = 64 * 1024;

/** Pages that a memory begins with. */
export const growthPagesMin = 16;

/** A vector is copied whole, so up to so many bytes behind a text are touched. */
export const vectorBytes = 16;

/** Up to so many bytes behind what lies in a memory are read, to have them at hand in time. Not less than `vectorBytes`. */
export const readAheadBytes = 128;

/** Bytes that are compressed before something is handed out, however little it is, so that others get a turn: about a millisecond. */
export const gzipInputBytesMax: number = 1024 * 1024;

/** An `Arena` takes so many bytes at once, or as often so many as somebody asks for. */
export const arenaBlockBytes: number = 64 * 1024;

/** Bytes that must be free for a number where it is written. */
export const valueRoomBytes = 64;
