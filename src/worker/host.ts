// The worker's side: plays a run in slices so short that messages never wait, tells the page what was
// recorded, and answers its questions. Knows neither Worker nor clock: see entry.ts and in-process.ts.
import { simTime } from '../base/brand';
import { Story } from '../narration/story';
import { Trace } from '../trace/trace';
import type { TraceRecord } from '../wire/record';
import type { Input, Run } from '../wire/run';
import { answerTo } from './answers';
import { Comparing } from './comparing';
import { type Playable, Playing, type Post } from './playing';
import type { Comparison, FromWorker, ToWorker } from './protocol';
import { failureReport } from './report';
import { type Place, Spare } from './spare';

const SLICE_MS = 8;
/** So long it gives way to the page that draws: what is told last, or a moment that was waited for. */
const PAUSE_MS = 100;
const EVENTS_AT_ONCE = 64;

export interface HostNeeds {
  play(run: Run): Playable;
  post(message: FromWorker, transfer: readonly ArrayBuffer[]): void;
  /** Calls back soon or after a pause, but not before messages that wait. */
  later(action: () => void, pauseMs?: number): void;
  /** A clock in milliseconds. */
  now(): number;
  /** There is time to spare while a run is at rest: play ahead. */
  readonly ahead?: boolean;
}

export class Host {
  private playing: Playing | null = null;
  private comparing: Comparing | null = null;
  private spare: Spare | null = null;
  /** The spare's next turn is to come. */
  private spareWaits = false;
  /** Counts the turns of the run that is played: only the last one asked for is taken. */
  private turn = 0;
  /** The record after which an input will perhaps be given. */
  private branchAfter: number | null = null;

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
      case 'prepare':
        this.branchAfter = message.after;
        return this.playAhead(playing);
      case 'continue':
        this.compared(null);
        playing.goOn(message.us);
        return this.keepGoing(playing);
      case 'stop':
        playing.stopped = playing.scheduled;
        if (!playing.scheduled) playing.tellStatus();
        return;
      case 'give-way':
        if (playing.scheduled) this.takeTurn(playing, PAUSE_MS);
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
    this.branchAfter = null;
    this.post({ type: 'opened', run });
    const playing = this.begun(run);
    this.playing = playing;
    this.keepGoing(playing);
  }

  private begun(run: Run): Playing {
    const { spare } = this;
    const post: Post = (message, transfer) => this.post(message, transfer);
    if (!spare?.fits(run)) return new Playing(this.needs.play(run), post);
    this.spare = null;
    return spare.play(run, post);
  }

  /** Goes on only while nothing else is to be done. */
  private playAhead(playing: Playing): void {
    if (!this.needs.ahead || playing.scheduled) return;
    const run = playing.runner.asRun();
    if (this.branchAfter !== null) this.leadSpare(placeAfter(run, playing.trace.records, this.branchAfter));
    else if (!this.spare?.fits(run)) this.spare = Spare.worthIt(run) ? new Spare(run, this.needs.play) : null;
    this.stepSpare();
  }

  private leadSpare(place: Place): void {
    if (this.spare?.lead(place)) return;
    this.spare = new Spare(place.run, this.needs.play);
    this.spare.lead(place);
  }

  private stepSpare(): void {
    if (this.spareWaits || this.spare === null) return;
    this.spareWaits = true;
    const slice = (): void => {
      this.spareWaits = false;
      if (this.spare === null || this.playing?.scheduled || this.comparing !== null) return;
      const begun = this.needs.now();
      if (!this.spare.step(() => this.needs.now() < begun + SLICE_MS, begun)) this.stepSpare();
    };
    this.needs.later(() => this.guarded(null, slice));
  }

  /** At the end of the recording, or as a branch: replayed up to record `after`, then another future. */
  private give(playing: Playing, input: Input, after: number | null): void {
    const { records } = playing.trace;
    if (after !== null && after < records.length - 1) return this.open(branchAt(placeAfter(playing.runner.asRun(), records, after), input));
    this.compared(null);
    this.branchAfter = null;
    playing.give(input);
    this.post({ type: 'extended', run: playing.runner.asRun() });
    this.keepGoing(playing);
  }

  private keepGoing(playing: Playing): void {
    playing.tellStatus();
    this.takeTurn(playing, 0);
  }

  private takeTurn(playing: Playing, pauseMs: number): void {
    const turn = ++this.turn;
    playing.scheduled = true;
    this.needs.later(() => {
      if (turn === this.turn) this.guarded(null, () => this.slice(playing));
    }, pauseMs);
  }

  private slice(playing: Playing): void {
    if (this.playing !== playing) return;
    playing.scheduled = false;
    const end = this.needs.now() + SLICE_MS;
    const inTime = (): boolean => this.needs.now() < end;
    let still = playing.stopped;
    while (!still && inTime()) still = playing.advance(EVENTS_AT_ONCE);
    if (playing.flush(this.needs.now(), still)) return this.takeTurn(playing, PAUSE_MS);
    let done = still && playing.stopped;
    while (still && !done && inTime()) done = playing.hashMore();
    if (done) this.playAhead(playing);
    else this.takeTurn(playing, 0);
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

/** Where an input at record `after`'s time is given: after what was given up to that record. */
function placeAfter(run: Run, records: readonly TraceRecord[], after: number): Place {
  let given = 0;
  for (const { seq, payload } of records) {
    if (seq > after) break;
    if (payload.kind === 'input') given++;
  }
  return { run: { ...run, inputs: run.inputs.slice(0, given) }, atUs: simTime(Math.max(0, records[after]?.atUs ?? 0)) };
}

const branchAt = ({ run, atUs }: Place, input: Input): Run => ({ ...run, inputs: [...run.inputs, { when: { atUs }, input }] });
