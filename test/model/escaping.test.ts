import { expect, test } from 'vitest';
import { escapeFamily, escapeName, unescapeName, type EscapingScheme } from '../../src/model/escaping.ts';
import { createMetric } from '../../src/model/metric-draft.ts';
import type { MetricFamily } from '../../src/model/metric-family.ts';

test('names are escaped as prometheus/common escapes them', () => {
  const f = (scheme: EscapingScheme, name: string, want: string): void => expect(escapeName(name, scheme), `${scheme} ${name}`).toBe(want);
  f('allow-utf-8', 'm.one', 'm.one');
  f('underscores', '', '');
  f('underscores', 'm_one', 'm_one');
  f('underscores', 'm.one-two é', 'm_one_two__');
  f('underscores', '1m', '_m');
  f('underscores', '😀', '_');
  f('dots', 'm.one', 'm_dot_one');
  f('dots', 'm_one', 'm__one');
  f('dots', 'é:', '__:');
  f('values', 'm_one', 'm_one');
  f('values', 'm.one_two', 'U__m_2e_one__two');
  f('values', '1m', 'U___31_m');
  f('values', '日😀', 'U___65e5__1f600_');
});

test('U__ names are read back, and what is no such name stays as it is', () => {
  const f = (name: string, want: string): void => expect(unescapeName(name), name).toBe(want);
  f('a.b', 'a.b');
  f('U__a_2e_b', 'a.b');
  f('U__a_2E_b', 'a.b');
  f('U__a__b', 'a_b');
  f('U___65e5__1f600_', '日😀');
  f('U__', '');
  f('U__in_xxx_valid', 'U__in_xxx_valid');
  f('U__a_', 'U__a_');
  f('U__a_2e', 'U__a_2e');
  f('U__a_d800_', 'U__a_d800_');
  // Six digits are too many for the reference, even of a character that exists.
  f('U__a_10ffff_', 'U__a_10ffff_');
});

test('only names outside the legacy pattern are escaped in a family', () => {
  const metric = createMetric([
    { name: 'a.b', value: 'x.y' },
    { name: 'c_d', value: 'z' },
  ]);
  const family: MetricFamily = {
    name: 'm_one',
    help: 'a.b',
    type: 'gauge',
    unit: null,
    metrics: [metric],
    unknownFields: null,
    flaw: null,
  };
  const escaped = escapeFamily(family, 'dots');
  expect(escaped.name).toBe('m_one');
  expect(escaped.help).toBe('a.b');
  expect(escaped.metrics[0]?.labels).toEqual([
    { name: 'a_dot_b', value: 'x.y' },
    { name: 'c_d', value: 'z' },
  ]);
  expect(escapeFamily({ ...family, name: 'm.one' }, 'dots').name).toBe('m_dot_one');
  expect(escapeFamily(family, 'allow-utf-8')).toBe(family);
});

test('a colon in a label name is escaped, since no scraper could read it', () => {
  const f = (scheme: EscapingScheme, want: string): void => {
    const metric = createMetric([{ name: 'a:b', value: '' }]);
    const family: MetricFamily = { name: 'm', help: null, type: 'gauge', unit: null, metrics: [metric], unknownFields: null, flaw: null };
    expect(escapeFamily(family, scheme).metrics[0]?.labels[0]?.name).toBe(want);
  };
  f('underscores', 'a_b');
  f('dots', 'a__b');
  f('values', 'U__a_3a_b');
});
