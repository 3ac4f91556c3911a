/** Bytes of the configuration file. */
export const configBytesMax: number = 1024 * 1024;
/** A password, a token, a key, or certificates, of which a system has some hundred in one file. */
export const secretBytesMax: number = 1024 * 1024;
/** A pid file, or /etc/passwd. */
export const systemFileBytesMax: number = 16 * 1024 * 1024;

export const collectorsMax = 200;
export const intervalMsMin = 100;
export const intervalMsMax: number = 24 * 60 * 60_000;

/** The first run comes within this, or within the interval if that is shorter, so that many agents do not start in step. */
export const firstRunSpreadMsMax = 10_000;

/** How long a run that was cut may take to hand in what it has; and how long a command may take to end when it is told to. */
export const cutGraceMs = 1000;
export const killGraceMs = 300;

/** Waits between tries of a push that failed: doubled from the first, never longer than the shortest interval of the group. */
export const firstRetryMs = 1000;

/** How long the pushes and deletes of a stop may take, all together. */
export const lastPushesMsMax = 5000;

/** Changed problems of one collector are told once in this time; the first one and the end of them always. */
export const problemLogIntervalMs = 60_000;

/** Bytes that a command may print; of stderr only the first are kept. */
export const commandOutputBytesMax: number = 16 * 1024 * 1024;
export const commandErrorBytesMax: number = 64 * 1024;

/** Characters of somebody else's line that a message repeats. */
export const quotedLineCharsMax = 300;

/** Files of one directory, bytes of each, and how often one that is being written is read again. */
export const textFilesMax = 1000;
export const textFileBytesMax: number = 16 * 1024 * 1024;
export const textFileReadsMax = 3;

export const httpTargetsMax = 1000;
export const httpRedirectsMax = 10;
export const httpBodyBytesMax: number = 10 * 1024 * 1024;

export const interfacesMax = 1000;
export const processWatchesMax = 200;
export const processesMax = 100_000;

/** Processes of one entry that get an info metric of their own. */
export const processInfosMax = 100;
export const hdfsPathsMax = 1000;

/** Clashes that one message names; the rest is counted. */
export const namedClashesMax = 5;
