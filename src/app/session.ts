// One recording on the page: hears the cluster, keeps columns, steps and terminal lines, and owns the
// player. Knows no React. Bodies and facts are asked for one moment at a time and kept for a while.
import { ok, type Result } from '../base/result';
import type { At } from '../share/moment';
import type { Input, Run, TimedInput } from '../wire/run';
import {
  type ClusterLink,
  type Detail,
  type FromWorker,
  LEVELS,
  type Level,
  type Line,
  type RunStatus,
  type SceneFacts,
  type Step,
  type TerminalLine,
} from '../worker/protocol';
import { createAsk } from './ask';
import { createAsker } from './asker';
import { createWay, type Goal } from './goal';
import { createInbox } from './inbox';
import { createLineBook } from './line-book';
import { type Clock, createPlayer, type Player } from './player';
import { type Signal, signal } from './signal';
import { createStepBook } from './step-book';
import { entriesOf } from './terminal-entries';
import { createTraceColumns, type SeqList, type TraceColumns } from './trace-columns';
import { typedInput, type Untypable } from './typed';

export interface Session {
  readonly player: Player;
  readonly columns: TraceColumns;
  /** What was opened: its cluster decides the stage's places. */
  readonly run: Signal<Run | null>;
  readonly level: Signal<Level>;
  readonly tellsBoot: Signal<boolean>;
  readonly status: Signal<RunStatus>;
  readonly steps: Signal<readonly Step[]>;
  readonly terminal: Signal<readonly TerminalLine[]>;
  /** The inputs given so far, in order. */
  readonly inputs: Signal<readonly TimedInput[]>;
  /** Report of a failure of ours; the cluster is gone until restarted. */
  readonly failure: Signal<string | null>;
  /** Rises whenever the list of told messages grew or changed. */
  readonly grown: Signal<number>;
  /** What the stage shows; null until the first facts came. */
  readonly scene: Signal<SceneFacts | null>;
  /** The message in focus; null at the start, and until it came. */
  readonly detail: Signal<Detail | null>;
  list(): SeqList;
  /** The step that a record is in: the last that begins at or before it. */
  stepAt(seq: number): Step | null;
  detailOf(seq: number): Promise<Detail | null>;
  /** Asks the cluster something about the recording so far. Never fails: where no answer can come, the failure
   *  is told and the question stays open. */
  readonly ask: ClusterLink['ask'];
  open(run: Run, goal: Goal | null): void;
  /** Goes to a moment as soon as the run has reached it. */
  goTo(goal: Goal): void;
  /** Who replays the run comes to this very end: nobody let it go on by hand. */
  replayable(): boolean;
  /** Gives an input at the cursor: at the end it goes on, before it history is replayed to there and goes on
   *  differently. */
  give(input: Input): void;
  /** An input given now would begin another future than the one that is known. Not so while playing towards an end
   *  that nobody saw: there it only joins what is still to come. */
  inPast(): boolean;
  /** An input will perhaps be given at the cursor: if that is in the past, the cluster is played ahead to there. */
  prepare(): void;
  /** Gives a command at the cursor. The error says why it was not given. */
  command(line: string, stdin: string | null): Result<void, Untypable>;
  /** The future that the last command before the end replaced. */
  readonly replaced: Signal<Replaced | null>;
  /** Takes the replaced future up again. */
  takeUpReplaced(): void;
  /** The cluster has something to do. */
  moving(): boolean;
  /** True if nothing told follows the cursor. */
  atEnd(): boolean;
  goOn(): void;
  /** Ctrl-C: stops the simulation while it runs; once it rests, ends what runs in the terminal at the cursor. */
  interrupt(): void;
  /** Something that was given has not ended at the cursor: it watches, waits, or sends request after request. */
  commandRuns(): boolean;
  /** Plays the same run again, to where the cursor is. */
  restart(): void;
  /** The same cluster, as if nothing had been typed. */
  startOver(): void;
  /** The text of one record for lists; undefined until it came, which `lineArrived` tells. */
  lineOf(seq: number): Line | undefined;
  readonly lineArrived: Signal<number>;
  setLevel(level: Level): void;
  tellBoot(tells: boolean): void;
  momentOf(seq: number): At | null;
  /** How many records of the run that it is compared with have been played. */
  readonly compared: Signal<number>;
  /** The moment that the run is being replayed to. */
  readonly goal: Signal<Goal | null>;
  /** True once if the moment of the link could not be found. */
  readonly missedGoal: Signal<boolean>;
  destroy(): void;
}

