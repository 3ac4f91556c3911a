import { commands } from './commands/command-table.ts';
import { flagKeys, flagTable, type Flags } from './flags.ts';

/** Layout of the reference's usage: 80 columns, help beside flags that are short enough, else on the next line. */
const lineWidth = 80;
const indent = '  ';
const besideWidthMax = 29;

/** What `--help` prints. */
export function formatUsage(): string {
  const rows = [
    ['-h, --help', 'Show this help.'],
    ...flagKeys().map((key) => [`    --${describeFlag(key)}`, flagTable[key].help]),
    ['    --version', 'Show application version.'],
  ] as const;
  const intro = [
    'usage: pushgate [serve] [<flags>] [@<file with one argument per line>]',
    ...commands.flatMap(({ name, forms }) => forms.map((form) => `       pushgate ${name} ${form}`)),
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
    ...rows.flatMap(([flag, help]) => formatRow(flag, help)),
    '',
    'Commands (pushgate <command> --help tells more):',
    ...commandRows.flatMap(([name = '', summary = '']) => formatRow(name, summary)),
    '',
  ].join('\n');
}

function describeFlag<K extends keyof Flags>(key: K): string {
  const { name, kind, fallback } = flagTable[key];
  return kind.takesValue ? `${name}=${kind.describeDefault(fallback)}` : `[no-]${name}`;
}

function formatRow(flag: string, help: string): string[] {
  const column = indent.length + besideWidthMax + indent.length;
  const lines = wrapWords(help, lineWidth - column).map((line) => ' '.repeat(column) + line);
  if (flag.length > besideWidthMax) return [indent + flag, ...lines];
  const [first = '', ...rest] = lines;
  return [indent + flag.padEnd(besideWidthMax) + indent + first.trimStart(), ...rest];
}

function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
