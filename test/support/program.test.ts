import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { buildProgram, type Command, type Program } from './program.ts';

const program = (parts: { tool?: Command; fetch?: Command; compile?: Command }): Program => ({
  folder: path.join(import.meta.dirname, '..', 'fixtures', 'proto'),
  tools: [parts.tool ?? ['true']],
  fetch: () => [parts.fetch ?? ['true']],
  compile: () => [parts.compile ?? ['true']],
});

test('a tool that is not here leaves the program out', async () => {
  expect(await buildProgram(program({ tool: ['left-handed-screws', '--version'] }))).toEqual({
    kind: 'left out',
    reason: 'left-handed-screws --version does not work here',
  });
});

test('a registry that is not reached leaves the program out, with what the tool said', async () => {
  const built = await buildProgram(program({ fetch: ['sh', '-c', 'echo no route to host >&2; exit 1'] }));
  expect(built).toMatchObject({ kind: 'left out', reason: expect.stringContaining('no route to host') as string });
});

test('sources that do not compile are an error', async () => {
  await expect(buildProgram(program({ compile: ['sh', '-c', 'echo syntax error >&2; exit 1'] }))).rejects.toThrow('syntax error');
});

test('what was built once is neither fetched nor compiled again', async () => {
  let fetched = 0;
  const counting: Program = {
    ...program({}),
    fetch: (out) => {
      if (out !== '') fetched++;
      return [['true', randomName]];
    },
  };
  const first = await buildProgram(counting);
  expect(await buildProgram(counting)).toEqual(first);
  expect(fetched).toBe(1);
  if (first.kind !== 'built') throw new Error(first.reason);
  expect(existsSync(first.out)).toBe(true);
  rmSync(first.out, { recursive: true });
});
const randomName = randomUUID();
