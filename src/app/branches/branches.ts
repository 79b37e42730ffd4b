// The futures that a person made or opened: a branch is a run as a value, so keeping one costs nothing but its inputs.
// Whatever is opened is in the list, and stays on the device; going to one replays it to the same virtual moment.
import type { Run } from '../../wire/run';
import { isRun } from '../../wire/run-schema';
import { goesOn, keyOf, type Shelf } from '../marks';
import type { Session } from '../session';
import { type Signal, signal } from '../signal';

export interface Branch {
  readonly id: number;
  /** As a person named it; empty: by what was done first in it. */
  readonly name: string;
  readonly run: Run;
  /** Where it left another one; null for one that left none. */
  readonly left: Leaving | null;
  /** How many records it had when last seen; 0 if it was not played yet. */
  readonly records: number;
}
interface Leaving {
  /** The branch that it left; it may be gone. */
  readonly id: number;
  readonly seq: number;
  readonly atUs: number;
  /** How many told messages came up to there. */
  readonly place: number;
  /** How many inputs it has from there. */
  readonly inputs: number;
}
export interface Branches {
  /** Oldest first. */
  readonly list: Signal<readonly Branch[]>;
  /** The one that is open; -1 before any was. */
  readonly open: Signal<number>;
  /** Opens another one, at the virtual moment of the cursor or at a record of it. */
  go(id: number, seq?: number): void;
  /** Undo: the branch that the open one left, where it did. False if there is none. */
  back(): boolean;
  rename(id: number, name: string): void;
  /** The open one stays. */
  remove(id: number): void;
}

const MAX_BRANCHES = 24;
export const MAX_NAME = 80;
const MAX_KEPT = 200_000;

export function createBranches(session: Session, shelf: Shelf): Branches {
  const list = signal<readonly Branch[]>(keptOn(shelf));
  const open = signal(-1);
  let fork: Omit<Leaving, 'id' | 'inputs'> | null = null;

  const byId = (id: number): Branch | undefined => list.get().find((branch) => branch.id === id);
  const change = (id: number, part: Partial<Branch>): void =>
    put(list.get().map((branch) => (branch.id === id ? { ...branch, ...part } : branch)));

  function put(next: readonly Branch[]): void {
    list.set(next);
    try {
      shelf.write(textOf(next));
    } catch {
      // Nowhere to keep them: they hold until the page is closed.
    }
  }

  /** Another run is played: the open branch went on, or a new one left it, or one of the list or of a link was opened. */
  function follow(): void {
    const run = session.run.get();
    const here = byId(open.get());
    if (run === null || run === here?.run) return;
    const left = fork;
    fork = null;
    if (left !== null && here !== undefined) return begin(run, { ...left, id: here.id, inputs: sharedInputs(here.run, run) });
    const known = list.get().find((branch) => keyOf(branch.run) === keyOf(run));
    if (known === undefined && here !== undefined && goesOn(here.run, run)) change(here.id, { run });
    else if (known === undefined) begin(run, null);
    else {
      open.set(known.id);
      put(list.get().flatMap((branch) => (branch === known ? [{ ...known, run }] : isBare(branch) ? [] : [branch])));
    }
  }

  function begin(run: Run, left: Leaving | null): void {
    const id = 1 + Math.max(0, ...list.get().map((branch) => branch.id));
    const others = list.get().filter((branch) => !isBare(branch) || branch.id === left?.id);
    open.set(id);
    put([...others.slice(1 - MAX_BRANCHES), { id, name: '', run, left, records: 0 }]);
  }

  function count(): void {
    const { state, records } = session.status.get();
    const here = byId(open.get());
    const still = state !== 'booting' && state !== 'running';
    if (still && here !== undefined && here.run === session.run.get() && here.records !== records) change(here.id, { records });
  }

  function leave(): void {
    const replaced = session.replaced.get();
    fork = replaced && { seq: replaced.seq, atUs: Math.max(0, session.columns.atUs(replaced.seq)), place: replaced.place };
  }

  follow();
  session.replaced.subscribe(leave);
  session.run.subscribe(follow);
  session.status.subscribe(count);
  return {
    list,
    open,
    go(id, wanted) {
      const branch = byId(id);
      if (branch === undefined) return;
      const { seq } = session.player.cursor.get();
      const here = seq < 0 ? null : { atUs: session.columns.atUs(seq), seq };
      session.open(branch.run, wanted === undefined ? here : { record: wanted });
    },
    back() {
      const left = byId(open.get())?.left;
      const before = left == null ? undefined : byId(left.id);
      if (left == null || before === undefined) return false;
      session.open(before.run, left.seq < 0 ? null : { record: left.seq });
      return true;
    },
    rename: (id, name) => change(id, { name: name.slice(0, MAX_NAME) }),
    remove: (id) => id !== open.get() && put(list.get().filter((branch) => branch.id !== id)),
  };
}

/** Nothing was done in it yet. */
const isBare = ({ run, left }: Branch): boolean => run.inputs.length === 0 && left === null;

function sharedInputs(a: Run, b: Run): number {
  const differs = b.inputs.findIndex((input, i) => JSON.stringify(input) !== JSON.stringify(a.inputs[i]));
  return differs < 0 ? b.inputs.length : differs;
}

// ---- What the device keeps: the latest that fit; a cluster that several share stands there once for each.

function textOf(branches: readonly Branch[]): string {
  let size = 0;
  const kept = [...branches].reverse().flatMap((branch) => {
    const text = JSON.stringify(branch);
    size += text.length;
    return size > MAX_KEPT || isBare(branch) ? [] : [text];
  });
  return `[${kept.reverse().join()}]`;
}

function keptOn(shelf: Shelf): readonly Branch[] {
  try {
    const value: unknown = JSON.parse(shelf.read() ?? '[]');
    return Array.isArray(value) ? value.filter(isBranch).slice(-MAX_BRANCHES) : [];
  } catch {
    return [];
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
type Unread<T> = { readonly [K in keyof T]?: unknown } | null;

function isBranch(value: unknown): value is Branch {
  const { id, name, run, left, records } = (value ?? {}) as NonNullable<Unread<Branch>>;
  if (!isCount(id) || !isCount(records) || typeof name !== 'string' || name.length > MAX_NAME || !isPlayed(run)) return false;
  if (left === null) return true;
  const { id: from, seq, atUs, place, inputs } = (left ?? {}) as NonNullable<Unread<Leaving>>;
  return [from, atUs, place, inputs].every(isCount) && Number.isSafeInteger(seq);
}
const isPlayed = (value: unknown): value is Run => {
  const { model, ...run } = (value ?? {}) as NonNullable<Unread<Run>>;
  return typeof model === 'string' && run.cluster != null && isRun(run);
};
