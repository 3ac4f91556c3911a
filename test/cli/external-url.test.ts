import { expect, test } from 'vitest';
import { Refusal } from '../../src/base/errors.ts';
import { computeRoutePrefix, parseExternalPath } from '../../src/cli/external-url.ts';

test('the path of an external URL is percent-decoded', () => {
  const f = (input: string, want: string): void => expect(parseExternalPath(input), input).toBe(want);
  f('', '');
  f('http://example.org', '');
  f('http://example.org/', '/');
  f('http://example.org:1234/ext/', '/ext/');
  f('http://[::1]:1234/ext', '/ext');
  f('https://user:pw@example.org/a/b?c=/d#/e', '/a/b');
  f('http://example.org/a%20b/%C3%BC', '/a b/ü');
  f('/ext', '/ext');
  f('//example.org/ext', '/ext');
  f('example.org/ext', 'example.org/ext');
});

test('what Go cannot parse is refused', () => {
  const f = (input: string, want: string): void => {
    expect(() => parseExternalPath(input), input).toThrow(Refusal);
    expect(() => parseExternalPath(input), input).toThrow(want);
  };
  f('::bad', 'invalid URL: parse "::bad": missing protocol scheme');
  f('1http://x', 'missing protocol scheme');
  f('a_b:c', 'first path segment in URL cannot contain colon');
  f('%zz', 'invalid URL: parse "%zz": invalid URL escape "%zz"');
  f('http://x/%a', 'invalid URL escape "%a"');
  f('http://x/\n', 'invalid control character in URL');
  f('http://x y/', 'invalid character in host name');
  f('http://x:port/', 'invalid port ":port" after host');
  f('http://x/%ff', 'the path is not valid UTF-8');
});

test('the route prefix comes from the flag, else from the external URL', () => {
  const f = (prefix: string, externalUrl: string, want: string): void =>
    expect(computeRoutePrefix(prefix, externalUrl), `${prefix} ${externalUrl}`).toBe(want);
  f('', '', '');
  f('/', '', '');
  f('/pre', '', '/pre');
  f('pre/', '', '/pre');
  f('/a/b/', '', '/a/b');
  f('', 'http://example.org', '');
  f('', 'http://example.org/', '');
  f('', 'http://example.org:1234/ext/', '/ext');
  f('/', 'http://example.org/ext', '');
  f('/pre', 'http://example.org/ext', '/pre');
});
