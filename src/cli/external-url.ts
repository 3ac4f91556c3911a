import { badCommandLine } from './errors.ts';

/** The parts of a URL, from RFC 3986, appendix B; every text matches. */
const urlPattern = /^(?:([^:/?#]*):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/s;

/**
 * The percent-decoded path of `--web.external-url`, `''` when it has none. As in the reference the URL may be relative: the path of
 * `/ext` is `/ext`, that of `example.org/ext` all of it. Throws `PG_COMMAND_LINE` for what Go's url.Parse refuses (host names are
 * not looked at beyond blanks and the port).
 */
export function parseExternalPath(url: string): string {
  const refuse = (cause: string): Error => badCommandLine(`invalid URL: parse ${JSON.stringify(url)}: ${cause}`);
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\0-\x1f\x7f]/.test(url)) throw refuse('invalid control character in URL');
  const [, scheme, host = '', path = ''] = urlPattern.exec(url) ?? [];
  if (scheme !== undefined && !/^[a-z][a-z0-9+.-]*$/i.test(scheme)) {
    throw refuse(/^[a-z0-9+.-]*$/i.test(scheme) ? 'missing protocol scheme' : 'first path segment in URL cannot contain colon');
  }
  if (/[\s"<>\\^`{|}]/.test(host)) throw refuse('invalid character in host name');
  const port = /:([^:\]]*)$/.exec(host.replace(/^.*@/, ''))?.[1] ?? '';
  if (!/^\d*$/.test(port)) throw refuse(`invalid port ${JSON.stringify(`:${port}`)} after host`);
  const badEscape = /%(?![0-9a-f]{2}).{0,2}/i.exec(host + path)?.[0];
  if (badEscape !== undefined) throw refuse(`invalid URL escape ${JSON.stringify(badEscape)}`);
  try {
    return decodeURIComponent(path);
  } catch {
    throw refuse('the path is not valid UTF-8');
  }
}

/**
 * The path under which everything is served, without a slash at its end: `prefix` if there is one, else the path of `externalUrl`;
 * `''` for none, which an explicit `/` asks for. Missing and surplus slashes at the ends are put right (SPEC §8).
 */
export function computeRoutePrefix(prefix: string, externalUrl: string): string {
  const path = prefix === '' ? parseExternalPath(externalUrl) : prefix;
  if (path === '' || path === '/') return '';
  const rooted = path.startsWith('/') ? path : `/${path}`;
  return rooted.endsWith('/') ? rooted.slice(0, -1) : rooted;
}
