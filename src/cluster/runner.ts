// A run, played: boot, then each input at its time. Advances in slices so that a page stays awake, and
// the slices leave no mark on the trace.
import { assert } from '../base/assert';
import { MINUTE, MS, type SimTime, simTime } from '../base/brand';
import type { PayloadMode } from '../sim/recorder';
import { RUN_LIMIT_US, type StopReason } from '../sim/simulation';
import { matches } from '../trace/matching';
import { Trace } from '../trace/trace';
import { traceLine } from '../trace/trace-line';
import type { Input, Matcher, Run, TimedInput, When } from '../wire/run';
import { Cluster } from './cluster';

/** Where a run stands. `limit`: its time is up and something still goes on. */
export type Phase = 'booting' | 'running' | 'rest' | 'limit';

/** After coming to rest a run goes on this long: leases are renewed every 2 s, so the loop that never ends is seen. */
export const LOOP_US = 2_500 * MS;

/** Boot begins this long before the first input; a cluster of 200 nodes has settled by then. */
export const BOOT_US = MINUTE;

export class Runner {
  readonly cluster: Cluster;
  phase: Phase = 'booting';
  private readonly inputs: TimedInput[];
  private given = 0;
  private limit = simTime(0);
  private loopUntil: SimTime | null = null;
  /** It was seen to rest since the last input: one that comes later finds the same moment as one that waited. */
  private settled = false;
  /** Made when the first input waits for a record. */
  private trace: Trace | null = null;
  /** Records before this one are no longer waited for. */
  private looked = 0;

  constructor(
    readonly run: Run,
    options: { readonly payloads?: PayloadMode } = {},
  ) {
    this.inputs = [...run.inputs];
    this.cluster = new Cluster(run.cluster, run.seed, simTime(-BOOT_US), options);
  }

  /** Goes on for at most `maxEvents` events. True once nothing is left to do (see `phase`). */
  advance(maxEvents: number): boolean {
    const { sim } = this.cluster;
    const next = this.inputs[this.given];
    if (this.phase === 'booting') {
      if (sim.runToTime(simTime(0), maxEvents) === 'slice') return false;
      assert(sim.atRest, 'boot has come to rest before time 0');
      this.phase = 'rest';
      this.looked = sim.recorder.records.length;
      return next === undefined;
    }
    if (this.phase === 'rest' || this.phase === 'limit') {
      if (next === undefined) return true;
      this.phase = 'running';
    }
    const reason = this.runTo(next?.when ?? 'rest', maxEvents);
    if (reason === 'slice') return false;
    if (next !== undefined) {
      this.give(next.input);
      this.given++;
      return false;
    }
    this.phase = reason === 'rest' ? 'rest' : 'limit';
    return true;
  }

  /** As far as an input at `atUs`, added now, would be given, in the same slices. True once there. */
  lead(atUs: SimTime, maxEvents: number): boolean {
    if (this.phase === 'booting' || this.given < this.inputs.length) {
      this.advance(maxEvents);
      return false;
    }
    this.phase = 'running';
    return this.runTo({ atUs }, maxEvents) !== 'slice';
  }

  /** Advances until nothing is left to do. */
  finish(): Phase {
    while (!this.advance(Number.MAX_SAFE_INTEGER));
    return this.phase;
  }

  /** Adds an input at the end; `advance` gives it when its time has come. */
  add(input: Input, when: When = 'rest'): void {
    this.inputs.push({ when, input });
  }

  /** Lets time go on for `us` although the run is at rest. */
  wait(us: number): void {
    this.cluster.sim.runUntil(simTime(this.cluster.sim.now + us));
  }

  /** The run so far as a value. */
  asRun(): Run {
    return { ...this.run, inputs: [...this.inputs] };
  }

  private runTo(when: When, maxEvents: number): StopReason {
    const { sim } = this.cluster;
    if (when === 'rest') return this.settle(maxEvents);
    if ('atUs' in when) return sim.runToTime(simTime(Math.max(when.atUs, sim.now)), maxEvents);
    for (let events = 0; events < maxEvents; events++) {
      if (this.sees(when.after)) return 'time';
      const reason = this.settle(1);
      if (reason !== 'slice') return reason;
    }
    return 'slice';
  }

  /** A record that matches has come since the last input. */
  private sees(matcher: Matcher): boolean {
    const { records } = this.cluster.sim.recorder;
    if (this.looked === records.length) return false;
    this.trace ??= new Trace(records);
    this.trace.follow();
    while (this.looked < records.length) {
      const record = records[this.looked++];
      if (record !== undefined && matches(traceLine(record, this.trace, { bodies: true }), matcher)) return true;
    }
    return false;
  }

  /** To rest, and then on for LOOP_US; before the first input boot has come to rest long ago. */
  private settle(maxEvents: number): StopReason {
    const { sim } = this.cluster;
    if (this.settled && sim.atRest) return 'rest';
    if (this.limit <= sim.now) this.limit = simTime(sim.now + RUN_LIMIT_US);
    if (this.loopUntil === null) {
      const reason = sim.runToRest(this.limit, maxEvents);
      if (reason !== 'rest' || this.given === 0) return reason;
      this.loopUntil = simTime(sim.now + LOOP_US);
    }
    const reason = sim.runToTime(this.loopUntil, maxEvents);
    if (reason !== 'time') return reason;
    this.loopUntil = null;
    this.settled = sim.atRest;
    return this.settled ? 'rest' : this.settle(maxEvents);
  }

  private give(input: Input): void {
    this.limit = simTime(this.cluster.sim.now + RUN_LIMIT_US);
    this.settled = false;
    this.cluster.give(input);
    this.looked = this.cluster.sim.recorder.records.length;
  }
}
