import { expect, test } from 'vitest';
import { Refusal } from '../../src/base/errors.ts';
import type { MetricFamily } from '../../src/model/metric-family.ts';
import { decodedPartsMax } from '../../src/exposition/limits.ts';
import { parseText } from '../../src/exposition/text-parser.ts';

function parse(body: string | Buffer, allowUtf8Names = false): MetricFamily[] {
  return parseText(Buffer.from(body), { allowUtf8Names });
}

/** A family in short: `name type labels value`, so that a case fits on a line. */
function describe(families: readonly MetricFamily[]): string {
  return families
    .map(({ name, type, help, metrics }) => {
      const shown = metrics.map(({ labels, counter, gauge, untyped, summary, histogram, timestampMs }) => {
        const labelText = labels.map((label) => `${label.name}=${JSON.stringify(label.value)}`).join(',');
        const value = counter ?? gauge ?? untyped;
        const parts = [`{${labelText}}`];
        if (value !== null) parts.push(`${value.value}`);
        if (summary !== null) {
          parts.push(
            `[${summary.quantiles.map((q) => `${q.quantile}:${q.value}`).join(' ')}] sum ${summary.sampleSum} count ${summary.sampleCount}`,
          );
        }
        if (histogram !== null) {
          const buckets = histogram.buckets.map((b) => `${b.upperBound}:${b.cumulativeCount}/${b.cumulativeCountFloat}`).join(' ');
          parts.push(`[${buckets}] sum ${histogram.sampleSum} count ${histogram.sampleCount}/${histogram.sampleCountFloat}`);
        }
        if (timestampMs !== null) parts.push(`@${timestampMs}`);
        return parts.join(' ');
      });
      return `${name} ${type}${help === null ? '' : ` ${JSON.stringify(help)}`} ${shown.join(' ')}`;
    })
    .join('; ');
}

test('sample lines are read, with blanks wherever they may be', () => {
  const f = (body: string, want: string): void => expect(describe(parse(body)), JSON.stringify(body)).toBe(want);
  f('', '');
  f('\n  \n\t\n', '');
  f('m 1\n', 'm untyped {} 1');
  f('  m\t\t+1\n', 'm untyped {} 1');
  f('m+1\n', 'm untyped {} 1');
  f('m{}1\n', 'm untyped {} 1');
  f('m   {  a  =  "b"  ,\tc = "d"  }   1\n', 'm untyped {a="b",c="d"} 1');
  f('m{a="b",} 1\n', 'm untyped {a="b"} 1');
  f('m{a="\\\\ \\" \\n"} 1\n', 'm untyped {a="\\\\ \\" \\n"} 1');
  f('m{a="{},=#日\r\t"} 1\n', 'm untyped {a="{},=#日\\r\\t"} 1');
  f('__m 1\n:c 2\n', '__m untyped {} 1; :c untyped {} 2');
  f('a{x="1"} 1\nb 2\na{x="2"} 3\n', 'a untyped {x="1"} 1 {x="2"} 3; b untyped {} 2');
  f('m 1 -5\n', 'm untyped {} 1 @-5');
  f('m 1 +0007\n', 'm untyped {} 1 @7');
  f('m 1 9223372036854775807\n  ', 'm untyped {} 1 @9223372036854775807');
});

test('comments, HELP and TYPE', () => {
  const f = (body: string, want: string): void => expect(describe(parse(body)), JSON.stringify(body)).toBe(want);
  f('# one\nm 1\n#two\n  # three\n#\n# EOF\n# UNIT m x\n', 'm untyped {} 1');
  f('# type m gauge\n#TYPEm gauge\n# TYPES m gauge\n# TYPE\n# HELP  \n# TYPE m\nm 1\n', 'm untyped {} 1');
  f('#TYPE m COUNTER\nm 1\n# TYPE n\tGau\\Ge\nn 1\n', 'm counter {} 1; n gauge {} 1');
  f('# HELP m   a   b  \nm 1\n', 'm untyped "a   b  " {} 1');
  f('# HELP m a\\\\b\\nc \\"q\\" "r"\r\nm 1\n', 'm untyped "a\\\\b\\nc \\"q\\" \\"r\\"\\r" {} 1');
  f('# HELP m \n# TYPE m gauge\nm 1\n# HELP m late\n', 'm gauge "late" {} 1');
  f('# TYPE b counter\n# TYPE a gauge\n# HELP b bb\n', '');
  f('# TYPE m gauge\nm{le="1",quantile="x"} 1\n', 'm gauge {le="1",quantile="x"} 1');
});

