import { assert } from '../base/assert.ts';
import { cleanPath } from './path.ts';
import type { HttpHandler } from './types.ts';

/**
 * A route. `:name` in the pattern takes one path segment, `*name` at its end all the rest, which begins with `/`.
 * Patterns must not overlap, but for a pattern and the same one with a rest behind it.
 */
export interface Route {
  readonly method: string;
  readonly pattern: string;
  readonly handler: HttpHandler;
}

export type RouteParams = Readonly<Record<string, string>>;

export interface RouteMatch {
  readonly handler: HttpHandler;
  readonly params: RouteParams;
}

type Part = { readonly kind: 'literal'; readonly text: string } | { readonly kind: 'param' | 'rest'; readonly name: string };

interface Pattern {
  /** What every path of it begins with; the parts follow. */
  readonly start: string;
  readonly parts: readonly Part[];
  readonly handlers: Map<string, HttpHandler>;
}

const noParams: RouteParams = {};

/**
 * Routes by method and decoded path, with the rules of the reference's router (julienschmidt/httprouter 1.3): what matches, what is
 * only one slash or a letter case away, and which methods a path allows.
 */
export class RouteTable {
  private readonly patterns: Pattern[] = [];
  private readonly withParams: Pattern[] = [];
  private readonly byPath = new Map<string, Pattern>();
  private readonly methods = new Set<string>();

  constructor(routes: readonly Route[]) {
    const byText = new Map<string, Pattern>();
    for (const { method, pattern: text, handler } of routes) {
      const pattern = byText.get(text) ?? parsePattern(text);
      assert(!pattern.handlers.has(method), `${method} ${text} is routed once`);
      pattern.handlers.set(method, handler);
      this.methods.add(method);
      if (byText.has(text)) continue;
      byText.set(text, pattern);
      this.patterns.push(pattern);
      if (pattern.parts.length === 0) this.byPath.set(text, pattern);
      else this.withParams.push(pattern);
    }
  }

  /** Hot path: every request passes here. */
  find(method: string, path: string): RouteMatch | null {
    const handler = this.byPath.get(path)?.handlers.get(method);
    if (handler !== undefined) return { handler, params: noParams };
    for (const pattern of this.withParams) {
      if (!path.startsWith(pattern.start)) continue;
      const patternHandler = pattern.handlers.get(method);
      if (patternHandler === undefined) continue;
      const params = matchParts(pattern, path);
      if (params !== null) return { handler: patternHandler, params };
    }
    return null;
  }

  /** Methods of routes that match, OPTIONS included, alphabetically; empty if none but perhaps `method` and OPTIONS itself does. */
  findAllowed(method: string, path: string): string[] {
    const allowed = new Set<string>();
    for (const pattern of this.patterns) {
      if (!path.startsWith(pattern.start) || matchParts(pattern, path) === null) continue;
      for (const other of pattern.handlers.keys()) {
        if (other !== method && other !== 'OPTIONS') allowed.add(other);
      }
    }
    return allowed.size === 0 ? [] : [...allowed, 'OPTIONS'].sort();
  }

  /** The same path with a slash more or less at its end, if that is routed. */
  findWithOtherSlash(method: string, path: string): string | null {
    const other = toggleSlash(path);
    return path !== '/' && this.find(method, other) !== null ? other : null;
  }

  /** The path cleaned and in the letter case of its route, perhaps with a slash more or less. Values of parameters keep their case. */
  findRespelled(method: string, path: string): string | null {
    const cleaned = cleanPath(path);
    for (const candidate of [cleaned, toggleSlash(cleaned)]) {
      for (const pattern of this.patterns) {
        const found = pattern.handlers.has(method) ? respell(pattern, candidate) : null;
        if (found !== null) return found;
      }
    }
    return null;
  }
}

function toggleSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
}

function parsePattern(text: string): Pattern {
  assert(text.startsWith('/'), `the route ${text} begins with a slash`);
  const [start = '', ...rest] = text.split(/([:*][^/]+)/);
  const parts: Part[] = [];
  for (const piece of rest) {
    if (piece.startsWith(':')) parts.push({ kind: 'param', name: piece.slice(1) });
    else if (piece.startsWith('*')) parts.push({ kind: 'rest', name: piece.slice(1) });
    else if (piece !== '') parts.push({ kind: 'literal', text: piece });
  }
  if (parts.at(-1)?.kind !== 'rest') return { start, parts, handlers: new Map() };
  // The slash before a rest belongs to its value.
  const before = parts.at(-2);
  if (before === undefined) return { start: start.slice(0, -1), parts, handlers: new Map() };
  assert(before.kind === 'literal' && before.text.endsWith('/'), `the rest in ${text} follows a slash`);
  const shortened: Part[] = before.text === '/' ? [] : [{ kind: 'literal', text: before.text.slice(0, -1) }];
  return { start, parts: [...parts.slice(0, -2), ...shortened, ...parts.slice(-1)], handlers: new Map() };
}

/** The caller has compared the start. */
function matchParts({ start, parts }: Pattern, path: string): RouteParams | null {
  const params: Record<string, string> = {};
  let at = start.length;
  for (const part of parts) {
    if (part.kind === 'literal') {
      if (!path.startsWith(part.text, at)) return null;
      at += part.text.length;
    } else if (part.kind === 'param') {
      const end = findSegmentEnd(path, at);
      if (end === -1) return null;
      params[part.name] = path.slice(at, end);
      at = end;
    } else {
      if (path.charCodeAt(at) !== 47 /* / */) return null;
      params[part.name] = path.slice(at);
      at = path.length;
    }
  }
  return at === path.length ? params : null;
}

/** The end of a parameter's segment, or -1. It may be empty only if something follows, as in the path `/metrics/job/%2Fa/b`. */
function findSegmentEnd(path: string, at: number): number {
  if (at >= path.length) return -1;
  const slash = path.indexOf('/', at);
  return slash === -1 ? path.length : slash;
}

/** `path` with its literal pieces spelled as in the pattern, or null if it differs in more than letter case. */
function respell({ start, parts }: Pattern, path: string): string | null {
  if (path.slice(0, start.length).toLowerCase() !== start.toLowerCase()) return null;
  let respelled = start;
  let at = start.length;
  for (const part of parts) {
    let end = path.length;
    if (part.kind === 'literal') {
      end = at + part.text.length;
      if (path.slice(at, end).toLowerCase() !== part.text.toLowerCase()) return null;
      respelled += part.text;
    } else {
      if (part.kind === 'param') end = findSegmentEnd(path, at);
      else if (path.charCodeAt(at) !== 47 /* / */) return null;
      if (end === -1) return null;
      respelled += path.slice(at, end);
    }
    at = end;
  }
  return at === path.length ? respelled : null;
}
