/** Body bytes after decompression when nobody says otherwise; 0 means no limit. Compressed bodies may not arrive larger either. */
export const bodyBytesMaxDefault: number = 64 * 1024 * 1024;

/**
 * Bytes of the bodies of all requests together, as they arrive and unpacked, until their handlers are done. The largest body allowed always
 * finds room, even beyond this.
 */
export const bodiesBytesMaxDefault: number = 256 * 1024 * 1024;

/** What each body may hold without asking for room. `openRequestsMaxDefault` of them are as much again as all others together. */
export const bodyBytesUnreserved: number = 64 * 1024;

/** How long a body waits for room, and for its turn to be unpacked, before its request is refused. */
export const bodyWaitMsMax: number = 10 * 1000;

/** Bodies that are unpacked at a time: the thread pool also serves password checks and the disk. */
export const unpackRunningMax = 2;

/** What is unpacked at a time of one body. */
export const unpackChunkBytes: number = 256 * 1024;

/**
 * How long a request may take to arrive as a whole. Long enough for a big push over a bad line, short enough that a stalled
 * pusher does not hold a place for ever.
 */
export const requestTimeoutMsDefault: number = 5 * 60 * 1000;

/** How long the header of a request may take. */
export const headersTimeoutMs: number = 60 * 1000;

/** How often Node looks for requests that took too long. */
export const timeoutCheckIntervalMs: number = 5 * 1000;

/**
 * How long an idle connection stays open. Prometheus closes its own idle connections after 5 minutes, most push clients sooner: the
 * client must be the first to close, or its next request may meet a closing socket and fail. Node's 5 s would do that at every scrape.
 */
export const keepAliveTimeoutMs: number = 6 * 60 * 1000;

/** How long a connection with a request on it may carry no byte in either direction, such as a scraper that stopped reading. */
export const socketIdleTimeoutMs: number = 15 * 60 * 1000;

/** How long a TLS handshake may take. */
export const handshakeTimeoutMs: number = 10 * 1000;

/** Bytes of request line and headers, as in Go's server: a grouping key with long label values is all in the URL. */
export const headerBytesMax: number = 1024 * 1024;

/** Requests in work at a time over all addresses; further ones get 503 at once instead of hanging. */
export const openRequestsMaxDefault = 4096;

/** Requests of one connection: one in work, the others wait for their turn; further ones get 503. */
export const connectionRequestsMax = 1024;

/** Connections of one listen address; further ones are closed at once. */
export const connectionsMaxDefault = 16_384;

/** Connections that wait for being accepted; the kernel caps it at its own limit. */
export const listenBacklog = 4096;

/** Addresses that a systemd unit may hand over. */
export const systemdSocketsMax = 64;

/**
 * What is read and thrown away of a body nobody wants before its connection is closed, so that the client gets to see the answer. Go's
 * server reads as much.
 */
export const lingerBytesMax: number = 256 * 1024;
export const lingerMsMax = 500;

/** Compressed bodies up to this size, unpacking to at most that size, are unpacked on the main thread: quicker than a trip to the pool. */
export const unpackInlineBytesMax: number = 16 * 1024;
export const unpackedInlineBytesMax: number = 256 * 1024;

/** Bytes of one snappy chunk after decompression (the framing format's own rule) and as it is sent, with its checksum. */
export const snappyBlockBytesMax: number = 64 * 1024;
export const snappyChunkBytesMax: number = 76_490 + 4;

/** Snappy bytes unpacked before other requests get a turn. */
export const snappySliceBytes: number = 1024 * 1024;

/** How often the web configuration and the files it names are looked at. */
export const webConfigCheckIntervalMs = 1000;

/** Bytes of the web configuration and of each certificate file. */
export const webConfigBytesMax: number = 4 * 1024 * 1024;

/** Remembered verdicts on credentials: good ones and bad ones apart, so that guessing does not push the good ones out. */
export const verdictsMax = 1000;

/** Password checks that run at a time: the thread pool they run in also serves decompression and the disk. */
export const passwordChecksRunningMax = 2;

/** Password checks that wait; further requests get 503. */
export const passwordChecksWaitingMax = 256;

/** How long a streamed reply is written before other requests get a turn. */
export const sendSliceMs = 2;