test('summaries and histograms are put together from their lines', () => {
  const s = '# TYPE s summary\n';
  const h = '# TYPE h histogram\n';
  const f = (body: string, want: string): void => expect(describe(parse(body)), JSON.stringify(body)).toBe(want);
  f(`${s}s_count 4\ns{quantile="0.9"} 2\ns_sum 3\ns{quantile="5e-1"} 1\n`, 's summary {} [0.9:2 0.5:1] sum 3 count 4');
  f(
    `${s}s{a="x",quantile="1"} 1\ns{quantile="2",a="x"} 2\ns_sum{a="y"} 3\n`,
    's summary {a="x"} [1:1 2:2] sum 0 count 0 {a="y"} [] sum 3 count 0',
  );
  f(`${s}s{a="1",b="2"} 1\ns_sum{b="2",a="1"} 5\n`, 's summary {a="1",b="2"} [] sum 5 count 0');
  f(`${s}s{quantile="NaN"} 5\n`, 's summary {} [] sum 0 count 0');
  f(`${s}s_count 3.9\n`, 's summary {} [] sum 0 count 3');
  f(`${s}s_count -1\n`, 's summary {} [] sum 0 count 18446744073709551615');
  f(`${s}s_count NaN\n`, 's summary {} [] sum 0 count 9223372036854775808');
  f(`${s}s_bucket 1\n`, 's_bucket untyped {} 1');
  f(`${h}h_bucket{le="1.0"} 1\nh{le="+Inf"} 4\nh_sum 5.5\nh_count 4\n`, 'h histogram {} [1:1/0 Infinity:4/0] sum 5.5 count 4/0');
  f(`${h}h 9\nh_bucket 1\nh_bucket{le="NaN"} 1\nh_sum{le="1e3"} 1\n`, 'h histogram {} [] sum 1 count 0/0');
  f(`${h}h_bucket{le="1"} 1.5\nh_bucket{le="2"} 2\nh_count 3\n`, 'h histogram {} [1:0/1.5 2:0/2] sum 0 count 0/3');
  f(`${h}h_bucket{le="1"} 2\nh_count 2.5\n`, 'h histogram {} [1:0/2] sum 0 count 0/2.5');
  f(`${h}h_count -0\n`, 'h histogram {} [] sum 0 count 0/0');
  f('# TYPE h GaugeHistogram\nh_count 1\n', 'h gaugehistogram {} [] sum 0 count 1/0');
  f('# TYPE h gauge_histogram\nh_count 1\n', 'h gaugehistogram {} [] sum 0 count 1/0');
  f(`${h}# HELP h_count about h\nh_count 1\n`, 'h histogram "about h" {} [] sum 0 count 1/0');
  f('h_count 1\n# TYPE h histogram\nh_count 2\nh_sum 3\n', 'h_count untyped {} 1 {} 2; h histogram {} [] sum 3 count 0/0');
  f('_count 1\n_sum 2\n', '_count untyped {} 1; _sum untyped {} 2');
  f(`${h}h_bucket{le="1",quantile="0.5"} 1\n`, 'h histogram {quantile="0.5"} [1:1/0] sum 0 count 0/0');
});

test('names in quotes and inside the braces', () => {
  const f = (body: string, want: string): void => expect(describe(parse(body, true)), JSON.stringify(body)).toBe(want);
  f('{"m.one",a="b"} 1\n', 'm.one untyped {a="b"} 1');
  f('{a="b","m.one"} 1\n', 'm.one untyped {a="b"} 1');
  f('{"m.one"} 1\n{foo,} 2\n', 'm.one untyped {} 1; foo untyped {} 2');
  f('"m.one" 1\n', 'm.one untyped {} 1');
  f('m{"a.b"="c"} 1\n', 'm untyped {a.b="c"} 1');
  f('{"a\\"b\\\\c\\nd"} 1\n', 'a"b\\c\nd untyped {} 1');
  f('# TYPE "m.one" gauge\n# HELP "m.one" x\n{"m.one"} 1\n', 'm.one gauge "x" {} 1');
  f('# TYPE "s.s" summary\n{"s.s",quantile="1"} 1\n{"s.s_sum"} 2\n', 's.s summary {} [1:1] sum 2 count 0');
  f('# TYPE s summary\n{quantile="1",a="x","s"} 1\n{"s_sum",a="x"} 2\n', 's summary {a="x"} [1:1] sum 2 count 0');
  f('f"oo" 1\n', 'foo untyped {} 1');
});

