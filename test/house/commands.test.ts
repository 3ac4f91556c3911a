import { expect, test } from 'vitest';
import { commands, findCommand } from '../../src/cli/commands/command-table.ts';
import { exitCodes } from '../../src/cli/commands/exit-codes.ts';
import { connectionOptions } from '../../src/cli/commands/remote/connection-flags.ts';
import { readRepository } from './tree.ts';

const page = readRepository().get('docs/commands.md') ?? '';
const firstCells = (pattern: RegExp): string[] => [...page.matchAll(pattern)].map(([, cell = '']) => cell);

test('docs/commands.md lists every command with its summary, in the order of the usage', () => {
  const rows = [...page.matchAll(/^\| `([a-z]+)` +\| (.*?) +\|$/gm)].map(([, name, summary]) => [name, summary]);
  expect(rows).toEqual(commands.map(({ name, summary }) => [name, summary]));
});

test('docs/commands.md lists every flag to reach a gateway, and every exit code', () => {
  expect(firstCells(/^\| `--([a-z-]+)` +\|/gm)).toEqual(connectionOptions.map(({ name }) => name));
  expect(firstCells(/^\| `(\d+)` +\|/gm)).toEqual(Object.values(exitCodes).map(String));
});

test('every option that docs/commands.md shows in an example exists', async () => {
  const examples = [...page.matchAll(/^(?:.*\| )?pushgate ([a-z]+) (.*)$/gm)];
  expect(examples.length).toBeGreaterThan(5);
  for (const [line, name, rest = ''] of examples) {
    const known = (await findCommand(name)?.load())?.options.map((option) => option.name) ?? [];
    for (const [, option = ''] of rest.matchAll(/(?<=^|\s)--([a-z-]+)/g)) expect(known, line).toContain(option);
  }
});
