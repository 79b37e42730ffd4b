// What stands in the terminal: lines of the records, each under what was typed for it.
import type { Trace } from '../trace/trace';
import { typedLine } from '../wire/curl-line';
import { KUBECTL } from '../wire/names';
import type { TraceRecord } from '../wire/record';
import type { TerminalLine } from './protocol';

export class Terminal {
  /** kubectl commands that have not ended: one that is interrupted says so before the next one speaks. */
  private readonly running: number[] = [];
  private lastTyped = -1;
  /** Requests and loads that have not ended, and who sends them. */
  private asked: readonly TraceRecord[] = [];

  constructor(private readonly trace: Trace) {}

  /** Of the next record; they come in their order. */
  linesOf(record: TraceRecord): TerminalLine[] {
    const { seq, payload } = record;
    if (payload.kind === 'input') {
      const text = typedLine(payload.input);
      if (payload.input.type === 'kubectl') this.running.push((this.lastTyped = seq));
      if (payload.input.type === 'interrupt') return this.echoes(seq);
      if (payload.input.type === 'request' || payload.input.type === 'load') this.asked = [...this.asked, record];
      return text === null ? [] : [{ seq, kind: 'input', text, given: seq }];
    }
    if (payload.kind !== 'output') return [];
    const given = this.givenBy(record);
    const lines: TerminalLine[] = [];
    if (payload.stdout !== '') lines.push({ seq, kind: 'stdout', text: payload.stdout, given });
    if (payload.stderr !== '') lines.push({ seq, kind: 'stderr', text: payload.stderr, given });
    if (payload.exit !== null) lines.push({ seq, kind: 'exit', text: String(payload.exit), given });
    if (payload.exit !== null && record.from === KUBECTL) this.running.shift();
    else if (payload.exit !== null) this.asked = this.asked.filter((input) => input.seq !== given);
    return lines;
  }

  /** What a terminal shows of Ctrl-C, under all that it ends. */
  private echoes(seq: number): TerminalLine[] {
    const given = [...this.running, ...this.asked.map((input) => input.seq)];
    return given.map((one) => ({ seq, kind: 'stdout', text: '^C\n', given: one }));
  }

  /** kubectl does one thing at a time, and what a watch prints was caused by others; what a request or a load prints
   *  comes of what was asked. */
  private givenBy(record: TraceRecord): number {
    if (record.from === KUBECTL) return this.running[0] ?? this.lastTyped;
    let at = record;
    for (let cause = this.trace.get(at.cause ?? -1); cause !== undefined; cause = this.trace.get(at.cause ?? -1)) at = cause;
    const interrupted = at.payload.kind === 'input' && at.payload.input.type === 'interrupt';
    return (interrupted ? this.asked.find(({ to }) => to === record.from)?.seq : undefined) ?? at.seq;
  }
}
