import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands/command-table.ts';
import { flagKeys, flagTable } from '../../src/cli/flags.ts';
import { formatUsage } from '../../src/cli/usage.ts';

test('the usage names every flag of the table and fits 80 columns', () => {
  const usage = formatUsage();
  for (const key of flagKeys()) expect(usage).toContain(flagTable[key].name);
  for (const line of usage.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
});

test('the usage has the layout of the reference', () => {
  const lines = formatUsage().split('\n');
  expect(lines).toContain('  -h, --help                     Show this help.');
  expect(lines).toContain('      --persistence.interval=5m0s');
  expect(lines).toContain('      --web.config.file=""       Path to configuration file that can enable TLS');
  const row = lines.indexOf('      --web.listen-address=:9091 ...');
  expect(lines.slice(row + 1, row + 3)).toEqual([
    '                                 Addresses on which to expose metrics and web',
    '                                 interface. Repeatable for multiple addresses.',
  ]);
});

test('the usage names every command', () => {
  const lines = formatUsage().split('\n');
  for (const { name } of commands) {
    expect(
      lines.filter((line) => line.startsWith(`       pushgate ${name} `)),
      name,
    ).not.toEqual([]);
    expect(
      lines.filter((line) => line.startsWith(`  ${name} `)),
      name,
    ).toHaveLength(1);
  }
});
