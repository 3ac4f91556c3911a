import { isUtf8 } from 'node:buffer';

/** The target of a request line, cut but not yet decoded. */
export interface RequestTarget {
  /** As it was sent, for the absolute form without scheme and host; begins with `/`. */
  readonly rawPath: string;
  /** Without the question mark; empty if there is none. */
  readonly rawQuery: string;
}

/** A percent-decoded path. */
export interface DecodedPath {
  /** Bytes that are not UTF-8 became U+FFFD. */
  readonly path: string;
  readonly hasInvalidUtf8: boolean;
}

/**
 * Where the path of a target ends, if that path means itself: it begins with `/`, has no escape and no byte outside printable ASCII, no
 * empty segment, and no segment that begins with a dot. Otherwise -1: somebody has to look closer.
 * Hot path: every request passes here; guarded by the route benchmark in `bench/`.
 */
export function findPlainPathEnd(target: string): number {
  if (target.charCodeAt(0) !== 47 /* / */) return -1;
  let wasSlash = true;
  for (let i = 1; i < target.length; i++) {
    const code = target.charCodeAt(i);
    if (code === 63 /* ? */) return i;
    if (code <= 32 || code >= 127 || code === 37 /* % */) return -1;
    if (code === 47) {
      if (wasSlash) return -1;
      wasSlash = true;
    } else {
      if (wasSlash && code === 46 /* . */) return -1;
      wasSlash = false;
    }
  }
  return target.length;
}

/**
 * Cuts a request target (RFC 9112 §3.2) as Go's server does: origin form, or absolute form, whose scheme and host are dropped.
 * Null for anything else and for control characters, which the reference answers with 400.
 */
export function splitTarget(target: string): RequestTarget | null {
  for (let i = 0; i < target.length; i++) {
    const code = target.charCodeAt(i);
    if (code < 32 || code === 127) return null;
  }
  const queryAt = target.indexOf('?');
  const rawQuery = queryAt === -1 ? '' : target.slice(queryAt + 1);
  const beforeQuery = queryAt === -1 ? target : target.slice(0, queryAt);
  if (beforeQuery.startsWith('/')) return { rawPath: beforeQuery, rawQuery };
  const authority = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(beforeQuery);
  if (authority === null) return null;
  return { rawPath: beforeQuery.slice(authority[0].length) || '/', rawQuery };
}

/** Percent-decodes a path once; null if an escape is broken. Each UTF-16 unit of `rawPath` stands for one byte, as Node hands them out. */
export function decodePath(rawPath: string): DecodedPath | null {
  const bytes = Buffer.from(rawPath, 'latin1');
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    let byte = bytes[i] ?? 0;
    if (byte === 37 /* % */) {
      const high = hexDigit(bytes[i + 1]);
      const low = hexDigit(bytes[i + 2]);
      if (high === -1 || low === -1) return null;
      byte = high * 16 + low;
      i += 2;
    }
    bytes[length++] = byte;
  }
  const decoded = bytes.subarray(0, length);
  return { path: decoded.toString('utf8'), hasInvalidUtf8: !isUtf8(decoded) };
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48; // 0-9
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1; // a-f
}

/**
 * Removes empty, `.` and `..` segments; a trailing slash stays. The result begins with `/`.
 * Works on escaped and on decoded paths alike: an escaped dot or slash is an ordinary character here, as in Go since 1.22.
 */
export function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const cleaned = `/${kept.join('/')}`;
  return path.endsWith('/') && cleaned !== '/' ? `${cleaned}/` : cleaned;
}

/** Escapes a decoded path for a Location header, leaving the characters alone that Go's `net/url` leaves alone in a path. */
export function escapePath(path: string): string {
  // A lone surrogate cannot come out of decodePath, so encodeURI does not throw. What it leaves alone and Go does not follows here.
  return encodeURI(path).replace(/[!'()*?#]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Makes an escaped path fit for a header: bytes outside ASCII, which a client may send raw, are escaped; escapes stay as they are. */
export function escapeRawBytes(rawPath: string): string {
  return rawPath.replace(/[^\x21-\x7e]/g, (char) => `%${(char.charCodeAt(0) & 0xff).toString(16).toUpperCase().padStart(2, '0')}`);
}
