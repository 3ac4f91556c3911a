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
  const intro = ['usage: pushgate [serve] [<flags>] [@<file with one argument per line>]', '', 'The Pushgateway', '', 'Flags:'];
  return `${[...intro, ...rows.flatMap(([flag, help]) => formatRow(flag, help))].join('\n')}\n`;
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
