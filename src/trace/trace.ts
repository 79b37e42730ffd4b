// The records of a run with the indexes that questions need. Follows a run as it grows.
import type { Seq } from '../base/brand';
import type { TraceRecord } from '../wire/record';
import { changesOf } from './changes';
import { History } from './history';
import { levelOf } from './levels';

export class Trace {
  readonly history = new History();
  /** Index into LEVELS of the lowest level at which a record is told; 3 = inside. */
  readonly levels: number[] = [];
  private readonly answers = new Map<number, Seq>();
  private readonly effectLists = new Map<number, Seq[]>();
  /** Records before this one are boot. */
  bootEnd = 0;

  constructor(readonly records: readonly TraceRecord[]) {}

  /** Takes in the records that are new. */
  follow(): void {
    for (let i = this.levels.length; i < this.records.length; i++) {
      const record = this.records[i] as TraceRecord;
      const { exchange, cause, payload } = record;
      if (exchange !== null && exchange !== record.seq && payload.kind === 'response') this.answers.set(exchange, record.seq);
      if (cause !== null) {
        const effects = this.effectLists.get(cause);
        if (effects === undefined) this.effectLists.set(cause, [record.seq]);
        else effects.push(record.seq);
      }
      if (payload.kind === 'input' && this.bootEnd === 0) this.bootEnd = i;
      this.levels.push(levelOf(record, this));
      for (const [group, path, value] of changesOf(record, this)) this.history.set(group, path, record.seq, value);
    }
  }

  get(seq: number): TraceRecord | undefined {
    return this.records[seq];
  }

  /** The request of the exchange that a record belongs to; itself if it is one. */
  requestOf(record: TraceRecord): TraceRecord | undefined {
    return record.exchange === null ? undefined : this.records[record.exchange];
  }

  /** The answer of a request, if it was sent. */
  answerOf(request: TraceRecord): TraceRecord | undefined {
    const seq = this.answers.get(request.seq);
    return seq === undefined ? undefined : this.records[seq];
  }

  /** What a record caused directly, in order. */
  effects(seq: number): readonly TraceRecord[] {
    return (this.effectLists.get(seq) ?? []).map((effect) => this.records[effect] as TraceRecord);
  }

  /** From a record's direct cause back to the input, or to the start of boot. */
  causes(seq: number): TraceRecord[] {
    const chain: TraceRecord[] = [];
    for (let at = this.records[seq]?.cause ?? null; at !== null; at = this.records[at]?.cause ?? null) {
      chain.push(this.records[at] as TraceRecord);
    }
    return chain;
  }
}
