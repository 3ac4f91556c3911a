import { expect, test } from 'vitest';
import { writeFamilyHeader, readyTextOf } from '../../src/exposition/ready-text.ts';
import { storeFamilies } from '../../src/exposition/store-family.ts';
import { parseText } from '../../src/exposition/text-parser.ts';
import type { EscapingScheme } from '../../src/model/escaping.ts';
import type { MetricType } from '../../src/model/metric-family.ts';
import type { StoredFamily } from '../../src/model/stored-family.ts';
import { createKey } from './families.ts';

test('HELP and TYPE lines', () => {
  const f = (name: string, help: string | null, type: MetricType, scheme: EscapingScheme, want: string): void => {
    expect(writeFamilyHeader(name, help, type, scheme)).toBe(want);
  };
  f('m', null, 'gauge', 'underscores', '# TYPE m gauge\n');
  f('m', '', 'counter', 'underscores', '# HELP m \n# TYPE m counter\n');
  f('m', 'a\\b\nc "d"', 'untyped', 'underscores', '# HELP m a\\\\b\\nc "d"\n# TYPE m untyped\n');
  f('h', null, 'gaugehistogram', 'underscores', '# TYPE h histogram\n');
  f('m_x', null, 'summary', 'dots', '# TYPE m_x summary\n');
  f('m.x', 'h', 'gauge', 'underscores', '# HELP m_x h\n# TYPE m_x gauge\n');
  f('m.x', 'h', 'gauge', 'dots', '# HELP m_dot_x h\n# TYPE m_dot_x gauge\n');
  f('m.x', null, 'gauge', 'values', '# TYPE U__m_2e_x gauge\n');
  f('m."x"', 'h', 'gauge', 'allow-utf-8', '# HELP "m.\\"x\\"" h\n# TYPE "m.\\"x\\"" gauge\n');
});

test('sample lines with their names escaped, in the order of their own names', () => {
  const f = (body: string, scheme: EscapingScheme, want: string): void => {
    const [stored] = storeFamilies(parseText(Buffer.from(body), { allowUtf8Names: true }), createKey({ job: 'j' }), 0);
    expect(Buffer.from(readyTextOf(stored as StoredFamily, scheme)).toString()).toBe(want);
  };
  f('{"m.x",a="b"} 1\n', 'underscores', 'm_x{a="b",instance="",job="j"} 1\n');
  f('{"m.x",a="b"} 1\n', 'values', 'U__m_2e_x{a="b",instance="",job="j"} 1\n');
  f('m{"a.b"="é\\n",a_="2"} 1\n', 'dots', 'm{a_dot_b="é\\n",a_="2",instance="",job="j"} 1\n');
  f('m{"k.l"="2"} 1\nm{"k.l"="1"} 2\n', 'underscores', 'm{instance="",job="j",k_l="1"} 2\nm{instance="",job="j",k_l="2"} 1\n');
  f(
    '# TYPE "s.s" summary\n{"s.s",quantile="1"} 5\n',
    'underscores',
    ['s_s{instance="",job="j",quantile="1"} 5\n', 's_s_sum{instance="",job="j"} 0\n', 's_s_count{instance="",job="j"} 0\n'].join(''),
  );
});
