import { expect, test } from 'vitest';
import { formatLogfmt } from '../../src/cli/logfmt.ts';

test('values are quoted and escaped where a reader could take them wrongly', () => {
  const f = (input: unknown, want: string): void => expect(formatLogfmt({ k: input }), String(input)).toBe(`k=${want}\n`);
  f('plain', 'plain');
  f('127.0.0.1:9091', '127.0.0.1:9091');
  f('[::]:9091', '[::]:9091');
  f('größe', 'größe');
  f('😀', '😀');
  f('', '""');
  f('two words', '"two words"');
  f('a=b', '"a=b"');
  f('say "hi"', String.raw`"say \"hi\""`);
  f('a\\b', String.raw`"a\\b"`);
  f('a\nb\r\tc', String.raw`"a\nb\r\tc"`);
  f('\u001b[31mred\u007f', String.raw`"\u001b[31mred\u007f"`);
  f('a\u0085b\u2028c', String.raw`"a\u0085b\u2028c"`);
  f('half \ud83d', String.raw`"half \ud83d"`);
  f(1.5, '1.5');
  f(12n, '12');
  f(true, 'true');
  f(null, 'null');
  f(['a', 1], String.raw`"[\"a\",1]"`);
  f({ a: 'x' }, String.raw`"{\"a\":\"x\"}"`);
});

test('keys stand in order, undefined values are left out, bad characters in keys are replaced', () => {
  expect(formatLogfmt({ b: 1, a: 2, c: undefined, 'x y="z"': 3, '': 4 })).toBe('b=1 a=2 x_y__z_=3 _=4\n');
});
