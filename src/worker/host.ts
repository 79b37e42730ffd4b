// The worker's side: plays a run in slices so short that messages never wait, tells the page what was
// recorded, and answers its questions. Knows neither Worker nor clock: see entry.ts and in-process.ts.
import { type SimTime, simTime } from '../base/brand';
import { Story } from '../narration/story';
import type { Simulation } from '../sim/simulation';
import { Trace } from '../trace/trace';
import type { TraceRecord } from '../wire/record';
import type { Input, Run, TimedInput, When } from '../wire/run';
import { answerTo } from './answers';
import { Batches } from './batches';
import { Comparing } from './comparing';
import type { Comparison, FromWorker, RunState, Step, ToWorker } from './protocol';
import { failureReport } from './report';
import { Spare } from './spare';
import { Terminal } from './terminal';

const SLICE_MS = 8;
const EVENTS_AT_ONCE = 64;
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
  add(input: Input, when?: When): void;
  asRun(): Run;
}

export interface HostNeeds {
  play(run: Run): Playable;
  post(message: FromWorker, transfer: readonly ArrayBuffer[]): void;
  /** Calls back soon, but not before messages that wait. */
  later(action: () => void): void;
  /** A clock in milliseconds. */
  now(): number;
  /** There is time to spare while a run is at rest: boot ahead. */
  readonly ahead?: boolean;
}

export class Host {
  private playing: Playing | null = null;
  private comparing: Comparing | null = null;
  private spare: Spare | null = null;

  constructor(private readonly needs: HostNeeds) {}

  hear(message: ToWorker): void {
    this.guarded(message.type === 'open' ? message.run : null, () => this.obey(message));
  }

  private obey(message: ToWorker): void {
    const { playing } = this;
    if (message.type === 'open') return this.open(message.run);
    if (message.type === 'ask') {
      if (message.question.type === 'compare') return this.compare(message.id, message.question.run);
      const { trace, story } = playing ?? NOTHING;
      return this.post({ type: 'answer', id: message.id, answer: answerTo(message.question, trace, story) });
    }
    if (playing === null) return;
    switch (message.type) {
      case 'input':
        return this.give(playing, message.input, message.after);
      case 'continue':
        this.compared(null);
        playing.goOn(message.us);
        return this.keepGoing(playing);
      case 'stop':
        playing.stopped = playing.scheduled;
        if (!playing.scheduled) playing.tellStatus();
    }
  }

  /** One comparison at a time: another one, or nothing, is wanted instead of it. */
  private compare(id: number, run: Run | null): void {
    this.compared(null);
    const { playing } = this;
    if (run === null || playing === null) return this.post({ type: 'answer', id, answer: { type: 'compare', comparison: null } });
    const comparing = new Comparing(id, this.needs.play(run), playing.trace);
    this.comparing = comparing;
    const slice = (): void => {
      if (this.comparing !== comparing) return;
      const end = this.needs.now() + SLICE_MS;
      const comparison = comparing.step(() => this.needs.now() < end);
      if (comparison !== null) return this.compared(comparison);
      this.post({ type: 'comparing', records: comparing.records });
      this.needs.later(() => this.guarded(run, slice));
    };
    this.needs.later(() => this.guarded(run, slice));
  }

  private compared(comparison: Comparison | null): void {
    const { comparing } = this;
    this.comparing = null;
    if (comparing !== null) this.post({ type: 'answer', id: comparing.id, answer: { type: 'compare', comparison } });
  }

  private open(run: Run): void {
    this.compared(null);
    const playing = new Playing(this.begun(run), (message, transfer) => this.post(message, transfer));
    this.playing = playing;
    this.post({ type: 'opened', run });
    this.keepGoing(playing);
  }

  private begun(run: Run): Playable {
    const { spare } = this;
    if (!spare?.fits(run)) return this.needs.play(run);
    this.spare = null;
    return spare.play(run);
  }

