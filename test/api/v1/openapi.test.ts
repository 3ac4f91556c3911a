import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createPageApiRoutes } from '../../../src/api/v1/routes.ts';
import { createGateway, push, readReply, requestOf } from '../support.ts';
import { findMisfits, readWireSchemas, stripTexts, type Schema } from './wire-schemas.ts';

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: 'query' | 'path';
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly responses: { readonly 200: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> } };
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>>; readonly parameters: Readonly<Record<string, Parameter>> };
}

const root = path.join(import.meta.dirname, '..', '..', '..');
const description = parse(readFileSync(path.join(root, 'docs', 'openapi.yaml'), 'utf8')) as Description;
const { schemas, parameters } = description.components;
const operations = Object.entries(description.paths).flatMap(([pattern, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ key: `${method.toUpperCase()} ${pattern}`, operation })),
);

function namesOf({ parameters: listed = [] }: Operation, where: Parameter['in']): string[] {
  const all = listed.map((parameter) => (parameter.$ref === undefined ? parameter : parameters[parameter.$ref.replace(/^.*\//, '')]));
  return all.flatMap((parameter) => (parameter?.in === where ? [parameter.name] : []));
}

const describePattern = (pattern: string): string => pattern.replaceAll(/:(\w+)/g, '{$1}');

test('docs/openapi.yaml describes the endpoints that there are, and no others', () => {
  const routes = createPageApiRoutes(createGateway()).map(({ method, pattern }) => `${method} ${describePattern(pattern)}`);
  expect(operations.map(({ key }) => key).sort()).toEqual(routes.sort());
});

test('the schemas in docs/openapi.yaml are the types of the wire', () => {
  const types = readWireSchemas(readFileSync(path.join(root, 'src', 'api', 'types.ts'), 'utf8'));
  expect(stripTexts(schemas)).toEqual(stripTexts(types));
});

test('the parameters in docs/openapi.yaml are those that each endpoint takes', async () => {
  for (const { method, pattern, handler } of createPageApiRoutes(createGateway())) {
    const key = `${method} ${describePattern(pattern)}`;
    const operation = operations.find((described) => described.key === key)?.operation;
    if (operation === undefined || pattern === '/events' || pattern === '/server') continue;
    const answer = await readReply(await handler(requestOf({ rawQuery: 'nonsense=1', params: { id: 'x', name: 'x' } })));
    const taken = /want (.*)"/.exec(answer)?.[1]?.split(', ');
    if (pattern === '/groups/:id') expect(namesOf(operation, 'path')).toEqual(['id']);
    expect(namesOf(operation, 'query'), key).toEqual(taken);
  }
});

test('answers fit their schemas', async () => {
  const gateway = createGateway();
  const histogram = '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n';
  for (const value of [1, 2]) await push(gateway, { job: 'a', instance: 'b' }, `m{x="y"} ${value}\n${histogram}`);
  const id = Buffer.from('["instance","b","job","a"]').toString('base64url');
  const lint = JSON.stringify({ labels: { job: 'a' }, body: 'm 1\nh 2\n' });
  const questions: Readonly<Record<string, Parameters<typeof requestOf>[0]>> = {
    'GET /groups': { rawQuery: 'match[]={job="a"}&limit=1' },
    'DELETE /groups': { rawQuery: 'match[]={job="a"}&dry_run=true' },
    'GET /groups/{id}': { params: { id }, rawQuery: 'limit=1' },
    'GET /labels': {},
    'GET /label/{name}/values': { params: { name: 'job' } },
    'POST /lint': { body: lint, headers: { 'content-type': 'application/json' } },
    'GET /server': {},
  };
  for (const { method, pattern, handler } of createPageApiRoutes(gateway)) {
    const key = `${method} ${describePattern(pattern)}`;
    const schema = operations.find((described) => described.key === key)?.operation.responses[200].content['application/json']?.schema;
    if (schema === undefined) continue;
    const answer = JSON.parse(await readReply(await handler(requestOf(questions[key])))) as { status: string; data: unknown };
    expect(answer.status, key).toBe('success');
    expect(findMisfits(answer.data, schema, schemas), key).toEqual([]);
  }
});

test('an answer that does not fit its schema is found', () => {
  const f = (value: unknown, want: string[]): void => {
    expect(findMisfits(value, { $ref: '#/components/schemas/Completion' }, schemas)).toEqual(want);
  };
  f({ value: 'a', groups: 1 }, []);
  f({ value: 'a' }, ['$.groups is missing']);
  f({ value: 1, groups: 1 }, ['$.value is number, not string']);
  f({ value: 'a', groups: 1, more: 1 }, ['$.more is not in the schema']);
  f(null, ['$ is null, not object']);
});
