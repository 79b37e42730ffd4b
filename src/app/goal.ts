// Where the cursor is to go once the recording has come so far.
import type { At } from '../share/moment';
import type { Step } from '../worker/protocol';
import { type Signal, signal } from './signal';
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
  if ('chapter' in goal) return ofChapter(steps, goal.chapter).find(({ occurrence }) => occurrence === goal.occurrence)?.seq ?? -1;
  const { atUs, seq } = goal;
  if (!whole && !(columns.atUs(columns.count - 1) > atUs)) return -1;
  if (seq < columns.count && columns.atUs(seq) === atUs) return seq;
  return list.at(Math.max(0, list.placeOf(columns.firstAtOrAfter(atUs + 1) - 1)));
}

export interface Way {
  readonly goal: Signal<Goal | null>;
  /** The last goal could not be found. */
  readonly missed: Signal<boolean>;
  setOut(goal: Goal | null): void;
  /** Goes there if the recording has come so far; `whole`: nothing more will come. */
  look(whole: boolean): void;
}

export interface WayNeeds {
  readonly recording: () => Omit<Recording, 'whole'>;
  /** Resolves once what is to be shown at a record is known. */
  readonly prepared: (seq: number) => Promise<unknown>;
  /** To the goal; or where that is not to be found, to the record that comes nearest: -1 is the end. */
  readonly seek: (seq: number) => void;
  readonly arrived: () => void;
}

export function createWay({ recording, prepared, seek, arrived }: WayNeeds): Way {
  const goal = signal<Goal | null>(null);
  const missed = signal(false);
  function end(seq: number): void {
    seek(seq);
    goal.set(null);
    arrived();
  }
  return {
    goal,
    missed,
    setOut(wanted) {
      missed.set(false);
      goal.set(wanted);
    },
    look(whole) {
      const wanted = goal.get();
      if (wanted === null) return;
      const { columns, list, steps } = recording();
      const seq = recordOf(wanted, { columns, list, steps, whole });
      if (seq >= 0 && seq < columns.count)
        void prepared(seq).then(() => {
          if (goal.get() === wanted && seq < columns.count) end(seq);
        });
      else if (whole) {
        missed.set(true);
        end(nearestTo(wanted, steps));
      }
    },
  };
}

const ofChapter = (steps: readonly Step[], wanted: string): readonly Step[] =>
  steps.filter(({ chapter }) => chapter.toLowerCase() === wanted);

const nearestTo = (goal: Goal, steps: readonly Step[]): number =>
  'chapter' in goal ? (ofChapter(steps, goal.chapter).at(-1)?.seq ?? -1) : -1;
