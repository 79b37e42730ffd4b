// The recording that is open against that of another run: that one is played again, in slices, and forgotten once the
// answer is there. See docs/adr/0009-comparison.md.
import type { SimTime } from '../base/brand';
import { sentenceOf } from '../narration/sentence';
import { causesUpTo, compare, type Difference } from '../trace/compare';
import { Trace } from '../trace/trace';
import type { TraceRecord } from '../wire/record';
import type { Playable } from './playing';
import type { ComparedLine, ComparedSide, Comparison } from './protocol';

const EVENTS_AT_ONCE = 64;
const MAX_LINES = 300;
const MAX_CAUSES = 8;

export class Comparing {
  private readonly there: Trace;
  private played = false;
  private walk: Generator<undefined, Difference> | null = null;

  /** `id`: of the question. */
  constructor(
    readonly id: number,
    private readonly runner: Playable,
    private readonly here: Trace,
  ) {
    this.there = new Trace(runner.cluster.sim.recorder.records);
  }

  get records(): number {
    return this.there.levels.length;
  }

  /** Goes on while there is time; null as long as it is not done. */
  step(inTime: () => boolean): Comparison | null {
    while (!this.played && inTime()) {
      this.played = this.play();
      this.there.follow();
    }
    while (this.played && inTime()) {
      this.walk ??= compare(this.here, this.there);
      const { done, value } = this.walk.next();
      if (done) return this.comparison(value);
    }
    return null;
  }

  /** To its end, and if it ends earlier than the other one, quietly on to there. */
  private play(): boolean {
    const { sim } = this.runner.cluster;
    if (!this.runner.advance(EVENTS_AT_ONCE)) return false;
    const end = endOf(this.here);
    return end <= sim.now || sim.runToTime(end, EVENTS_AT_ONCE) !== 'slice';
  }

  private comparison({ forkSeq, both, only: [here, there] }: Difference): Comparison {
    const fork = this.here.get(forkSeq) ?? this.there.get(forkSeq) ?? this.here.records.at(-1);
    return {
      forkSeq,
      forkUs: fork?.atUs ?? 0,
      both,
      sides: [sideOf(this.here, here, forkSeq), sideOf(this.there, there, forkSeq)],
    };
  }
}

const endOf = (trace: Trace): SimTime => (trace.records.at(-1) as TraceRecord).atUs;

function sideOf(trace: Trace, only: readonly number[], forkSeq: number): ComparedSide {
  const all = new Set(only);
  const line = (seq: number, shared = false): ComparedLine => {
    const record = trace.records[seq] as TraceRecord;
    return { seq, atUs: record.atUs, sentence: sentenceOf(record, trace), shared };
  };
  const kindOf = (seq: number): string => (trace.records[seq] as TraceRecord).payload.kind;
  const first = only.find((seq) => kindOf(seq) !== 'input' && kindOf(seq) !== 'fault');
  return {
    count: only.length,
    inputs: only.filter((seq) => kindOf(seq) === 'input').map((seq) => line(seq)),
    lines: only.slice(0, MAX_LINES).map((seq) => line(seq)),
    first:
      first === undefined
        ? null
        : {
            line: line(first),
            causes: causesUpTo(trace, first, all, forkSeq)
              .slice(0, MAX_CAUSES)
              .map(({ seq, shared }) => line(seq, shared)),
          },
    endsUs: endOf(trace),
  };
}
