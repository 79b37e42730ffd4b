// Where in a YAML text the cursor is: under which keys, and whether a name or a value is being typed. Goes by indentation
// and brackets alone, so it works in a text that is not finished. Left out: keys in quotes, flow collections over lines.
import type { Path } from '../../base/schema';

export interface Context {
  /** Keys and places down to the object or list that is being written; every place is 0. */
  readonly path: Path;
  /** The key whose value is being typed; null: a key, or a list's entry. */
  readonly key: string | null;
  /** What was typed of it. */
  readonly typed: string;
  /** Members that the object has already, with what stands behind the colon. */
  readonly siblings: ReadonlyMap<string, string>;
  /** Spaces before a key of this object; null within brackets. */
  readonly indent: number | null;
}

interface Row {
  readonly dashes: readonly number[];
  /** Column of what follows the dashes. */
  readonly column: number;
  readonly key: string | null;
  readonly value: string;
}

const KEY = /^([\w./-]+):(?:\s+(.*))?$/;

function rowOf(line: string): Row {
  const [lead = ''] = /^ *(- +)*(-$)?/.exec(line) ?? [];
  const dashes = [...lead.matchAll(/-/g)].map(({ index }) => index);
  const content = line.slice(lead.length);
  const [, key = null, value = ''] = KEY.exec(content) ?? [];
  return { dashes, column: lead.length, key, value };
}

const isBlank = (line: string): boolean => /^\s*(#.*)?$/.test(line);

export function contextAt(text: string, offset: number): Context {
  const above = text.slice(0, offset).split('\n');
  const line = above.pop() ?? '';
  const below = text.slice(offset).split('\n').slice(1);
  const row = rowOf(line);
  const outer = blockPath(row, above);
  const members = siblingsOf(row, above, below);
  const content = line.slice(row.column);
  const flow = flowAt(row.key === null ? content : row.value);
  if (flow !== null) return { ...flow, path: [...outer, ...(row.key === null ? [] : [row.key]), ...flow.path], indent: null };
  return { path: outer, key: row.key, typed: row.key === null ? content : row.value, siblings: members, indent: row.column };
}

/** The keys and places above a row, outermost first. */
function blockPath(row: Row, above: readonly string[]): Path {
  const path: (string | number)[] = [];
  let column = row.column;
  let inList = false;
  const enter = (dashes: readonly number[]): void => {
    for (const dash of [...dashes].reverse()) {
      path.unshift(0);
      column = dash;
      inList = true;
    }
  };
  enter(row.dashes);
  for (const line of [...above].reverse()) {
    if (column === 0 && !inList) break;
    if (isBlank(line)) continue;
    const { dashes, column: at, key } = rowOf(line);
    const left = dashes.filter((dash) => dash < column);
    if (!inList && at === column && left.length > 0) enter(left);
    else if (key !== null && (inList ? at <= column : at < column)) {
      path.unshift(key);
      column = at;
      inList = false;
      enter(left.filter((dash) => dash < at));
    }
  }
  return path;
}

/** The members of the object that a row belongs to. */
function siblingsOf(row: Row, above: readonly string[], below: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const take = (lines: readonly string[], up: boolean): void => {
    for (const line of lines) {
      if (isBlank(line)) continue;
      const { dashes, column, key, value } = rowOf(line);
      const first = dashes[0] ?? column;
      if (!up && first < row.column) return;
      if (column === row.column && key !== null) found.set(key, value);
      if (up && first < row.column) return;
    }
  };
  if (row.dashes.length === 0) take([...above].reverse(), true);
  take(below, false);
  return found;
}

/** Within brackets that are still open; null outside of any. */
function flowAt(content: string): Omit<Context, 'indent'> | null {
  interface Open {
    readonly map: boolean;
    readonly members: Map<string, string>;
    start: number;
  }
  const stack: Open[] = [];
  let quote = '';
  for (let i = 0; i < content.length; i++) {
    const c = content[i] as string;
    const top = stack[stack.length - 1];
    if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === '{' || c === '[') stack.push({ map: c === '{', members: new Map(), start: i + 1 });
    else if (c === '}' || c === ']') stack.pop();
    else if (c === ',' && top !== undefined) {
      const [, key, value = ''] = KEY.exec(content.slice(top.start, i).trim()) ?? [];
      if (key !== undefined) top.members.set(key, value);
      top.start = i + 1;
    }
  }
  const last = stack[stack.length - 1];
  if (last === undefined) return null;
  const path: Path = stack.slice(0, -1).map(({ map, start }) => (map ? (KEY.exec(content.slice(start).trimStart())?.[1] ?? '') : 0));
  const typed = content.slice(last.start).trimStart();
  const inner = last.map ? path : [...path, 0];
  const [, key = null, value = ''] = (last.map ? KEY.exec(typed) : null) ?? [];
  return { path: inner, key, typed: key === null ? typed : value, siblings: last.members };
}

/** What a new line after this one begins with. */
export function indentAfter(line: string): string {
  const { column, key, value, dashes } = rowOf(line);
  const opens = key !== null && /^([|>][-+]?)?$/.test(value);
  return ' '.repeat(dashes.length > 0 && key === null ? (dashes[0] ?? 0) : column + (opens ? 2 : 0));
}
