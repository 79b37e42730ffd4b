// A server's Table as text. Models cli-runtime pkg/printers/tableprinter.go.
import type { JsonObject } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { metaOf } from '../../../machinery/object';
import { columnsText } from './columns';

export interface TableText {
  readonly wide: boolean;
  readonly headers: boolean;
  readonly withNamespace: boolean;
  /** `deployment.apps` before each name, where several types are shown; or ''. */
  readonly kind: string;
  readonly showLabels: boolean;
  readonly labelColumns: readonly string[];
}

interface Column {
  readonly name: string;
  readonly priority: number;
  readonly format: string;
}

/** Lines of cells of a table: its columns as headers if asked for, and its rows. */
export function tableLines(table: JsonObject, columns: readonly JsonObject[], options: TableText): string[][] {
  const shown = (columns as unknown as readonly Column[])
    .map((column, i) => ({ ...column, i }))
    .filter((c) => options.wide || c.priority === 0);
  const lines: string[][] = [];
  if (options.headers) {
    const labels = options.labelColumns.map((label) => (label.split('/').at(-1) ?? label).toUpperCase());
    const headers = shown.map((column) => column.name.toUpperCase());
    lines.push([...(options.withNamespace ? ['NAMESPACE'] : []), ...headers, ...labels, ...(options.showLabels ? ['LABELS'] : [])]);
  }
  for (const row of (table['rows'] ?? []) as readonly JsonObject[]) {
    const meta = metaOf((row['object'] ?? {}) as JsonObject);
    const cells = (row['cells'] ?? []) as readonly unknown[];
    const line = shown.map((column) => {
      const text = cellText(cells[column.i]);
      return options.kind !== '' && column.format === 'name' ? `${options.kind}/${text}` : text;
    });
    const labels = options.labelColumns.map((label) => meta.labels?.[label] ?? '<none>');
    lines.push([
      ...(options.withNamespace ? [meta.namespace ?? ''] : []),
      ...line,
      ...labels.map((label) => (label === '<none>' ? '' : label)),
      ...(options.showLabels ? [labelsText(meta.labels)] : []),
    ]);
  }
  return lines;
}

export const tableText = (table: JsonObject, columns: readonly JsonObject[], options: TableText, widths?: number[]): string =>
  columnsText(tableLines(table, columns, options), widths);

/** Only the first line of a cell is shown. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  const text = String(cell);
  const end = text.search(/[\n\r\f]/);
  return end < 0 ? text : `${text.slice(0, end)}...`;
}

function labelsText(labels: { readonly [key: string]: string } | undefined): string {
  const text = Object.keys(labels ?? {})
    .sort(compareBytes)
    .map((key) => `${key}=${labels?.[key] ?? ''}`)
    .join(',');
  return text || '<none>';
}
