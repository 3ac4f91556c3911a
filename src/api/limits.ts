/** Push paths that are known again without being read. */
export const knownPathsMax = 10_000;
