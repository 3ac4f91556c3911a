import { commands } from './commands/command-table.ts';
import { flagKeys, flagTable, type Flags } from './flags.ts';
import { formatHelpRow } from './help-rows.ts';

/** What `--help` prints. */
export function formatUsage(): string {
  const rows = [
    ['-h, --help', 'Show this help.'],
    ...flagKeys().map((key) => [`    --${describeFlag(key)}`, flagTable[key].help]),
    ['    --version', 'Show application version.'],
  ] as const;
  const intro = [
    'usage: pushgate [serve] [<flags>] [@<file with one argument per line>]',
    ...commands.flatMap(({ name, forms }) => forms.map((form) => `       pushgate ${name} ${form}`.trimEnd())),
  ];
  const commandRows = [
    ['serve', 'Serve pushes and scrapes; what it does without a command.'],
    ...commands.map(({ name, summary }) => [name, summary]),
  ];
  return [
    ...intro,
    '',
    'The Pushgateway',
    '',
    'Flags:',
    ...rows.flatMap(([flag, help]) => formatHelpRow(flag, help)),
    '',
    'Commands (pushgate <command> --help tells more):',
    ...commandRows.flatMap(([name = '', summary = '']) => formatHelpRow(name, summary)),
    '',
  ].join('\n');
}

function describeFlag<K extends keyof Flags>(key: K): string {
  const { name, kind, fallback } = flagTable[key];
  return kind.takesValue ? `${name}=${kind.describeDefault(fallback)}` : `[no-]${name}`;
}