export interface Replaced {
  readonly run: Run;
  /** The record at which another command was given. */
  readonly seq: number;
  /** How many told messages came up to there. */
  readonly place: number;
}

export interface SessionNeeds {
  readonly link: () => ClusterLink;
  readonly clock: Clock;
  readonly travels: () => boolean;
}

/** On the way to a moment the page draws what grew but now and then: that would delay the moment. */
const WAY_MS = 500;
const DWELL_MS: { readonly [level in Level]: number } = { story: 1700, messages: 500, wire: 100 };
const QUIET: RunStatus = { type: 'status', state: 'booting', atUs: 0, records: 0, digest: null, crashes: [], why: null };

export function createSession(needs: SessionNeeds): Session {
  const columns = createTraceColumns();
  const level = signal<Level>('story');
  const tellsBoot = signal(false);
  const status = signal<RunStatus>(QUIET);
  const book = createStepBook(columns);
  const { steps } = book;
  const terminal = signal<readonly TerminalLine[]>([]);
  const inputs = signal<readonly TimedInput[]>([]);
  const failure = signal<string | null>(null);
  const grown = signal(0);
  const compared = signal(0);
  let link = needs.link();
  const inbox = createInbox(needs.clock, hear);
  let stopHearing = link.subscribe(inbox.take);
  const run = signal<Run | null>(null);
  const replaced = signal<Replaced | null>(null);
  let playsAtGoal = false;
  let opening = 0;
  let wentOn = false;
  /** An input was given of which the cluster has not spoken yet. */
  let awaited = false;
  /** When the page was last told that the recording grew, in milliseconds. */
  let grownAt = 0;
  /** The farthest record of this run at which the cursor was. */
  let farthest = -1;

  const list = (): SeqList => columns.list(LEVELS.indexOf(level.get()), tellsBoot.get());
  const moving = (): boolean => awaited || status.get().state === 'booting' || status.get().state === 'running';
  const atEnd = (): boolean => list().placeOf(player.cursor.get().seq) === list().length - 1;
  const player = createPlayer({
    clock: needs.clock,
    list,
    requestOf: columns.requestOf,
    chapterStarts: () => book.chapterStarts(list()),
    dwellMs: () => DWELL_MS[level.get()],
    travels: needs.travels,
    expectsMore: moving,
  });
  player.cursor.subscribe(() => {
    farthest = Math.max(farthest, player.cursor.get().seq);
  });
  const ask = createAsk(() => link, failure);
  const asker = createAsker({ ask, player, list, doneAt: columns.etcdAnswer, count: () => columns.count });
  const way = createWay({
    recording: () => ({ columns, list: list(), steps: steps.get() }),
    prepared: asker.prepared,
    seek: (seq) => (seq < 0 ? player.end() : player.seek(seq)),
    arrived,
  });
  const { goal } = way;
  const lines = createLineBook((seqs) => ask({ type: 'lines', seqs }).then((answer) => answer.lines));

  function hear(message: Exclude<FromWorker, { type: 'answer' }>): void {
    // Of a run that was left meanwhile.
    if (opening > 0 && message.type !== 'opened' && message.type !== 'failed') return;
    switch (message.type) {
      case 'opened':
        // What we opened ourselves was forgotten then; a command may have been given since.
        if (opening > 0) {
          if (--opening === 0) run.set(message.run);
          return;
        }
        told(message.run);
        forget();
        if (playsAtGoal && goal.get() === null) player.play();
        return;
      case 'extended':
        return told(message.run);
      case 'batch':
        columns.append(message);
        book.tellEarly();
        grew();
        return;
      case 'steps':
        book.add(message.steps);
        grew();
        return;
      case 'terminal':
        terminal.set([...terminal.get(), ...message.lines]);
        return;
      case 'status': {
        const moved = moving();
        status.set(message);
        if (moved && !moving()) asker.renew();
        way.look(!moving());
        if (goal.get() === null) asker.refresh();
        return player.listGrew();
      }
      case 'comparing':
        return compared.set(message.records);
      case 'failed':
        player.pause();
        failure.set(message.report);
    }
  }

  /** The cluster says what it plays. */
  function told(played: Run): void {
    awaited = false;
    run.set(played);
    inputs.set(played.inputs);
  }

  function grew(): void {
    way.look(false);
    if (goal.get() === null || needs.clock.now() > grownAt + WAY_MS) tellGrown();
  }

  function tellGrown(): void {
    grownAt = needs.clock.now();
    grown.set(grown.get() + 1);
    player.listGrew();
  }

  function arrived(): void {
    tellGrown();
    if (playsAtGoal) player.play();
    // Who plays on waits for what comes next, too.
    else link.send({ type: 'give-way' });
    playsAtGoal = false;
  }

  function goTo(wanted: Goal): void {
    way.setOut(wanted);
    way.look(!moving());
  }

  function forget(): void {
    columns.clear();
    book.forget();
    terminal.set([]);
    asker.forget();
    lines.forget();
    player.reset();
    farthest = -1;
    tellGrown();
  }

  function open(wanted: Run, wantedGoal: Goal | null): void {
    if (failure.get() !== null) renewLink();
    replaced.set(null);
    run.set(wanted);
    way.setOut(wantedGoal);
    playsAtGoal = false;
    awaited = false;
    wentOn = false;
    opening++;
    inputs.set(wanted.inputs);
    forget();
    status.set(QUIET);
    link.send({ type: 'open', run: wanted });
  }

  function renewLink(): void {
    stopHearing();
    inbox.forget();
    link.close();
    failure.set(null);
    opening = 0;
    link = needs.link();
    stopHearing = link.subscribe(inbox.take);
  }

  function command(line: string, stdin: string | null): Result<void, Untypable> {
    const input = typedInput(line, stdin);
    if (!input.ok) return input;
    give(input.value);
    return ok(undefined);
  }

  // What is given together stays together, though the first may begin another future.
  const beforeEnd = (): boolean => !awaited && columns.count > 0 && !atEnd();
  const inPast = (): boolean => beforeEnd() && !followsUnseen();

  /** Nothing that somebody saw or gave is still to come. */
  function followsUnseen(): boolean {
    const { seq } = player.cursor.get();
    return player.mode.get().playing && seq >= farthest && !columns.givenAfter(seq);
  }

  function give(input: Input): void {
    const branches = beforeEnd();
    const replaces = inPast();
    awaited = true;
    if (branches) branch(input, player.cursor.get().seq, replaces);
    else append(input);
  }

  function commandRuns(): boolean {
    const { seq } = player.cursor.get();
    return entriesOf(terminal.get(), atEnd() ? Number.POSITIVE_INFINITY : seq).some(({ exit }) => exit === null);
  }

  function prepare(): void {
    if (beforeEnd()) link.send({ type: 'prepare', after: player.cursor.get().seq });
  }

  function append(input: Input): void {
    inputs.set([...inputs.get(), { when: 'rest', input }]);
    link.send({ type: 'input', input, after: null });
    if (playsAtGoal) return;
    way.setOut(null);
    player.play();
  }

  function branch(input: Input, after: number, replaces: boolean): void {
    player.pause();
    const before = run.get();
    way.setOut(after < 0 ? null : { record: after });
    playsAtGoal = true;
    link.send({ type: 'input', input, after });
    if (before !== null && replaces) replaced.set({ run: before, seq: after, place: list().placeOf(after) + 1 });
  }

  return {
    player,
    columns,
    run,
    level,
    tellsBoot,
    status,
    steps,
    terminal,
    inputs,
    failure,
    grown,
    goal,
    missedGoal: way.missed,
    compared,
    replaced,
    list,
    command,
    give,
    inPast,
    prepare,
    open,
    goTo,
    replayable: () => !wentOn,
    moving,
    commandRuns,
    atEnd,
    lineOf: lines.get,
    lineArrived: lines.arrived,
    scene: asker.scene,
    detail: asker.detail,
    detailOf: asker.detailOf,
    ask,
    stepAt: book.at,
    goOn: () => {
      if (run.get() === null) return;
      wentOn ||= !moving() && status.get().state !== 'stopped';
      link.send({ type: 'continue', us: 60_000_000 });
    },
    interrupt() {
      if (moving()) link.send({ type: 'stop' });
      else if (commandRuns()) give({ type: 'interrupt' });
    },
    restart() {
      const { seq } = player.cursor.get();
      const before = run.get();
      if (before !== null) open(before, seq < 0 ? null : { record: seq });
    },
    startOver() {
      const before = run.get();
      if (before !== null) open({ ...before, inputs: [] }, null);
    },
    takeUpReplaced() {
      const old = replaced.get();
      if (old !== null) open(old.run, old.seq < 0 ? null : { record: old.seq });
    },
    setLevel(wanted) {
      level.set(wanted);
      tellGrown();
      asker.refresh();
    },
    tellBoot(tells) {
      tellsBoot.set(tells);
      tellGrown();
      asker.refresh();
    },
    momentOf: book.momentOf,
    destroy() {
      stopHearing();
      inbox.forget();
      asker.destroy();
      player.destroy();
      link.close();
    },
  };
}
