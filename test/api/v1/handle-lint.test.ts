import { expect, test } from 'vitest';
import type { Gateway } from '../../../src/api/gateway.ts';
import type { LintRequest, LintResult } from '../../../src/api/types.ts';
import { createGateway, push } from '../support.ts';
import { ask, askWrongly } from './support.ts';

const json = { 'content-type': 'application/json' };

function lint(gateway: Gateway, request: LintRequest): Promise<LintResult> {
  return ask<LintResult>(gateway, 'POST /lint', { body: JSON.stringify(request), headers: json });
}

const namesOf = (families: LintResult['added']): string[] => families.map(({ name }) => name);

test('a push that would be taken says what it would change, and changes nothing', async () => {
  const gateway = createGateway();
  await push(gateway, { job: 'a' }, 'm 1\nn 1\n');
  const body = '# HELP n N.\n# TYPE n gauge\nn 2\n# HELP o O.\n# TYPE o gauge\no{x="1"} 1\no{x="2"} 1\n';
  const before = gateway.store.group('["job","a"]');
  const put = await lint(gateway, { method: 'PUT', labels: { job: 'a' }, body });
  expect(put).toMatchObject({ is_accepted: true, problems: [], families: 2, metrics: 3, samples: 3 });
  expect([namesOf(put.added), namesOf(put.replaced), namesOf(put.removed)]).toEqual([['o'], ['n'], ['m']]);
  const post = await lint(gateway, { method: 'POST', labels: { job: 'a' }, body });
  expect([namesOf(post.added), namesOf(post.replaced), namesOf(post.removed)]).toEqual([['o'], ['n'], []]);
  expect(gateway.store.group('["job","a"]')).toBe(before);
  expect(gateway.history.latest('["job","a"]')).toBeNull();
});

test('a push to a group that is not there would make it', async () => {
  const result = await lint(createGateway(), { labels: { job: 'a', instance: 'b/c' }, body: '# HELP m M.\n# TYPE m gauge\nm 1\n' });
  expect(result.group).toEqual({
    id: Buffer.from('["instance","b/c","job","a"]').toString('base64url'),
    push_path: 'metrics/job/a/instance@base64/Yi9j',
    exists: false,
  });
});

test('an error of the text is told with its line and column', async () => {
  const gateway = createGateway();
  const f = async (body: string, line: number, column: number, want: RegExp): Promise<void> => {
    const { is_accepted: isAccepted, problems } = await lint(gateway, { labels: { job: 'a' }, body });
    expect([isAccepted, problems.length, problems[0]?.severity, problems[0]?.code], body).toEqual([false, 1, 'error', 'PG_TEXT_PARSE']);
    expect([problems[0]?.line, problems[0]?.column], body).toEqual([line, column]);
    expect(problems[0]?.message, body).toMatch(want);
  };
  await f('m x\n', 1, 3, /expected float as value, got "x"/);
  await f('m 1\nn{a="b" 1\n', 2, 9, /unexpected end of label value "b"/);
  await f('m 1\n\n  n{a=b} 1\n', 3, 7, /expected '"' at start of label value, found 'b'/);
  await f('m{a="ü",b=1} 1\n', 1, 11, /expected '"' at start of label value, found '1'/);
  await f('m 1 x\n', 1, 5, /expected integer as timestamp, got "x"/);
  await f('# TYPE m blob\n', 1, 10, /unknown metric type "blob"/);
  await f('m 1\n# TYPE m gauge\n', 2, 8, /second TYPE line/);
  await f('m{a="b",a="c"} 1\n', 1, 9, /duplicate label names/);
  await f('m 1\n-n 1\n', 2, 1, /invalid metric name/);
  await f('m 1', 1, 4, /unexpected end of input stream/);
});

test('what the store would refuse is told at the family that it names', async () => {
  const gateway = createGateway();
  await push(gateway, { job: 'a' }, '# TYPE m counter\nm 1\n');
  const f = async (body: string, line: number, code: string): Promise<void> => {
    const { is_accepted: isAccepted, problems } = await lint(gateway, { labels: { job: 'b' }, body });
    expect([isAccepted, problems[0]?.code, problems[0]?.line], body).toEqual([false, code, line]);
  };
  await f('# HELP mm M.\n# TYPE mm gauge\nmm 1\n# TYPE m gauge\nm 1\n', 4, 'PG_PUSH_INCONSISTENT');
  await f('# TYPE n gauge\nn 1\nn 1\n', 1, 'PG_PUSH_INCONSISTENT');
  expect(gateway.store.groupCount).toBe(1);
  expect((await lint(gateway, { labels: { job: 'b' }, body: 'm 1 1\n' })).problems[0]?.code).toBe('PG_PUSH_TIMESTAMP');
});

test('what is not as the conventions ask for is a warning', async () => {
  const body = 'a 1\n# HELP b B.\n# TYPE b counter\nb 1\n# HELP c_total C.\n# TYPE c_total gauge\nc_total 1\n';
  const { is_accepted: isAccepted, problems } = await lint(createGateway(), { labels: { job: 'a' }, body });
  expect(isAccepted).toBe(true);
  expect(problems.map(({ code, line, severity }) => [code, line, severity])).toEqual([
    ['LINT_NO_TYPE', 1, 'warning'],
    ['LINT_NO_HELP', 1, 'warning'],
    ['LINT_COUNTER_NAME', 2, 'warning'],
    ['LINT_COUNTER_NAME', 5, 'warning'],
  ]);
});

test('labels that name no group are a problem, not a fault', async () => {
  const gateway = createGateway();
  const f = async (labels: Readonly<Record<string, string>>, want: string): Promise<void> => {
    const { group, problems } = await lint(gateway, { labels, body: 'm 1\n' });
    expect([group, problems[0]?.message]).toEqual([null, want]);
  };
  await f({ job: '' }, 'job name is required');
  await f({ instance: 'a' }, 'job name is required');
  await f({ job: 'a', 'x-y': 'b' }, 'improper label name "x-y"');
  await f({ job: 'a', __x: 'b' }, 'improper label name "__x"');
});

test('the body of a push can be checked as it is, with its place in the query', async () => {
  const rawQuery = 'job=a&label=instance%3Db%3Dc&method=PUT';
  const result = await ask<LintResult>(createGateway(), 'POST /lint', { rawQuery, body: 'm 1\n', headers: {} });
  expect(result).toMatchObject({ is_accepted: true, group: { push_path: 'metrics/job/a/instance/b%3Dc' } });
});

test('a request that is not one says what is wrong with it', async () => {
  const f = async (parts: { body?: string; rawQuery?: string; headers?: Record<string, string> }, want: RegExp): Promise<void> => {
    expect(await askWrongly(createGateway(), 'POST /lint', { headers: json, ...parts })).toMatch(want);
  };
  await f({ body: '{' }, /^400 bad_data: cannot read the JSON of the body/);
  await f({ body: '{"labels":{"job":1},"body":""}' }, /^400 bad_data: cannot read the JSON of the body: labels\.job/);
  await f({ body: '{"labels":{},"body":"","more":1}' }, /^400 bad_data: cannot read the JSON of the body: more/);
  await f({ headers: {}, rawQuery: 'label=x' }, /^400 bad_data: label=x is not a name/);
  await f({ headers: {}, rawQuery: 'method=DELETE' }, /^400 bad_data: method=DELETE is not one of PUT, POST/);
  await f({ body: ' '.repeat(4 * 1024 * 1024 + 1) }, /^400 bad_data: cannot check a body of 4194305 bytes/);
});