test('without the flag quoted names must be legacy names', () => {
  const f = (body: string, want: string): void => expect(describe(parse(body)), JSON.stringify(body)).toBe(want);
  f('{"m_one",a="b"} 1\n', 'm_one untyped {a="b"} 1');
  f('"m_one"{"a"="b"} 1\n', 'm_one untyped {a="b"} 1');
});

test('the first error refuses the body with the reference’s sentence and its line', () => {
  const f = (body: string | Buffer, line: number, message: string, allowUtf8Names = false): void => {
    try {
      parse(body, allowUtf8Names);
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
      expect(error).toMatchObject({ code: 'PG_TEXT_PARSE', status: 400 });
      expect((error as Refusal).message.replace(/; hint: .*$/, '')).toBe(`text format parsing error in line ${line}: ${message}`);
      return;
    }
    expect.unreachable(`${JSON.stringify(body.toString())} was taken`);
  };
  f('m 1', 1, 'unexpected end of input stream');
  f('m 1\nn 2', 2, 'unexpected end of input stream');
  f('m 1\n# bye', 2, 'unexpected end of input stream');
  f('#', 1, 'unexpected end of input stream');
  f('m', 1, 'unexpected end of input stream');
  f('m{a="b"', 1, 'unexpected end of input stream');
  f('m{a="b', 1, 'unexpected end of input stream');
  f('m{a="b\\', 1, 'unexpected end of input stream');
  f('"a.b"', 1, 'unexpected end of input stream');
  f('m 1\n# HELP m text', 2, 'unexpected end of input stream');
  f('m 1\r\n', 1, 'expected float as value, got "1\\r"');
  f('# TYPE m gauge\r\nm 1\n', 1, 'unknown metric type "gauge\\r"');
  f('\r\nm 1\n', 1, 'invalid metric name');
  f('\ufeffm 1\n', 1, 'invalid metric name');
  f('m \n', 1, 'expected float as value, got ""');
  f('mé 1\n', 1, 'expected float as value, got "é"');
  f('a-b 1\n', 1, 'expected float as value, got "-b"');
  f('m 0x1p-2\n', 1, 'expected float as value, got "0x1p-2"');
  f('m 1 2.5\n', 1, 'expected integer as timestamp, got "2.5"');
  f('m 1 \n', 1, 'expected integer as timestamp, got ""');
  f('m 1 9223372036854775808\n', 1, 'expected integer as timestamp, got "9223372036854775808"');
  f('m 1 1 x\n', 1, 'spurious string after timestamp: " x"');
  f('m 1 1 \n', 1, 'spurious string after timestamp: " "');
  f('0m 1\n', 1, 'invalid metric name');
  f('{\n', 1, 'invalid label name for metric ""');
  f('a 1\n\n# c\nb 2\n\n\nc{ 3\n', 7, 'invalid label name for metric "c"');
  f('a 1\nb x\nc y\n', 2, 'expected float as value, got "x"');
  f('m{,} 1\n', 1, 'invalid label name for metric "m"');
  f('m{""="x"} 1\n', 1, 'invalid label name for metric "m"');
  f('m{a="b",\nc="d"} 1\n', 1, 'invalid label name for metric "m"');
  f('m{a="b" c="d"} 1\n', 1, 'unexpected end of label value "b"');
  f("m{a='b'} 1\n", 1, "expected '\"' at start of label value, found '\\''");
  f('m{a "b"} 1\n', 1, `expected '=' after label name, found '"'`);
  f('m{a:b="c"} 1\n', 1, "expected '=' after label name, found ':'");
  f('m{a="b} 1\n', 1, 'label value "b} 1" contains unescaped new-line');
  f('m{"a\n', 1, 'label name "a" contains unescaped new-line');
  f('f"oo\n', 1, 'metric name "foo" contains unescaped new-line');
  f('m{a="\\t"} 1\n', 1, "invalid escape sequence '\\t'");
  f('# HELP m a\\\nm 1\n', 1, "invalid escape sequence '\\\n'");
  f('m{__name__="c"} 1\n', 1, 'label name "__name__" is reserved');
  f('m{a="1",b="x",a="1"} 1\n', 1, 'duplicate label names for metric "m"');
  f(Buffer.from('m{a="\xff\xfe"} 1\n', 'latin1'), 1, 'invalid label value "\\xff\\xfe"');
  f('# HELP a.b text\nm 1\n', 1, 'invalid metric name in comment');
  f('# TYPE 1a gauge\n', 1, 'invalid metric name in comment');
  f('# TYPE m bla\n', 1, 'unknown metric type "bla"');
  f('# TYPE m gauge \nm 1\n', 1, 'unknown metric type "gauge "');
  f('m 1\n# TYPE m gauge\n', 2, 'second TYPE line for metric name "m", or TYPE reported after samples');
  f('# TYPE s summary\n# TYPE s_sum gauge\n', 2, 'second TYPE line for metric name "s", or TYPE reported after samples');
  f('# HELP m a\nm 1\n# HELP m b\n', 3, 'second HELP line for metric name "m"');
  f('# TYPE s summary\ns{quantile=""} 5\n', 2, `expected float as value for 'quantile' label, got ""`);
  f('# TYPE h histogram\nh_bucket{le="x"} 5\n', 2, `expected float as value for 'le' label, got "x"`);
  f('# TYPE h histogram\nh_bucket{le="1"} -1\n', 2, 'negative bucket population for histogram "h"');
  f('# TYPE h histogram\nh_count -0.5\n', 2, 'negative count for histogram "h"');
  f('{"m.one",a="b"} 1\n', 1, 'invalid metric name "m.one"');
  f('m{"a.b"="c"} 1\n', 1, 'invalid label name "a.b"');
  f('"a.b" 1\n', 1, 'invalid metric name "a.b"');
  f('# TYPE "a.b" gauge\n', 1, 'invalid metric name "a.b"');
  f('"" 1\n', 1, 'invalid metric name', true);
  f('{"foo","bar"} 1\n', 1, 'multiple metric names for metric "foo"', true);
  f('{"foo" 1\n', 1, "unexpected end of metric name '1'", true);
  f(Buffer.from('{"\xff"} 1\n', 'latin1'), 1, 'invalid metric name "\\xff"', true);
});