  /** Goes on only while nothing else is to be done. */
  private bootAhead(playing: Playing): void {
    const run = playing.runner.asRun();
    if (!this.spare?.fits(run)) this.spare = Spare.of(run, this.needs.play);
    const { spare } = this;
    const slice = (): void => {
      if (this.spare !== spare || this.playing !== playing || playing.scheduled || this.comparing !== null) return;
      const end = this.needs.now() + SLICE_MS;
      if (!spare?.boot(() => this.needs.now() < end)) this.needs.later(() => this.guarded(null, slice));
    };
    if (spare !== null) this.needs.later(() => this.guarded(null, slice));
  }

  /** At the end of the recording, or as a branch: replayed up to record `after`, then another future. */
  private give(playing: Playing, input: Input, after: number | null): void {
    const { records } = playing.trace;
    if (after !== null && after < records.length - 1) return this.open(branchOf(playing.runner.asRun(), records, after, input));
    this.compared(null);
    playing.give(input);
    this.post({ type: 'extended', run: playing.runner.asRun() });
    this.keepGoing(playing);
  }

  private keepGoing(playing: Playing): void {
    playing.tellStatus();
    if (playing.scheduled) return;
    playing.scheduled = true;
    this.needs.later(() => this.guarded(null, () => this.slice(playing)));
  }

  private slice(playing: Playing): void {
    if (this.playing !== playing) return;
    playing.scheduled = false;
    const end = this.needs.now() + SLICE_MS;
    const inTime = (): boolean => this.needs.now() < end;
    let still = playing.stopped;
    while (!still && inTime()) still = playing.advance(EVENTS_AT_ONCE);
    playing.flush(this.needs.now(), still);
    let done = still && playing.stopped;
    while (still && !done && inTime()) done = playing.hashMore();
    if (done && this.needs.ahead) this.bootAhead(playing);
    if (done) return;
    playing.scheduled = true;
    this.needs.later(() => this.guarded(null, () => this.slice(playing)));
  }

  /** Our own failure ends the recording with a report; the page may open it again. */
  private guarded(opening: Run | null, action: () => void): void {
    try {
      action();
    } catch (error) {
      const run = opening ?? this.playing?.runner.asRun() ?? null;
      this.playing = null;
      this.comparing = null;
      this.post({ type: 'failed', report: failureReport(error, run) });
    }
  }

  private post(message: FromWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.needs.post(message, transfer);
  }
}

/** What is asked before a run was opened, or after a failure, is asked of an empty trace. */
const EMPTY = new Trace([]);
const NOTHING = { trace: EMPTY, story: new Story(EMPTY) };

/** One run being played. */
class Playing {
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
    private readonly post: (message: FromWorker, transfer?: readonly ArrayBuffer[]) => void,
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

  /** Tells the page what is new, if that is much or has waited long enough, or if the run stands still. */
  flush(nowMs: number, still: boolean): void {
    this.trace.follow();
    const steps = this.story.follow();
    if (steps.length > 0) this.waitingSteps.push(...steps);
    if (still && this.settled) return;
    const pause = Math.max(FLUSH_MS, Math.min(LONGEST_FLUSH_MS, this.batches.sent * FLUSH_MS_PER_RECORD));
    if (!still && nowMs - this.flushedAt < pause) return;
    this.settled = still;
    this.flushedAt = nowMs;
    if (this.stopped) this.state = 'stopped';
    const arrivedBy = still && !this.stopped ? Number.POSITIVE_INFINITY : this.sim.now;
    for (let batch = this.batches.take(arrivedBy); batch !== null; batch = this.batches.take(arrivedBy)) this.post(batch, [batch.columns]);
    if (this.waitingSteps.length > 0) this.post({ type: 'steps', steps: this.waitingSteps.splice(0) });
    this.tellTerminal();
    this.tellStatus();
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

/** The run with what was given up to record `after`, and then, at that record's time, `input`. */
function branchOf(run: Run, records: readonly TraceRecord[], after: number, input: Input): Run {
  let given = 0;
  for (const { seq, payload } of records) {
    if (seq > after) break;
    if (payload.kind === 'input') given++;
  }
  const atUs = Math.max(0, records[after]?.atUs ?? 0);
  const inputs: readonly TimedInput[] = [...run.inputs.slice(0, given), { when: { atUs }, input }];
  return { ...run, inputs };
}
