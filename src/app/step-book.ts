// The steps that the story has told so far, and which of them a record is in.
import { firstWhere } from '../base/first-where';
import type { At } from '../share/moment';
import { FLAGS, type Step } from '../worker/protocol';
import { type Signal, signal } from './signal';
import type { SeqList, TraceColumns } from './trace-columns';

export interface StepBook {
  readonly steps: Signal<readonly Step[]>;
  add(told: readonly Step[]): void;
  /** Marks the steps whose records have come since. */
  tellEarly(): void;
  /** The step that a record is in: the last that begins at or before it. */
  at(seq: number): Step | null;
  momentOf(seq: number): At | null;
  /** Records of the list at which the chapter changes. */
  chapterStarts(list: SeqList): number[];
  forget(): void;
}

export function createStepBook(columns: TraceColumns): StepBook {
  const steps = signal<readonly Step[]>([]);
  /** Told steps whose records are not here yet. */
  let early: Step[] = [];

  function tellEarly(): void {
    if (early.length === 0) return;
    const waiting = early;
    early = [];
    for (const step of waiting) {
      if (step.seq < columns.count) columns.tell(step.seq);
      else early.push(step);
    }
  }

  return {
    steps,
    tellEarly,
    add(told) {
      steps.set([...steps.get(), ...told]);
      early.push(...told);
      tellEarly();
    },
    at(seq) {
      const all = steps.get();
      // What was typed belongs to the step that it begins; nothing told belongs to boot.
      const begins = columns.header(seq)?.kind === 'input';
      const next = firstWhere(0, all.length, (i) => (all[i] as Step).seq > seq);
      const step = all[begins ? next : next - 1] ?? null;
      const ofBoot = step !== null && (columns.flags(step.seq) & FLAGS.boot) !== 0;
      return ofBoot && (columns.flags(seq) & FLAGS.boot) === 0 ? null : step;
    },
    momentOf(seq) {
      if (seq < 0) return null;
      const step = steps.get().find((candidate) => candidate.seq === seq);
      return step === undefined ? { record: seq } : { chapter: step.chapter, occurrence: step.occurrence };
    },
    chapterStarts(list) {
      const first = list.at(0);
      return steps
        .get()
        .filter((step, i, all) => step.chapter !== all[i - 1]?.chapter && step.seq >= first)
        .map((step) => step.seq);
    },
    forget() {
      early = [];
      steps.set([]);
    },
  };
}
