/** Groups (wire types 3 and 4) inside each other in an unknown field; no sender we know of nests even one. */
export const groupDepthMax = 32;

/** Bytes of a string that is kept for reuse: label names and values are seldom longer, help texts seldom repeat. */
export const internedBytesMax = 64;

/** Strings kept for reuse between pushes, at most `internedBytesMax` bytes each; a power of two. */
export const internedStringsMax = 4096;