test('samples without a name are refused and change nothing before them', () => {
  const f = (body: string): void => expect(() => parse(body)).toThrow('invalid metric name');
  f('{} 1\n');
  f('{a="b"} 2\n');
  f('foo 1\n{a="b"} 2\n');
});

test('the error says what to change where that is known', () => {
  const f = (body: string | Buffer, hint: string): void => expect(() => parse(body)).toThrow(hint);
  f('\ufeffm 1\n', 'invalid metric name; hint: the body begins with a byte order mark; send it as UTF-8 without one');
  f('\ufeff# TYPE m gauge\nm 1\n', 'hint: the body begins with a byte order mark');
  f(Buffer.from('\ufeffm 1\r\n', 'utf16le'), 'hint: the body is UTF-16; send it as UTF-8');
  f(Buffer.from('m{a="caf\xe9"} 1\n', 'latin1'), 'invalid label value "caf\\xe9"; hint: the body must be UTF-8');
  f('m 1', 'hint: the last line must end in a line feed');
  f('m 1\r\n', 'hint: lines must end in a line feed alone, without a carriage return');
  f('# TYPE m gauge\r\n', 'without a carriage return');
  f('m 1 \n', 'hint: no blank may follow the value');
  f('"a.b" 1\n', 'hint: the flag --push.enable-utf8-names allows names like this');
});

test('HELP that is not UTF-8 keeps what is', () => {
  expect(parse(Buffer.from('# HELP m a\xffb\nm 1\n', 'latin1'))[0]?.help).toBe('a\ufffdb');
});

test('more samples and labels than memory should hold are refused', () => {
  const labels = Array.from({ length: 1_999 }, (_, i) => `l${i}="v"`).join(',');
  const line = `m{${labels}} 1\n`;
  expect(parse(line.repeat(decodedPartsMax / 2_000))).toHaveLength(1);
  expect(() => parse(`${line.repeat(decodedPartsMax / 2_000)}m 1\n`)).toThrow(`more than ${decodedPartsMax} samples and labels`);
});

test.each([
  ['labels', `m{${Array.from({ length: 50_000 }, (_, i) => `l${i}="v"`).join(',')}} 1\n`],
  ['escapes', `m{a="${'\\\\'.repeat(500_000)}"} 1\n`],
  ['blank lines', '\n'.repeat(1_000_000)],
  ['backslashes in HELP', `# HELP m ${'\\n'.repeat(500_000)}\nm 1\n`],
  ['one histogram', `# TYPE h histogram\n${'h_bucket{le="1"} 1\n'.repeat(50_000)}`],
])('a body of many %s takes time in proportion', (_, body) => {
  const start = performance.now();
  parse(body);
  expect(performance.now() - start).toBeLessThan(2_000);
});
