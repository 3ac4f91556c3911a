/** Push paths that are known again without being read. */
export const knownPathsMax = 10_000;
/** Characters of a path that is remembered; longer ones are read each time. */
export const knownPathLengthMax = 512;
