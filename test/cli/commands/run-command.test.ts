import { expect, test } from 'vitest';
import { commands } from '../../../src/cli/commands/command-table.ts';
import { formatCommandUsage } from '../../../src/cli/commands/run-command.ts';
import { run } from './support.ts';

test('every command explains itself on 80 columns and ends with 0', async () => {
  for (const entry of commands) {
    const command = await entry.load();
    const { code, stdout, stderr } = await run([entry.name, '--help']);
    expect([code, stderr, stdout]).toEqual([0, '', formatCommandUsage(entry, command)]);
    expect(stdout).toContain('Exit codes:');
    for (const { name, value } of command.options) expect(stdout).toContain(`--${name}${value === undefined ? '' : `=${value}`}`);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect((await run([entry.name, '-h'])).stdout).toBe(stdout);
  }
});

test('a wrong command line is refused with 2 and a hint', async () => {
  const f = async (argv: string[], want: string): Promise<void> => {
    expect(await run(argv), argv.join(' ')).toEqual({
      code: 2,
      stdout: '',
      stderr: `pushgate: error: ${want}, try pushgate ${argv[0] ?? ''} --help\n`,
    });
  };
  await f(['check'], 'the PATH of the store is missing');
  await f(['check', 'a', 'b'], 'unexpected b');
  await f(['check', '--salvage'], "Option '--salvage <value>' argument missing");
  await f(['export', 'a', 'b', 'c'], 'unexpected c');
  await f(['export', '--salvage=x', 'a'], "Unknown option '--salvage'");
  await f(['import', '--grouping-labels=instance', 'a'], '--grouping-labels must name job, which every group has');
  await f(['import', '--grouping-labels=job,', 'a'], '"" in --grouping-labels is no label name');
  await f(['import', '--grouping-labels=job,__name__', 'a'], '"__name__" in --grouping-labels is no label name');
});
