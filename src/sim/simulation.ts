// Virtual time and what happens next. Nothing here waits: a run is a loop over events.

import { assert } from '../base/assert';
import { MINUTE, type Seq, type SimTime, simTime } from '../base/brand';
import { mix } from '../base/hash';
import type { ComponentId } from '../wire/names';
import { EventQueue, SimEvent } from './event-queue';
import type { LatencyModel } from './network';
import { Network } from './network';
import type { Program } from './process';
import { Process } from './process';
import { type PayloadMode, Recorder } from './recorder';

/** On whose behalf something runs: the source of `from`, `actor` and `cause` in records. */
export interface Context {
  readonly process: Process | null;
  readonly actor: string | null;
  readonly cause: Seq | null;
  /** Begun by a timer that repeats for ever and changed nothing yet: does not keep a run awake. */
  readonly idle: boolean;
}
/** The same on account of another record. */
export const because = ({ process, actor, idle }: Context, cause: Seq | null): Context => ({ process, actor, cause, idle });

export interface SimulationOptions {
  readonly seed: number;
  /** Virtual time at the start; default 0. */
  readonly startsAt?: SimTime;
  readonly latency: LatencyModel;
  readonly payloads?: PayloadMode;
  /** How far the clock that a process reads is ahead of virtual time; default 0. */
  readonly clockAheadUs?: (id: ComponentId) => number;
  /** Default 4,000,000. Beyond it the run stops with reason `records`. */
  readonly maxRecords?: number;
}

export type StopReason = 'rest' | 'time' | 'records' | 'slice';
export interface Timer {
  cancel(): void;
}
export interface CrashReport {
  readonly component: ComponentId;
  readonly atUs: SimTime;
  readonly error: string;
  readonly stack: string;
}

/** At the latest after this much virtual time a run stops, at rest or not. */
export const RUN_LIMIT_US = 10 * MINUTE;
const MAX_STEPS_AT_ONE_TIME = 2_000_000;
const NOBODY: Context = { process: null, actor: null, cause: null, idle: false };

export class Simulation {
  readonly seed: number;
  readonly recorder: Recorder;
  readonly network: Network;
  readonly crashes: CrashReport[] = [];
  readonly clockAheadUs: (id: ComponentId) => number;
  now: SimTime = simTime(0);
  context: Context = NOBODY;

  private readonly queue = new EventQueue();
  private ready: { readonly context: Context; readonly action: () => void }[] = [];
  private readonly processes = new Map<ComponentId, Process>();
  private order = 0;
  private awake = 0;
  private readonly cancelled = (): void => void this.awake--;
  private restNotBefore: SimTime = simTime(0);

  constructor(options: SimulationOptions) {
    this.seed = options.seed;
    this.now = options.startsAt ?? simTime(0);
    this.restNotBefore = this.now;
    this.recorder = new Recorder(options.payloads ?? 'shared', options.maxRecords ?? 4_000_000);
    this.clockAheadUs = options.clockAheadUs ?? (() => 0);
    this.network = new Network(this, options.latency);
  }

  // ---- Processes

  /** Starts a program under a name that no running process has. Its first act is caused by whatever
   *  is going on now. */
  start(id: ComponentId, program: Program): Process {
    assert(this.process(id) === null, `${id} runs already`);
    const process = new Process(this, id, program, (this.processes.get(id)?.life ?? 0) + 1);
    this.processes.set(id, process);
    process.begin();
    return process;
  }

  /** The running process of that name. */
  process(id: ComponentId): Process | null {
    const process = this.processes.get(id);
    return process?.running ? process : null;
  }

  /** Whether a process of that name runs or ran. */
  knows(id: ComponentId): boolean {
    return this.processes.has(id);
  }

  running(): Process[] {
    return [...this.processes.values()].filter((process) => process.running);
  }

  // ---- Scheduling

