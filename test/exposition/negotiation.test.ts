import { expect, test } from 'vitest';
import { acceptsGzip, negotiateFormat } from '../../src/exposition/negotiation.ts';

const text = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';
const protobuf = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=';

test('the first clause that names a format we have decides, and text where none does', () => {
  const f = (accept: string | undefined, kind: string, contentType: string): void => {
    const format = negotiateFormat(accept);
    expect([format.kind, format.contentType], accept).toEqual([kind, contentType]);
    expect(contentType.endsWith(format.scheme)).toBe(true);
  };
  f(undefined, 'text', text);
  f('', 'text', text);
  f('*/*', 'text', text);
  f('text/html,application/xhtml+xml,*/*;q=0.8', 'text', text);
  f('application/openmetrics-text; version=1.0.0', 'text', text);
  f('text/plain;version=9', 'text', text);
  f('text/plain;escaping=nope', 'text', text);
  f('text/plain;escaping=values', 'text', text.replace('underscores', 'values'));
  f('text/plain;version=0.0.4;escaping=allow-utf-8', 'text', text.replace('underscores', 'allow-utf-8'));
  f('application/vnd.google.protobuf', 'text', text);
  const proto = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily';
  f(`${proto};encoding=delimited`, 'protobuf-delimited', `${protobuf}delimited; escaping=underscores`);
  f(`${proto};encoding=text;escaping=dots`, 'protobuf-text', `${protobuf}text; escaping=dots`);
  f(`${proto};encoding=compact-text`, 'protobuf-compact-text', `${protobuf}compact-text; escaping=underscores`);
  f(`${proto};encoding=Delimited`, 'text', text);
  f(`text/plain;q=0.5,${proto};encoding=delimited;q=0.7`, 'protobuf-delimited', `${protobuf}delimited; escaping=underscores`);
  f(`text/plain,${proto};encoding=delimited`, 'text', text);
  f(`text/plain;q=x,${proto};encoding=delimited;q=0.1`, 'protobuf-delimited', `${protobuf}delimited; escaping=underscores`);
  // A clause of a format we do not have may still say how to escape.
  f(
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;q=0.4',
    'text',
    text.replace('underscores', 'allow-utf-8'),
  );
  f('text/plain;version=1.0.0;escaping=allow-utf-8,*/*;q=0.1', 'text', 'text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8');
  f('text/plain;version=1.0.0', 'text', text.replace('0.0.4', '1.0.0'));
});

test('gzip is sent to who asks for it', () => {
  const f = (acceptEncoding: string | undefined, want: boolean): void => expect(acceptsGzip(acceptEncoding), acceptEncoding).toBe(want);
  f(undefined, false);
  f('', false);
  f('gzip', true);
  f('gzip, deflate', true);
  f('deflate, gzip;q=1.0, *;q=0.5', true);
  f('gzip;q=0.001', true);
  f('gzip ; q=0.5', true);
  f('gzip;q=0', false);
  f('gzip;q=0.0', false);
  f('GZIP', false);
  f('x-gzip', false);
  f('deflate, br', false);
  f('identity', false);
  f('*', false);
  f('identity;q=0.5, gzip;q=0.5', false);
  f('identity;q=0.4, gzip;q=0.5', true);
  f('identity;q=0, *', false);
  // The header is read up to the first mistake.
  f('br;level=1, gzip', false);
  f('gzip;level=1', false);
  f('gzip foo, identity', true);
  f('gzip;q=2', false);
  f(', gzip', false);
});
