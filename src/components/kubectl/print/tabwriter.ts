// Go's text/tabwriter: cells end with a tab; the cells that stand below each other in consecutive lines make a
// column as wide as its widest cell. The last cell of a line belongs to no column.

interface Block {
  readonly lines: readonly (readonly string[])[];
  readonly padding: number;
  readonly output: string[];
}

/** Text with tabs, laid out in columns with `padding` blanks between them. */
export function tabbed(text: string, padding = 2): string {
  const block: Block = { lines: text.split('\n').map((line) => line.split('\t')), padding, output: [] };
  layOut(block, 0, block.lines.length, []);
  return block.output.join('\n');
}

/** Lays out lines `from` to `to`, whose first columns have the given widths. */
function layOut(block: Block, from: number, to: number, widths: readonly number[]): void {
  const column = widths.length;
  const inColumn = (i: number): boolean => i < to && (block.lines[i]?.length ?? 0) - 1 > column;
  let start = from;
  for (let i = from; i < to; i++) {
    if (!inColumn(i)) continue;
    write(block, start, i, widths);
    start = i;
    let width = 0;
    for (; inColumn(i); i++) width = Math.max(width, size(block.lines[i]?.[column] ?? '') + block.padding);
    layOut(block, start, i, [...widths, width]);
    start = i;
  }
  write(block, start, to, widths);
}

function write({ lines, output }: Block, from: number, to: number, widths: readonly number[]): void {
  for (const line of lines.slice(from, to)) {
    output.push(line.map((cell, i) => (i < widths.length ? cell + ' '.repeat((widths[i] ?? 0) - size(cell)) : cell)).join(''));
  }
}

/** In characters, as Go counts runes. */
const size = (cell: string): number => [...cell].length;
