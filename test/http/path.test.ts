import { describe, expect, test } from 'vitest';
import { cleanPath, decodePath, escapePath, escapeRawBytes, findPlainPathEnd, splitTarget } from '../../src/http/path.ts';

test('a plain path ends at its query, and anything odd makes it not plain', () => {
  const f = (target: string, want: number): void => expect(findPlainPathEnd(target), target).toBe(want);
  f('/', 1);
  f('/metrics', 8);
  f('/metrics?x=//', 8);
  f('/metrics/job/a/b.c/d..e', 23);
  f('/metrics/', 9);
  f('', -1);
  f('*', -1);
  f('metrics', -1);
  f('//metrics', -1);
  f('/a//b', -1);
  f('/a/./b', -1);
  f('/a/../b', -1);
  f('/a/.hidden', -1);
  f('/.', -1);
  f('/a%2Fb', -1);
  f('/a b', -1);
  f('/\u00e9', -1);
  f('/a\u007f', -1);
});

test('a target is cut into path and query', () => {
  const f = (target: string, want: [string, string] | null): void =>
    expect(splitTarget(target), target).toEqual(want && { rawPath: want[0], rawQuery: want[1] });
  f('/a?b?c', ['/a', 'b?c']);
  f('/a?', ['/a', '']);
  f('/a#b', ['/a#b', '']);
  f('//a', ['//a', '']);
  f('http://host:1/a?b', ['/a', 'b']);
  f('HTTPS://host', ['/', '']);
  f('http://host?x', ['/', 'x']);
  f('a', null);
  f('', null);
  f('?x', null);
  f('/a\u0001', null);
  f('/a\u007f', null);
});

describe('decoding', () => {
  test('escapes are decoded once, in either letter case', () => {
    const f = (raw: string, want: string): void => expect(decodePath(raw), raw).toEqual({ path: want, hasInvalidUtf8: false });
    f('/a', '/a');
    f('/a%2Fb', '/a/b');
    f('/%252F', '/%2F');
    f('/%c3%A9', '/é');
    f('/a+b', '/a+b');
    f('/a%00b', '/a\u0000b');
    f('/\u00c3\u00a9', '/é');
  });

  test('bytes that are not UTF-8 become U+FFFD and are reported', () => {
    expect(decodePath('/%ff')).toEqual({ path: '/\ufffd', hasInvalidUtf8: true });
    expect(decodePath('/%EF%BF%BD')).toEqual({ path: '/\ufffd', hasInvalidUtf8: false });
  });

  test('a broken escape is null', () => {
    for (const raw of ['/%', '/%4', '/%zz', '/%4g', '/%%41']) expect(decodePath(raw), raw).toBeNull();
  });
});

test('cleaning removes empty and dot segments but keeps the last slash', () => {
  const f = (path: string, want: string): void => expect(cleanPath(path), path).toBe(want);
  f('', '/');
  f('/', '/');
  f('//', '/');
  f('/a/b', '/a/b');
  f('/a/b/', '/a/b/');
  f('/a//b//', '/a/b/');
  f('/a/./b/.', '/a/b');
  f('/a/../b', '/b');
  f('/../../a', '/a');
  f('/a/..', '/');
  f('/a/../', '/');
  f('/a/.../b..c', '/a/.../b..c');
  f('/a/%2E%2E/b', '/a/%2E%2E/b');
});

test('a path is escaped as Go escapes it', () => {
  const f = (path: string, want: string): void => expect(escapePath(path), path).toBe(want);
  f('/a b', '/a%20b');
  f("/!'()*", '/%21%27%28%29%2A');
  f('/$&+,:;=@-_.~', '/$&+,:;=@-_.~');
  f('/a?b#c%d', '/a%3Fb%23c%25d');
  f('/é\n', '/%C3%A9%0A');
  expect(escapeRawBytes('/a%2F\u00e9"')).toBe('/a%2F%E9"');
});
