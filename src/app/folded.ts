// A list of records in which runs of quiet ones are one row that counts them, and opens. Pure, but for the hook at
// its end.

import { useMemo } from 'react';
import { firstWhere } from '../base/first-where';
import type { Quiet } from '../worker/protocol';
import { useSignal } from './react';
import type { Session } from './session';
import { show, useUi } from './ui';

export interface Fold {
  /** Its first record: by this it is known. */
  readonly seq: number;
  readonly last: number;
  readonly count: number;
  readonly kinds: ReadonlySet<Quiet>;
  readonly open: boolean;
}
export interface Folded {
  readonly length: number;
  /** The record of a row, for a fold its first; -1 outside. */
  seqAt(row: number): number;
  foldAt(row: number): Fold | null;
  /** The row of the last record that is not after `seq`, or of the closed fold that holds it; -1 before the first. */
  rowOf(seq: number): number;
  /** The next row from `row` at which the cursor can stand. */
  step(row: number, by: 1 | -1): number;
}

/** So many in a row are folded. */
const LEAST = 3;

export function foldedOf(seqs: readonly number[], quiet: (seq: number) => Quiet | null, opened: ReadonlySet<number>): Folded {
  const rows: number[] = [];
  const folds = new Map<number, Fold>();
  for (let i = 0; i < seqs.length; ) {
    const run = quietRun(seqs, i, quiet);
    const seq = seqs[i] as number;
    if (run.length >= LEAST) {
      folds.set(rows.length, {
        seq,
        last: seqs[i + run.length - 1] as number,
        count: run.length,
        kinds: new Set(run),
        open: opened.has(seq),
      });
      rows.push(seq);
    }
    const end = i + Math.max(1, run.length);
    if (run.length < LEAST || opened.has(seq)) for (; i < end; i++) rows.push(seqs[i] as number);
    i = end;
  }
  const foldAt = (row: number): Fold | null => folds.get(row) ?? null;
  return {
    length: rows.length,
    seqAt: (row) => rows[row] ?? -1,
    foldAt,
    rowOf: (seq) => firstWhere(0, rows.length, (row) => (rows[row] as number) > seq) - 1,
    step(row, by) {
      let next = row + by;
      while (foldAt(next)?.open === true) next += by;
      return next < 0 || next >= rows.length ? row : next;
    },
  };
}

/** What the quiet records are that follow each other from a place on. */
function quietRun(seqs: readonly number[], start: number, quiet: (seq: number) => Quiet | null): readonly Quiet[] {
  let kind = quiet(seqs[start] as number);
  if (kind === null) return NONE;
  const run: Quiet[] = [];
  for (let i = start; kind !== null; kind = ++i < seqs.length ? quiet(seqs[i] as number) : null) run.push(kind);
  return run;
}
const NONE: readonly Quiet[] = [];

/** A row's own number: of its record, or of its fold. A list must hand the same function to its virtualiser until the
 *  rows change, or that numbers all rows again with each frame. */
export const keyOf = (rows: Folded, row: number): number => (rows.foldAt(row) === null ? rows.seqAt(row) : -2 - rows.seqAt(row));

/** What is told now, folded; with a filter what that finds, as it is. */
export function useFolded(session: Session, found: readonly number[] | null = null): Folded {
  const grown = useSignal(session.grown);
  const opened = useUi((ui) => ui.unfolded);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what grew, or is told at another level, is folded anew
  return useMemo(() => {
    const list = session.list();
    const seqs = found ?? Array.from({ length: list.length }, (_, place) => list.at(place));
    return foldedOf(seqs, found === null ? session.columns.quietOf : () => null, opened);
  }, [session, found, grown, opened]);
}

export function toggleFold({ seq, open }: Fold): void {
  const opened = new Set(useUi.getState().unfolded);
  if (open) opened.delete(seq);
  else opened.add(seq);
  show({ unfolded: opened });
}