  /** Runs `action` at a time, in the present context. */
  at(time: SimTime, action: () => void, idle = false): SimEvent {
    const event = new SimEvent(time, this.order++, idle, this.context, action, this.cancelled);
    if (!idle) this.awake++;
    this.queue.push(event);
    return event;
  }

  /** Lets what is still to happen happen at another time. */
  move(event: SimEvent, time: SimTime): SimEvent {
    const { action, context, idle } = event;
    if (action === null) return event;
    event.cancel();
    return this.within(context, () => this.at(time, action, idle));
  }

  /** Runs `action` at the present time, after what runs now. */
  soon(context: Context, action: () => void): void {
    this.ready.push({ context, action });
  }

  /** Runs `action` now, on behalf of `context`. */
  within<T>(context: Context, action: () => T): T {
    const outer = this.context;
    this.context = context;
    try {
      return action();
    } finally {
      this.context = outer;
    }
  }

  /** Something was broken whose effects show only later: do not call it rest before `time`. */
  expectUntil(time: SimTime): void {
    if (time > this.restNotBefore) this.restNotBefore = time;
  }

  // ---- Running

  get atRest(): boolean {
    return this.awake === 0 && this.ready.length === 0 && this.now >= this.restNotBefore;
  }

  /** Who keeps the run awake: `component (actor)` -> how many of its events are to come. For the report
   *  of a run that does not settle. */
  pendingWork(): Map<string, number> {
    const work = new Map<string, number>();
    for (const event of this.queue.pending()) {
      if (event.idle || event.action === null) continue;
      const { process, actor } = event.context;
      const who = `${process?.id ?? 'the cluster'}${actor === null ? '' : ` (${actor})`}`;
      work.set(who, (work.get(who) ?? 0) + 1);
    }
    return work;
  }

  /** Runs everything up to and including `time`. */
  runUntil(time: SimTime): StopReason {
    return this.run(time, false, Number.MAX_SAFE_INTEGER);
  }

  /** The same in slices: stops after `maxEvents` with reason `slice`, to be called again. */
  runToTime(time: SimTime, maxEvents: number): StopReason {
    return this.run(time, false, maxEvents);
  }

  /** Runs until at rest, at the latest until `limit`; stops after `maxEvents` with reason `slice`, to
   *  be called again. Slices do not change the trace. */
  runToRest(limit: SimTime = simTime(this.now + RUN_LIMIT_US), maxEvents = Number.MAX_SAFE_INTEGER): StopReason {
    return this.run(limit, true, maxEvents);
  }

  private run(limit: SimTime, stopAtRest: boolean, maxEvents: number): StopReason {
    for (let events = 0; ; events++) {
      this.drain();
      if (stopAtRest && this.atRest) return 'rest';
      if (this.recorder.full) return 'records';
      if (events >= maxEvents) return 'slice';
      const next = this.queue.peek();
      if (next === undefined || next.at > limit) {
        this.now = limit;
        return stopAtRest && this.atRest ? 'rest' : 'time';
      }
      this.queue.pop();
      if (next.action === null) continue;
      assert(next.at >= this.now, 'time runs forwards');
      this.now = next.at;
      const action = next.action;
      next.action = null;
      if (!next.idle) this.awake--;
      this.within(next.context, action);
    }
  }

  private drain(): void {
    for (let steps = 0; this.ready.length > 0; ) {
      const batch = this.ready;
      this.ready = [];
      for (const { context, action } of batch) this.within(context, action);
      steps += batch.length;
      assert(steps < MAX_STEPS_AT_ONE_TIME, 'time does not advance');
    }
  }

  // ---- Chance

  /** A hash for chance that depends on what led here, not on what else goes on: unrelated inputs
   *  leave it as it is. */
  lineage(cause: Seq | null, place: number): number {
    return mix(cause === null ? this.seed : (this.lineages[cause] ?? 0), place);
  }

  /** Kept per record by the network and by inside records. */
  readonly lineages: number[] = [];
}
