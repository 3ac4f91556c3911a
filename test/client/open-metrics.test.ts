import { expect, test } from 'vitest';
import { convertOpenMetrics, isOpenMetrics } from '../../src/client/open-metrics.ts';

test('a text is OpenMetrics if it says so at its end', () => {
  const f = (text: string, want: boolean): void => expect(isOpenMetrics(Buffer.from(text)), text).toBe(want);
  f('x 1\n# EOF\n', true);
  f('# EOF\n', true);
  f('x 1\n', false);
  f('# EOF\nx 1\n', false);
  f('x 1 # EOF\n', false);
  f('', false);
});

test('what the Prometheus format says otherwise is said so, line by line', () => {
  const f = (line: string, want: string): void => {
    const types = '# TYPE c counter\n# TYPE t_total counter\n# TYPE i info\n# TYPE "a.b" counter\n';
    const lines = convertOpenMetrics(Buffer.from(`${types}${line}\n# EOF\n`))
      .toString()
      .split('\n');
    expect(lines[4], line).toBe(want);
  };
  f('# TYPE u unknown', '# TYPE u untyped');
  f('# TYPE i info', '# TYPE i_info gauge');
  f('# HELP c Requests, \\"quoted\\" \\\\ \\n.', '# HELP c_total Requests, "quoted" \\\\ \\n.');
  f('# HELP t_total T.', '# HELP t_total T.');
  f('# HELP "a.b" T.', '# HELP "a.b_total" T.');
  f('# UNIT c seconds', '');
  f('c_total{k="a # {b"} 5 # {trace="x"} 1 1.5', 'c_total{k="a # {b"} 5');
  f('c_total 5 12.5 # {} 1', 'c_total 5 12.5');
  f('c_created 1.7e9', 'c_created 1.7e9');
});
