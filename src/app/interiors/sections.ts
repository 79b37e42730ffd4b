// What all panels are made of: titled tables whose rows may stand in folding groups. Plain data, made from
// any JSON without ever failing; two moments compared row by row give the marks.
import { isObject, type Json, type JsonObject } from '../../base/json';
import type { Interior } from '../../worker/protocol';

export interface Row {
  /** Names the row within its group, at any moment. */
  readonly key: string;
  readonly cells: readonly string[];
  readonly tone?: 'good' | 'bad';
  /** An etcd key whose history the row opens. */
  readonly opens?: string;
}
/** A folding part of a table; '' is no fold. */
export interface Group {
  readonly name: string;
  readonly rows: readonly Row[];
  readonly open?: boolean;
}
export interface Section {
  readonly title: string;
  readonly heads: readonly string[];
  readonly groups: readonly Group[];
  /** Said below the groups, or instead of them if there are none. */
  readonly note?: string;
  /** About one event, not about what is kept: nothing of it is marked as changed. */
  readonly event?: boolean;
  /** Only some groups of many: one that does not stand there any more is not gone. */
  readonly latest?: boolean;
}
export type Mark = 'same' | 'new' | 'changed' | 'gone';
export interface MarkedRow extends Row {
  readonly mark: Mark;
}
export interface MarkedGroup extends Group {
  readonly rows: readonly MarkedRow[];
  /** Rows that are not as they were. */
  readonly changed: number;
}
export interface MarkedSection extends Section {
  readonly groups: readonly MarkedGroup[];
}

/** `now` with what differs from `before`; rows that are gone stand at the end of their group. Without a
 *  `before` nothing is marked. */
export function marked(now: readonly Section[], before: readonly Section[] | null): MarkedSection[] {
  return now.map((section) => {
    const earlier = section.event ? null : before;
    const old = earlier?.find(({ title }) => title === section.title)?.groups ?? [];
    const names = new Set([...section.groups, ...(section.latest ? [] : old)].map(({ name }) => name));
    const groups = [...names].map((name) => {
      const own = section.groups.find((group) => group.name === name);
      const was = old.find((group) => group.name === name)?.rows ?? [];
      const rows =
        earlier === null ? (own?.rows ?? []).map((row): MarkedRow => ({ ...row, mark: 'same' })) : compared(own?.rows ?? [], was);
      return { ...(own ?? { name }), rows, changed: rows.filter(({ mark }) => mark !== 'same').length };
    });
    return { ...section, groups };
  });
}

function compared(now: readonly Row[], before: readonly Row[]): MarkedRow[] {
  const old = new Map(before.map((row) => [row.key, row]));
  const rows = now.map((row): MarkedRow => {
    const was = old.get(row.key);
    old.delete(row.key);
    return { ...row, mark: was === undefined ? 'new' : was.cells.join('\n') === row.cells.join('\n') ? 'same' : 'changed' };
  });
  return [...rows, ...[...old.values()].map((row): MarkedRow => ({ ...row, mark: 'gone' }))];
}

/** One table without folds. */
export const table = (title: string, heads: readonly string[], rows: readonly Row[], note?: string): Section => ({
  title,
  heads,
  groups: [{ name: '', rows }],
  ...(note === undefined ? {} : { note }),
});

/** Rows in folds by name, in the order in which the names first come. */
export function grouped(rows: readonly (readonly [group: string, row: Row])[]): Group[] {
  const groups = new Map<string, Row[]>();
  for (const [name, row] of rows) {
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return [...groups].map(([name, members]) => ({ name, rows: members }));
}

/** The paths below `prefix/`, without it. */
export const under = (paths: Interior['told'] | null, prefix: string): (readonly [string, Json])[] =>
  Object.entries(paths ?? {}).flatMap(([path, value]) =>
    path.startsWith(`${prefix}/`) ? [[path.slice(prefix.length + 1), value] as const] : [],
  );

export const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
export const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

/** Any JSON in a cell. */
export function textOf(value: Json | undefined): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return (value as readonly Json[]).map(textOf).join(', ');
  if (isObject(value)) {
    return Object.entries(value)
      .map(([name, inner]) => `${name} ${textOf(inner)}`)
      .join(', ');
  }
  return String(value);
}

/** What a component told when it set a path, or last decided. */
export const detailOf = (told: Json | undefined): JsonObject => objectOf(objectOf(told).detail);
/** The record that told it. */
export const seqOf = (told: Json | undefined): number => Number(objectOf(told).seq ?? -1);
