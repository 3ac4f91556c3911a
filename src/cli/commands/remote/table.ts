import type { TerminalStream } from '../command.ts';

export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
  /** Takes what width is left; the first to be cut where a terminal is narrow. */
  readonly isFlexible?: boolean;
}

const gap = '  ';
const flexibleWidthMin = 12;

/**
 * A table in lines. The widths are those of its first rows; later rows that are wider stand out. What goes to a terminal is cut to its
 * width, anything else is whole.
 */
export class Table {
  readonly #columns: readonly Column[];
  readonly #lineWidth: number;
  #widths: readonly number[] | null = null;

  constructor(columns: readonly Column[], stream: TerminalStream) {
    this.#columns = columns;
    const { isTTY = false, columns: terminalWidth = 0 } = stream;
    // A terminal without a window, such as one that `docker exec -t` makes, has no columns.
    this.#lineWidth = !isTTY ? Infinity : terminalWidth > 0 ? terminalWidth : 80;
  }

  /** The lines of these rows, with the titles above the first ones. `paint` may colour a cell that has its width already. */
  format(rows: readonly (readonly string[])[], paint: (cell: string, column: number) => string = (cell) => cell): string {
    const titles = this.#columns.map(({ title }) => title);
    const isFirst = this.#widths === null;
    const widths = (this.#widths ??= this.#fit([titles, ...rows]));
    const lines = rows.map((row) => this.#formatRow(row, widths, paint));
    return (isFirst ? [this.#formatRow(titles, widths, (cell) => cell), ...lines] : lines).join('');
  }

  #fit(rows: readonly (readonly string[])[]): number[] {
    const widths = this.#columns.map((_, i) => rows.reduce((most, row) => Math.max(most, widthOf(row[i] ?? '')), 0));
    let surplus = widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1)) - this.#lineWidth;
    for (const [i, { isFlexible }] of this.#columns.entries()) {
      const width = widths[i] ?? 0;
      if (isFlexible !== true || surplus <= 0) continue;
      widths[i] = Math.max(Math.min(flexibleWidthMin, width), width - surplus);
      surplus -= width - widths[i];
    }
    return widths;
  }

  #formatRow(row: readonly string[], widths: readonly number[], paint: (cell: string, column: number) => string): string {
    const cells = this.#columns.map(({ isNumber }, i) => {
      const width = widths[i] ?? 0;
      const text = this.#lineWidth === Infinity ? (row[i] ?? '') : cut(row[i] ?? '', width);
      const padding = ' '.repeat(Math.max(0, width - widthOf(text)));
      return isNumber === true ? padding + paint(text, i) : paint(text, i) + padding;
    });
    return `${cells.join(gap).trimEnd()}\n`;
  }
}

/** In code points: close enough for what labels hold. */
function widthOf(text: string): number {
  return Array.from(text).length;
}

function cut(text: string, width: number): string {
  return widthOf(text) <= width
    ? text
    : `${Array.from(text)
        .slice(0, width - 1)
        .join('')}…`;
}
