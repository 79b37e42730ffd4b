// Where the cursor is to go once the recording has come so far.
import type { At } from '../share/moment';
import type { Step } from '../worker/protocol';
import type { SeqList, TraceColumns } from './trace-columns';

/** As a link tells it, or a virtual time; there record `seq`, if the recording has it at that time. */
export type Goal = At | { readonly atUs: number; readonly seq: number };

interface Recording {
  readonly columns: TraceColumns;
  readonly list: SeqList;
  readonly steps: readonly Step[];
  /** Nothing more will come. */
  readonly whole: boolean;
}

/** The record to go to; -1 if it is not here, or not yet. */
export function recordOf(goal: Goal, { columns, list, steps, whole }: Recording): number {
  if ('record' in goal) return goal.record;
  if ('chapter' in goal)
    return steps.find(({ chapter, occurrence }) => chapter.toLowerCase() === goal.chapter && occurrence === goal.occurrence)?.seq ?? -1;
  const { atUs, seq } = goal;
  if (!whole && !(columns.atUs(columns.count - 1) > atUs)) return -1;
  if (seq < columns.count && columns.atUs(seq) === atUs) return seq;
  return list.at(Math.max(0, list.placeOf(columns.firstAtOrAfter(atUs + 1) - 1)));
}
