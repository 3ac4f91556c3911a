/** Layout of the reference's usage: 80 columns, help beside flags that are short enough, else on the next line. */
export const lineWidth = 80;
const indent = '  ';
const besideWidthMax = 29;

/** A flag and what it means, as lines of a usage. */
export function formatHelpRow(flag: string, help: string): string[] {
  const column = indent.length + besideWidthMax + indent.length;
  const lines = wrapWords(help, lineWidth - column).map((line) => ' '.repeat(column) + line);
  if (flag.length > besideWidthMax) return [indent + flag, ...lines];
  const [first = '', ...rest] = lines;
  return [indent + flag.padEnd(besideWidthMax) + indent + first.trimStart(), ...rest];
}

/** A text in lines of at most so many characters, if its words allow. */
export function wrapWords(text: string, width: number): string[] {
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
