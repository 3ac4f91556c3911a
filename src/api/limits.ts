/** Characters and matchers of one selector, and characters of one regexp in it. */
export const selectorLengthMax = 10_000;
export const selectorMatchersMax = 64;
export const regexpLengthMax = 1000;

/** Characters of one regexp when its repeats are written out. */
export const regexpSizeMax = 10_000;

/** Steps by which the automata of one request may grow; that many take about 20 ms. People's regexps take some thousand. */
export const regexpWorkMax = 300_000;

/** Work of looking through groups for one request, in about nanoseconds; with very many groups so much for each, for they shall be found, too. */
export const lookWorkMax = 40_000_000;
export const lookWorkPerGroup = 400;

/** Selectors of one request; a group that fits one of them is taken. */
export const selectorsMax = 16;

/** With so many groups the query API is loaded and its code compiled before somebody asks. */
export const rehearsedGroupsMin = 10_000;

/** Groups that are asked for that, round by round; families that they hold together; milliseconds until others get a turn, and how long theirs is. */
export const rehearsalRounds: readonly number[] = [50, 100, 200, 400, 800, 800, 800];
export const rehearsalFamiliesMax = 10_000;
export const rehearsalSliceMs = 2;
export const rehearsalPauseMs = 15;
/** How long nobody must have scraped. Prometheus rests for seconds at least. */
export const rehearsalRestMs = 500;

/** Groups named by id in one request. */
export const idsMax = 10_000;

/** Characters and words of a search. */
export const searchLengthMax = 1000;
export const searchWordsMax = 16;

/** Groups on a page of the list: when nobody says, and at most. */
export const groupsPerPageDefault = 100;
export const groupsPerPageMax = 1000;

/** Metrics on a page of a group's detail. */
export const metricsPerPageDefault = 500;
export const metricsPerPageMax = 5000;

/** Labels or values that one completion answers: when nobody says, and at most. */
export const completionsDefault = 100;
export const completionsMax = 1000;

/** Distinct names of labels and of families that are counted for one completion. */
export const completionNamesCountedMax = 20_000;

/** Groups that the answer to a bulk delete names. */
export const deletedGroupsNamedMax = 100;

/** Groups that are remembered after they were deleted, and characters of all their ids. */
export const deletedGroupsMax = 10_000;
export const deletedIdCharsMax: number = 4 * 1024 * 1024;

/** Groups that one write of a bulk delete takes, so that pushes get a turn in between. */
export const deletesInFlightMax = 256;

/** Clients that listen to events. Each holds a connection. */
export const listenersMax = 100;

/** Milliseconds between two events of one client, and between two signs of life. */
export const eventIntervalMs = 500;
export const heartbeatIntervalMs = 15_000;

/** Groups that one event names. */
export const eventGroupsMax = 100;

/** Scrapers that are remembered, each with its last scrape. */
export const scrapersMax = 32;

/** Bytes of a body that `POST /api/v1/lint` looks at. */
export const lintBytesMax: number = 4 * 1024 * 1024;

/** Bytes of events that wait for one client. */
export const listenerBytesMax: number = 256 * 1024;

/** Warnings that one check of a push gives. */
export const lintWarningsMax = 100;

/** Push paths that are known again without being read, however few groups there are. */
export const knownPathsMin = 10_000;
/** Characters of a path that is remembered; longer ones are read each time. */
export const knownPathLengthMax = 512;

/** Groups that the page's own document lists, and families of each. */
export const groupsInDocumentMax = 20;
export const familiesPerGroupInDocumentMax = 50;
