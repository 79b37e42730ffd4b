// Text in columns, as Go's text/tabwriter lays it out for kubectl: cells are padded with blanks to the widest
// cell of their column plus three, at least six; the last cell of a line is not padded.

const PADDING = 3;
const LEAST = 6;

/** Lines of cells. `widths` are those of lines already printed (RememberWidths), and are updated. */
export function columnsText(lines: readonly (readonly string[])[], widths: number[] = []): string {
  for (const line of lines) {
    for (const [i, cell] of line.entries()) {
      if (i < line.length - 1) widths[i] = Math.max(widths[i] ?? LEAST, length(cell) + PADDING);
    }
  }
  return lines
    .map((line) => `${line.map((cell, i) => (i < line.length - 1 ? cell + ' '.repeat((widths[i] ?? 0) - length(cell)) : cell)).join('')}\n`)
    .join('');
}

/** In characters, as Go counts runes. */
const length = (cell: string): number => [...cell].length;
