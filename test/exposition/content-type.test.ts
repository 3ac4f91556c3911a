import { expect, test } from 'vitest';
import { isDelimitedProtobuf } from '../../src/exposition/content-type.ts';
import { splitMediaType } from '../../src/exposition/media-type.ts';

test('only the full media type of delimited protobuf is protobuf', () => {
  const f = (contentType: string | undefined, want: boolean): void => expect(isDelimitedProtobuf(contentType), contentType).toBe(want);
  const proto = 'proto=io.prometheus.client.MetricFamily';
  f(undefined, false);
  f('', false);
  f('text/plain; version=0.0.4', false);
  f(`application/vnd.google.protobuf; ${proto}; encoding=delimited`, true);
  f(`Application/vnd.google.Protobuf; ${proto}; encoding=delimited`, true);
  f(`application/vnd.google.protobuf;encoding=delimited;${proto}`, true);
  f(`application/vnd.google.protobuf; ${proto}; encoding=delimited; q=0.7; escaping=values`, true);
  f(`application/vnd.google.protobuf; Proto=io.prometheus.client.MetricFamily; ENCODING="delimited";`, true);
  f(`application/vnd.google.protobuf; ${proto}; encoding=Delimited`, false);
  f(`application/vnd.google.protobuf; ${proto}; encoding=text`, false);
  f(`application/vnd.google.protobuf; ${proto}`, false);
  f(`application/vnd.google.protobuf; ${proto}; encoding=delimited; encoding=text`, false);
  f(`application/vnd.google.protobuf; ${proto}; encoding=delimited; x`, false);
});

test('a media type is split as Go splits it', () => {
  const f = (text: string, want: readonly unknown[] | null): void => {
    const parsed = splitMediaType(text);
    expect(parsed === null ? null : [parsed.type, Object.fromEntries(parsed.parameters)], text).toEqual(want);
  };
  f('A/B', ['a/b', {}]);
  f(' a/b ; ', ['a/b', {}]);
  f('a/b;X=Y; z = "q \\" \\\\ \\w"', ['a/b', { x: 'Y', z: 'q " \\ \\w' }]);
  f('a/b; c=d; c=d', ['a/b', { c: 'd' }]);
  f('a/b; c=d; c=e', null);
  f('a', null);
  f('a/', null);
  f('a/b/c', null);
  f('a b/c', null);
  f('a/b; c', null);
  f('a/b; c=', null);
  f('a/b; c="d', null);
  f('a/b;; c=d', null);
});

test('a quoted value without an end costs no more than its length', () => {
  const start = performance.now();
  expect(splitMediaType(`a/b; c="${'\\('.repeat(20_000)}`)).toBeNull();
  expect(performance.now() - start).toBeLessThan(500);
});
