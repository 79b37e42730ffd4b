// Objects as a tree: by namespace, and in each what owns what.
import type { ObjectRow } from '../../worker/protocol';

export interface Branch {
  readonly row: ObjectRow;
  readonly owned: readonly Branch[];
}
export interface NamespaceTree {
  /** Null for what belongs to no namespace. */
  readonly namespace: string | null;
  readonly count: number;
  readonly roots: readonly Branch[];
}

/** Namespaces in the order in which their first object comes, what has none first. An object whose owner is not
 *  there is a root; a ring of owners, which no honest cluster has, hides nothing but itself. */
export function ownerTrees(rows: readonly ObjectRow[]): readonly NamespaceTree[] {
  const namespaces = new Map<string | null, ObjectRow[]>([[null, []]]);
  for (const row of rows) {
    const others = namespaces.get(row.namespace);
    if (others === undefined) namespaces.set(row.namespace, [row]);
    else others.push(row);
  }
  return [...namespaces].filter(([, list]) => list.length > 0).map(([namespace, list]) => treeOf(namespace, list));
}

/** Siblings of one kind, in their order. */
export interface Kin {
  readonly kind: string;
  readonly branches: readonly Branch[];
  /** So many that they had better be folded into a count. */
  readonly many: boolean;
}

const MANY = 8;

/** Siblings by kind, a kind where its first stands. */
export function kinOf(branches: readonly Branch[]): readonly Kin[] {
  const kinds = new Map<string, Branch[]>();
  for (const branch of branches) {
    const others = kinds.get(branch.row.kind);
    if (others === undefined) kinds.set(branch.row.kind, [branch]);
    else others.push(branch);
  }
  return [...kinds].map(([kind, list]) => ({ kind, branches: list, many: list.length > MANY }));
}

const nameOf = ({ kind, name }: ObjectRow): string => `${kind}/${name}`;

function treeOf(namespace: string | null, rows: readonly ObjectRow[]): NamespaceTree {
  const there = new Set(rows.map(nameOf));
  const owned = new Map<string, ObjectRow[]>();
  const roots: ObjectRow[] = [];
  for (const row of rows) {
    if (row.owner === null || !there.has(row.owner)) roots.push(row);
    else owned.set(row.owner, [...(owned.get(row.owner) ?? []), row]);
  }
  const branch = (row: ObjectRow): Branch => ({ row, owned: (owned.get(nameOf(row)) ?? []).map(branch) });
  // Events tell of the others, and are many.
  const ordered = [...roots.filter(({ kind }) => kind !== 'Event'), ...roots.filter(({ kind }) => kind === 'Event')];
  return { namespace, count: rows.length, roots: ordered.map(branch) };
}
