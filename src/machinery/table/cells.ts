// What the cells of several kinds have in common (the small formatters of printers.go).
import type { SimTime } from '../../base/brand';
import type { Json, JsonObject } from '../../base/json';
import { compareBytes } from '../../base/order';
import { humanDuration } from '../duration';
import { canonicalQuantity } from '../quantity';
import { type LabelSelector, selectorOf, selectorText } from '../selector';
import { parseTime } from '../time';
import type { Container, KubeObject } from '../types';

export type Cell = string | number | boolean;
/** What a printer is told besides the object. `wide` is how the server always prints; kubectl hides columns. */
export interface Printing {
  readonly now: SimTime;
  readonly wide: boolean;
}
/** Any object, with its fields as upstream's structs name them. */
export type Printed = KubeObject & { readonly spec?: JsonObject; readonly status?: JsonObject } & JsonObject;

/** Time since a timestamp: `5m`; `<unknown>` without one. */
export function age(timestamp: unknown, now: SimTime): string {
  const at = typeof timestamp === 'string' ? parseTime(timestamp) : null;
  return at === null ? '<unknown>' : humanDuration(now - at);
}

export const created = (object: Printed, { now }: Printing): string => age(object.metadata.creationTimestamp, now);

/** `a=1,b=2` in order of keys; `<none>` if empty (labels.FormatLabels). */
export function labelsText(labels: unknown): string {
  const map = (labels ?? {}) as { readonly [key: string]: string };
  const text = Object.keys(map)
    .sort(compareBytes)
    .map((key) => `${key}=${map[key] ?? ''}`)
    .join(',');
  return text || '<none>';
}

export const labelSelectorText = (selector: unknown): string => selectorText(selectorOf(selector as LabelSelector | null)) || '<none>';

/** Names and images of a template's containers, two cells. */
export function containerCells(template: unknown): [string, string] {
  const containers = (template as { spec?: { containers?: readonly Container[] } } | undefined)?.spec?.containers ?? [];
  return [containers.map((c) => c.name).join(','), containers.map((c) => c.image).join(',')];
}

/** The first three of a list, and how many more there are. */
export function shortList(list: readonly string[], empty = '<unset>'): string {
  if (list.length <= 3) return list.join(',') || empty;
  return `${list.slice(0, 3).join(',')} + ${list.length - 3} more...`;
}

export const count = (value: unknown): number =>
  value === null || value === undefined ? 0 : Array.isArray(value) ? value.length : Object.keys(value).length;

export const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
export const number = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);
export const list = <T = JsonObject>(value: Json | undefined): readonly T[] => (Array.isArray(value) ? value : []) as readonly T[];
export const record = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

export const name = (object: Printed): string => object.metadata.name;
export const spec = (object: Printed): JsonObject => record(object.spec);
export const status = (object: Printed): JsonObject => record(object.status);
export const quantity = (value: unknown): string =>
  value === undefined || value === null ? '<unknown>' : canonicalQuantity(String(value));
