/** Bytes of a pushed token that an error text repeats; the rest is cut off. */
export const quotedBytesMax = 1024;

/**
 * Characters of ready text that one family may have. Grouping labels are repeated on every line, so a body can grow by a large
 * factor; a JavaScript string ends at about 512 Mi characters.
 */
export const readyTextLengthMax: number = 256 * 1024 * 1024;

/**
 * Sample lines plus labels of a body that the plain text parser takes. It makes objects of each: a million metrics with a label each, which
 * is this number, take a good gigabyte until they are stored.
 */
export const textPartsMax = 2_000_000;

/** Clauses of an Accept header that are looked at. Prometheus sends seven at most. */
export const acceptClausesMax = 64;

/** Sample lines and labels per line that the fast text decoder takes; larger bodies go the plain way. */
export const fastTextLinesMax = 4_000_000;
export const fastTextLabelsMax = 64;

/** Bytes of a scrape that are written at once; also how much is encoded before other requests get a turn. */
export const writeChunkBytes: number = 128 * 1024;

/** What the fast text decoder remembers of bodies: characters in all, groups, and templates tried for a group that it does not know. */
export const templateWeightMax: number = 16 * 1024 * 1024;
export const templateGroupsMax = 100_000;
export const templatesPerShapeMax = 32;
export const templateShapesMax = 64;
