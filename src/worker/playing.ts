// One run being played: leads it, follows its records with trace and story, and tells what is new.
import { type SimTime, simTime } from '../base/brand';
import { Story } from '../narration/story';
import type { Simulation } from '../sim/simulation';
import { Trace } from '../trace/trace';
import type { Input, Run, When } from '../wire/run';
import { Batches } from './batches';
import type { FromWorker, RunState, Step } from './protocol';
import { Terminal } from './terminal';

const HASHED_AT_ONCE = 200;
/** The page hears of news after so long: each time it draws its timeline and lists anew, which is dearer the more it has. */
const FLUSH_MS = 16;
const FLUSH_MS_PER_RECORD = 1 / 400;
const LONGEST_FLUSH_MS = 150;

/** What the host needs of a cluster/runner.ts. */
export interface Playable {
  readonly cluster: { readonly sim: Simulation };
  readonly phase: 'booting' | 'running' | 'rest' | 'limit';
  advance(maxEvents: number): boolean;
  /** Up to the moment at which an input added now with `atUs` would be given. True once there. */
  lead(atUs: SimTime, maxEvents: number): boolean;
  add(input: Input, when?: When): void;
  asRun(): Run;
}

export type Post = (message: FromWorker, transfer?: readonly ArrayBuffer[]) => void;

export class Playing {
  readonly trace: Trace;
  readonly story: Story;
  stopped = false;
  scheduled = false;
  private readonly batches: Batches;
  private readonly terminal: Terminal;
  private readonly sim: Simulation;
  private readonly waitingSteps: Step[] = [];
  private flushedAt = Number.NEGATIVE_INFINITY;
  private terminalUpTo = 0;
  /** The time to which a person lets a run at rest go on; null while the run leads itself. */
  private until: SimTime | null = null;
  /** Time went on, or was stopped, by hand: the next input belongs to that very time. */
  private byHand = false;
  /** It stands still, and the page knows. */
  private settled = false;
  private hashed = false;
  private state: RunState = 'booting';

  constructor(
    readonly runner: Playable,
    private readonly post: Post,
  ) {
    this.sim = runner.cluster.sim;
    this.trace = new Trace(this.sim.recorder.records);
    this.story = new Story(this.trace);
    this.batches = new Batches(this.trace);
    this.terminal = new Terminal(this.trace);
  }

  give(input: Input): void {
    this.runner.add(input, this.byHand || this.stopped ? { atUs: Math.max(0, this.sim.now) } : 'rest');
    this.resume();
    this.until = null;
    this.byHand = false;
  }

  goOn(us: number): void {
    const resting = this.runner.phase === 'rest' || this.runner.phase === 'limit';
    this.resume();
    if (!resting || !(us > 0)) return;
    this.until = simTime((this.until ?? this.sim.now) + us);
    this.byHand = true;
  }

  /** True once it stands still. */
  advance(maxEvents: number): boolean {
    const still = this.until === null ? this.runner.advance(maxEvents) : this.goToTime(this.until, maxEvents);
    this.state = still ? this.stateAtStandstill() : this.runner.phase === 'booting' ? 'booting' : 'running';
    return still;
  }

  /** Tells the page what is new, if that is much or has waited long enough, or if the run stands still: true if
   *  that is news. */
  flush(nowMs: number, still: boolean): boolean {
    this.trace.follow();
    const steps = this.story.follow();
    if (steps.length > 0) this.waitingSteps.push(...steps);
    if (still && this.settled) return false;
    const pause = Math.max(FLUSH_MS, Math.min(LONGEST_FLUSH_MS, this.batches.sent * FLUSH_MS_PER_RECORD));
    if (!still && nowMs - this.flushedAt < pause) return false;
    this.settled = still;
    this.flushedAt = nowMs;
    if (this.stopped) this.state = 'stopped';
    const arrivedBy = still && !this.stopped ? Number.POSITIVE_INFINITY : this.sim.now;
    for (let batch = this.batches.take(arrivedBy); batch !== null; batch = this.batches.take(arrivedBy)) this.post(batch, [batch.columns]);
    if (this.waitingSteps.length > 0) this.post({ type: 'steps', steps: this.waitingSteps.splice(0) });
    this.tellTerminal();
    this.tellStatus();
    return still;
  }

  /** A part of the digest, once the run stands still. True if that was the last: the page was told. */
  hashMore(): boolean {
    this.hashed = this.sim.recorder.digestMore(HASHED_AT_ONCE);
    if (this.hashed) this.tellStatus();
    return this.hashed;
  }

  tellStatus(): void {
    const { state, sim } = this;
    this.post({
      type: 'status',
      state,
      atUs: sim.now,
      records: sim.recorder.records.length,
      digest: this.hashed ? sim.recorder.digest() : null,
      crashes: sim.crashes.map(({ component, atUs, error }) => `${component} at ${atUs} µs: ${error}`),
      why: state === 'limit' ? this.why() : null,
    });
  }

  private resume(): void {
    this.stopped = false;
    this.settled = false;
    this.hashed = false;
    this.state = this.runner.phase === 'booting' ? 'booting' : 'running';
  }

  private goToTime(until: SimTime, maxEvents: number): boolean {
    if (this.sim.runToTime(until, maxEvents) === 'slice') return false;
    this.until = null;
    return true;
  }

  private stateAtStandstill(): RunState {
    if (this.sim.recorder.full) return 'limit';
    return this.sim.atRest ? 'rest' : 'limit';
  }

  /** What keeps the run from coming to rest. */
  private why(): string {
    if (this.sim.recorder.full) return `${this.sim.recorder.records.length} records: more do not fit`;
    const work = [...this.sim.pendingWork()].sort(([, a], [, b]) => b - a).slice(0, 8);
    return work.map(([who, count]) => `${who}: ${count}`).join(', ');
  }

  private tellTerminal(): void {
    const { records } = this.trace;
    const lines = records.slice(this.terminalUpTo, this.batches.sent).flatMap((record) => this.terminal.linesOf(record));
    this.terminalUpTo = this.batches.sent;
    if (lines.length > 0) this.post({ type: 'terminal', lines });
  }
}
