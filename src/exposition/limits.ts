/** Bytes of a pushed token that an error text repeats; the rest is cut off. */
export const quotedBytesMax = 1024;

/**
 * Characters of ready text that one family may have. Grouping labels are repeated on every line, so a body can grow by a large
 * factor; a JavaScript string ends at about 512 Mi characters.
 */
export const readyTextLengthMax: number = 256 * 1024 * 1024;

/**
 * Samples plus labels of a body that is decoded to objects: text that takes the plain way, and protobuf, where exemplars and native buckets
 * count as well. A million metrics with a label each, which is this number, take a good gigabyte until they are stored.
 */
export const decodedPartsMax = 2_000_000;

/** Metric families of one push, with samples or only declared. Each costs some objects here and an entry in several maps of the store. */
export const familiesMax = 100_000;

/** Clauses of an Accept header that are looked at. Prometheus sends seven at most. */
export const acceptClausesMax = 64;

/** Sample lines of a body that the fast text decoder takes; what has more is refused, since the plain way takes fewer. */
export const fastTextLinesMax = 4_000_000;

/** Labels of a line that the fast text decoder takes; a line with more goes the plain way. */
export const fastTextLabelsMax = 64;

/** What the fast text decoder keeps from push to push to write lines into; what a larger push needed is given back. */
export const readyLinesKeptBytesMax: number = 8 * 1024 * 1024;

/** What the text of a scrape is written from is kept for the next one up to this size, and until it has grown to twice its first size and this. */
export const idleWriterBytesMax: number = 64 * 1024 * 1024;
export const writerGrowthBytes: number = 1024 * 1024;

/** Texts of groups without form that are laid out for scrapes, a copy of what is stored; those of further groups come from JavaScript one by one. */
export const imageTextBytesMax: number = 8 * 1024 * 1024;

/** Headers, own metrics and slots of groups that are laid out before the text of them is written. */
export const scriptBytesMax: number = 64 * 1024;

/** What was laid out of that is kept for the next scrape up to this size: a million slots. */
export const keptScriptBytesMax: number = 4 * 1024 * 1024;

/** Bytes of a page of text: what a scrape writes at once. Smaller ones cost more calls, larger ones make others wait and leave the cache. */
export const textPageBytes: number = 256 * 1024;

/** Bytes of a scrape in another format that are written at once; also how much is encoded before other requests get a turn. */
export const writeChunkBytes: number = 128 * 1024;

/** The metrics of a family are gathered for protobuf in pieces of so many bytes. */
export const fieldPieceBytes: number = 256 * 1024;

/** Buckets or quantiles of one metric that are transcoded from text; a metric with more takes the plain way. */
export const transcodedMembersMax = 1024;

/** A larger body is not worth a template: few of them come, and one could fill the room for all. */
export const templateBodyBytesMax: number = 1024 * 1024;

/** Text that a protobuf body of that size is written as to be read; labels of histograms are repeated. What is longer takes the plain way. */
export const transcriptBytesMax: number = 4 * 1024 * 1024;

/** Places for values and grouping labels in a template: a key of hundreds of labels has as many in every line. */
export const templateHolesMax = 200_000;

/** What the fast text decoder remembers of bodies: characters in all, and groups. */
export const templateWeightMax: number = 16 * 1024 * 1024;
export const templateGroupsMax = 200_000;

/** Characters of the ids of these groups, in all and each; a group with a longer one is not remembered. */
export const templateGroupIdsLengthMax: number = 16 * 1024 * 1024;
export const templateGroupIdLengthMax = 1024;

/** What templates have brought onto the desk where bodies are looked at: from here on it is thrown away for an empty one. */
export const deskBytesMax: number = 2 * templateWeightMax;

/** Templates are looked for by how the body begins: beginnings, characters of each, and templates tried for each. */
export const templateOpeningsMax = 4096;
export const templateOpeningLengthMax = 1024;
export const templatesPerOpeningMax = 16;

/**
 * Groups that must have used a form before what they push is kept in it. A form weighs about two and a half times the text of one group, so
 * from here on it always saves memory.
 */
export const sharedFormGroupsMin = 4;

/** Bytes of JSON that are written at once, and how far over that a chunk may go before it grows. */
export const jsonChunkBytes: number = 64 * 1024;
export const jsonChunkSlackBytes: number = 8 * 1024;

/** JSON of one group that WebAssembly writes at once; a larger one goes the long way, family by family. */
export const jsonPageBytes: number = 256 * 1024;

/** What it is written from: above this size it takes no more forms, whose groups then go the long way, and is not kept for the next answer. */
export const jsonMemoryBytesMax: number = 16 * 1024 * 1024;

/** Names and helps that one answer of the query API keeps in quotes, and characters of each. */
export const quotedTextsMax = 2000;
export const quotedTextLengthMax = 1000;
