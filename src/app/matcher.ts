// Which records a filter finds: asked anew when the text settles and when the recording grows. While a filter is
// wrong, what the last good one found stays.
import { type FilterProblem, parseFilter } from '../trace/filter-text';
import type { Session } from './session';
import { type Signal, signal } from './signal';
import type { SeqList, TraceColumns } from './trace-columns';

export interface Matches {
  /** The last good filter, trimmed; empty: everything is found. */
  readonly text: string;
  /** The records that it finds, rising; null without a filter, and until the first answer. */
  readonly seqs: readonly number[] | null;
  /** What is wrong with the filter as it stands. */
  readonly problem: FilterProblem | null;
}
export interface Matcher {
  readonly found: Signal<Matches>;
  read(text: string): void;
  /** Listens to the recording; returns a way to stop. */
  start(): () => void;
}

/** After a key; and while the recording grows, so long between two looks, or longer if looking takes long. */
const SETTLE_MS = 150;
const GROWN_MS = 500;
const REST_SHARE = 4;

export function createMatcher(session: Pick<Session, 'ask' | 'grown'>): Matcher {
  const found = signal<Matches>({ text: '', seqs: null, problem: null });
  let timer: ReturnType<typeof setTimeout> | null = null;
  let asked = 0;
  let restMs = GROWN_MS;

  function stop(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    asked++;
  }
  function lookIn(ms: number): void {
    const question = asked;
    timer = setTimeout(() => {
      timer = null;
      const began = performance.now();
      void session.ask({ type: 'filter', text: found.get().text }).then(({ seqs }) => {
        restMs = Math.max(GROWN_MS, REST_SHARE * (performance.now() - began));
        if (question === asked) found.set({ ...found.get(), seqs });
      });
    }, ms);
  }
  function lookAgain(): void {
    if (timer === null && found.get().text !== '') lookIn(restMs);
  }
  return {
    found,
    read(text) {
      const terms = parseFilter(text);
      if (!terms.ok) return found.set({ ...found.get(), problem: terms.error });
      const good = terms.value.length === 0 ? '' : text.trim();
      if (good === found.get().text && found.get().problem === null) return;
      found.set({ text: good, seqs: good === '' ? null : found.get().seqs, problem: null });
      stop();
      if (good !== '') lookIn(SETTLE_MS);
    },
    start() {
      const stopHearing = session.grown.subscribe(lookAgain);
      lookAgain();
      return () => {
        stopHearing();
        stop();
      };
    },
  };
}

/** What a filter found, as far as it is told now. */
export interface Told {
  readonly shown: readonly number[];
  /** How many more the next level that tells any would show; null if there are none. */
  readonly further: { readonly level: number; readonly count: number } | null;
  /** How many belong to the boot, which is not told. */
  readonly boot: number;
}

export function toldOf(seqs: readonly number[], list: SeqList, columns: TraceColumns, boot: (seq: number) => boolean): Told {
  const shown: number[] = [];
  const hidden: number[] = [];
  let ofBoot = 0;
  for (const seq of seqs) {
    if (list.at(list.placeOf(seq)) === seq) shown.push(seq);
    else if (boot(seq)) ofBoot++;
    else hidden.push(columns.levelOf(seq));
  }
  const level = hidden.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
  return { shown, further: hidden.length === 0 ? null : { level, count: hidden.filter((each) => each === level).length }, boot: ofBoot };
}
