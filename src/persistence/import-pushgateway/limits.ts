/** Types that a gob stream may define; a file of the Pushgateway has seven. */
export const gobTypesMax = 64;

/** Values inside each other; a file of the Pushgateway nests five. */
export const gobDepthMax = 16;

/** Bytes at the beginning of a file in which the name of its type has to stand. */
export const pushgatewayHeadBytes = 64;

/** Largest file that is imported; Node reads no more at once. */
export const pushgatewayFileBytesMax: number = 2 ** 31 - 1;
