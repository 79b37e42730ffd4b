// The text of a description while it grows: lines of cells, indented, laid out in columns at the end.
// Models kubectl pkg/describe: PrefixWriter, tabbedString and the printers that all kinds share.

import type { SimTime } from '../../../base/brand';
import type { JsonObject } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { humanDuration } from '../../../machinery/duration';
import { metaOf } from '../../../machinery/object';
import { EPOCH_SECONDS, parseTime } from '../../../machinery/time';
import type { StringMap } from '../../../machinery/types';
import { tabbed } from '../print/tabwriter';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** A longer annotation stands below its key, cut to this. */
const LONGEST_ANNOTATION = 140;

export class Description {
  private current = '';
  private done = '';

  constructor(private readonly now: SimTime) {}

  /** One line: cells after an indentation of two blanks a level. */
  line(level: number, ...cells: readonly string[]): void {
    this.current += `${'  '.repeat(level)}${cells.join('\t')}\n`.replaceAll('\x1b', '^[').replaceAll('\r', '\\r');
  }

  /** What follows has columns of its own. */
  beginColumns(): void {
    this.done += tabbed(this.current);
    this.current = '';
  }

  /** The text since columns began, with its tabs. */
  raw(): string {
    return this.current;
  }

  toString(): string {
    this.beginColumns();
    return this.done;
  }

  /** A title with one line for each text, or `<none>`. */
  list(title: string, texts: readonly string[]): void {
    if (texts.length === 0) this.line(0, `${title}:`, '<none>');
    for (const [i, text] of texts.entries()) this.line(0, i === 0 ? `${title}:` : '', text);
  }

  labels(title: string, labels: StringMap | undefined): void {
    this.list(title, sortedPairs(labels, '='));
  }

  annotations(title: string, annotations: StringMap = {}): void {
    const keys = Object.keys(annotations)
      .filter((key) => key !== LAST_APPLIED)
      .sort(compareBytes);
    const lines = keys.flatMap((key) => {
      const value = (annotations[key] ?? '').replace(/\n$/, '');
      if (value.length + key.length + 2 <= LONGEST_ANNOTATION && !value.includes('\n')) return [`${key}: ${value}`];
      return [`${key}:`, ...value.split('\n').map((text) => `  ${shortened(text, LONGEST_ANNOTATION - 2)}`)];
    });
    this.list(title, lines);
  }

  /** Name, and namespace if it has one. */
  names(object: JsonObject, namespaced = true): void {
    const { name = '', namespace = '' } = metaOf(object);
    this.line(0, 'Name:', name);
    if (namespaced) this.line(0, 'Namespace:', namespace);
  }

  /** Labels and annotations of the object itself. */
  marks(object: JsonObject): void {
    this.labels('Labels', metaOf(object).labels);
    this.annotations('Annotations', metaOf(object).annotations);
  }

  /** How long ago, or `<unknown>`. */
  since(time: string | null | undefined): string {
    const at = typeof time === 'string' ? parseTime(time) : null;
    return at === null ? '<unknown>' : humanDuration(this.now - at);
  }
}

const shortened = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}...` : text);

/** `a=1` for each, in order of the keys. */
export const sortedPairs = (map: StringMap | undefined, between: string): string[] =>
  Object.keys(map ?? {})
    .sort(compareBytes)
    .map((key) => `${key}${between}${map?.[key] ?? ''}`);

/** Labels in one cell (labels.FormatLabels). */
export const labelsText = (labels: StringMap | undefined): string => sortedPairs(labels, '=').join(',') || '<none>';

const DAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Go's RFC1123Z, `Fri, 02 Jan 2026 03:04:50 +0000`; of no time, what Go prints for its zero time. */
export function dateText(time: string | null | undefined): string {
  const at = typeof time === 'string' ? parseTime(time) : null;
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)/.exec(time ?? '');
  if (at === null || match === null) return 'Mon, 01 Jan 0001 00:00:00 +0000';
  const [, year, month, day, clock] = match;
  const days = Math.floor((EPOCH_SECONDS + Math.floor(at / 1_000_000)) / 86_400);
  return `${DAYS[((days % 7) + 7) % 7]}, ${day} ${MONTHS[Number(month) - 1]} ${year} ${clock} +0000`;
}

/** `True`, `False`. */
export const boolText = (value: unknown): string => (value === true ? 'True' : 'False');

/** A member of an object as text; absent is ''. */
export const textOf = (object: JsonObject | undefined, name: string): string => {
  const value = object?.[name];
  return value === undefined || value === null ? '' : String(value);
};
export const objectOf = (object: JsonObject | undefined, name: string): JsonObject => (object?.[name] ?? {}) as JsonObject;
export const listOf = (object: JsonObject | undefined, name: string): readonly JsonObject[] =>
  (object?.[name] ?? []) as readonly JsonObject[];
