// Where the person is in the recording, and how that moves. The position is a record and how far its
// message has come (0 leaves, 1 arrived). Knows no React; asks for frames only while something travels.
import { type Signal, type Source, signal } from './signal';
import type { SeqList } from './trace-columns';

export interface Position {
  /** The record in focus; -1 before the first. */
  readonly seq: number;
  readonly progress: number;
}
export interface Cursor {
  readonly seq: number;
  /** False while its message is under way. */
  readonly arrived: boolean;
}
export interface PlayerMode {
  readonly playing: boolean;
  /** Playing, but the recording has no next message yet. */
  readonly waiting: boolean;
}
export type Granularity = 'message' | 'exchange' | 'chapter';
export type Speed = 0.25 | 0.5 | 1 | 2 | 4 | 'instant';
export const SPEEDS: readonly Speed[] = [0.25, 0.5, 1, 2, 4, 'instant'];

export interface Clock {
  now(): number;
  requestFrame(callback: () => void): number;
  cancelFrame(id: number): void;
  setTimer(callback: () => void, ms: number): number;
  clearTimer(id: number): void;
}

export interface PlayerNeeds {
  readonly clock: Clock;
  /** What is told now; may grow. */
  list(): SeqList;
  /** The request that a record answers; -1 if it is no answer. */
  requestOf(seq: number): number;
  /** Records that begin a chapter, rising. */
  chapterStarts(): readonly number[];
  /** How long a message stays in the light after it arrived, at speed 1, while playing. */
  dwellMs(): number;
  /** False: nothing travels; the message is shown at once for the same time. */
  travels(): boolean;
  /** More may come. */
  expectsMore(): boolean;
}

export interface Player {
  readonly cursor: Signal<Cursor>;
  readonly mode: Signal<PlayerMode>;
  readonly speed: Signal<Speed>;
  /** Records at which play pauses once their message arrived. */
  readonly stops: Source<ReadonlySet<number>>;
  position(): Position;
  /** Hears of each new position, also between messages. */
  onMove(hear: () => void): () => void;
  /** Goes on; from the end of a finished recording, from the beginning. */
  play(): void;
  pause(): void;
  toggle(): void;
  next(by?: Granularity): void;
  previous(by?: Granularity): void;
  home(): void;
  end(): void;
  /** Goes to a record, told or not, at once. */
  seek(seq: number): void;
  setSpeed(speed: Speed): void;
  /** Tells that the list may have grown. */
  listGrew(): void;
  reset(): void;
  destroy(): void;
}

export const TRAVEL_MS = 600;

/** Ease in and out: how far a message has come when a share of its time has passed. */
export const eased = (share: number): number => (share < 0.5 ? 4 * share ** 3 : 1 - (-2 * share + 2) ** 3 / 2);

export function createPlayer(needs: PlayerNeeds): Player {
  const { clock } = needs;
  const cursor = signal<Cursor>({ seq: -1, arrived: true });
  const mode = signal<PlayerMode>({ playing: false, waiting: false });
  const speed = signal<Speed>(1);
  const stops = signal<ReadonlySet<number>>(new Set());
  const ears = new Set<() => void>();
  let seq = -1;
  let progress = 1;
  let frame: number | null = null;
  let timer: number | null = null;
  let leftAt = 0;
  /** At the end of a recording that still grows: goes along with it. */
  let atGrowingEnd = false;

  const factor = (): number => {
    const value = speed.get();
    return value === 'instant' ? 0 : 1 / value;
  };
  const tellMove = (): void => {
    for (const hear of [...ears]) hear();
  };

  function still(): void {
    if (frame !== null) clock.cancelFrame(frame);
    if (timer !== null) clock.clearTimer(timer);
    frame = null;
    timer = null;
  }

  function place(nextSeq: number, nextProgress: number): void {
    atGrowingEnd = false;
    seq = nextSeq;
    progress = nextProgress;
    const arrived = progress >= 1;
    const before = cursor.get();
    if (before.seq !== seq || before.arrived !== arrived) cursor.set({ seq, arrived });
    tellMove();
  }

  /** Lets the message of a record travel from its sender. */
  function depart(nextSeq: number): void {
    still();
    const travelMs = needs.travels() ? TRAVEL_MS * factor() : 0;
    if (travelMs === 0) {
      place(nextSeq, 1);
      arrived();
      return;
    }
    leftAt = clock.now();
    place(nextSeq, 0);
    frame = clock.requestFrame(travel);
  }

  function travel(): void {
    frame = null;
    const share = Math.min(1, (clock.now() - leftAt) / (TRAVEL_MS * (factor() || 1e-3)));
    place(seq, share);
    if (share < 1) frame = clock.requestFrame(travel);
    else arrived();
  }

  function arrived(): void {
    if (!mode.get().playing) return;
    if (stops.get().has(seq)) return pause();
    const shown = needs.travels() ? needs.dwellMs() : needs.dwellMs() + TRAVEL_MS;
    timer = clock.setTimer(goOn, Math.max(shown * factor(), 12));
  }

  /** While playing: on to the next message, or wait for one, or stop at the end. */
  function goOn(): void {
    timer = null;
    const following = needs.list().at(needs.list().placeOf(seq) + 1);
    if (following >= 0) {
      if (mode.get().waiting) mode.set({ playing: true, waiting: false });
      depart(following);
    } else if (needs.expectsMore()) mode.set({ playing: true, waiting: true });
    else mode.set({ playing: false, waiting: false });
  }

  function pause(): void {
    still();
    mode.set({ playing: false, waiting: false });
    if (progress < 1) place(seq, 1);
  }

  function target(by: Granularity, direction: 1 | -1): number {
    const list = needs.list();
    const here = list.placeOf(seq);
    if (by === 'chapter') return chapterTarget(direction);
    if (direction < 0 && list.at(here) !== seq && here >= 0) return list.at(here);
    let index = here + direction;
    if (by === 'exchange') {
      // Its answer belongs to an exchange wherever that comes, unless its request is not told here.
      const ends = (request: number): boolean => request >= 0 && list.at(list.placeOf(request)) === request;
      while (ends(needs.requestOf(list.at(index)))) index += direction;
    }
    return list.at(index);
  }

  function chapterTarget(direction: 1 | -1): number {
    const starts = needs.chapterStarts();
    if (direction > 0) return starts.find((start) => start > seq) ?? -1;
    let best = -1;
    for (const start of starts) if (start < seq) best = start;
    return best;
  }

  return {
    cursor,
    mode,
    speed,
    stops,
    position: () => ({ seq, progress }),
    onMove(hear) {
      ears.add(hear);
      return () => ears.delete(hear);
    },
    play() {
      if (mode.get().playing) return;
      const list = needs.list();
      const atEnd = list.length > 0 && list.placeOf(seq) === list.length - 1;
      if (atEnd && !needs.expectsMore()) place(-1, 1);
      mode.set({ playing: true, waiting: false });
      goOn();
    },
    pause,
    toggle() {
      if (mode.get().playing) pause();
      else this.play();
    },
    next(by = 'message') {
      const goal = target(by, 1);
      pause();
      if (goal < 0) return;
      if (by === 'chapter') place(goal, 1);
      else depart(goal);
    },
    previous(by = 'message') {
      const goal = target(by, -1);
      pause();
      place(goal, 1);
    },
    home() {
      pause();
      place(-1, 1);
    },
    end() {
      pause();
      const list = needs.list();
      if (list.length > 0) place(list.at(list.length - 1), 1);
      atGrowingEnd = needs.expectsMore();
    },
    seek(goal) {
      still();
      place(goal, 1);
      if (mode.get().playing) arrived();
    },
    setSpeed: (value) => speed.set(value),
    listGrew() {
      if (mode.get().waiting) goOn();
      else if (atGrowingEnd) this.end();
    },
    reset() {
      still();
      mode.set({ playing: false, waiting: false });
      place(-1, 1);
    },
    destroy() {
      still();
      ears.clear();
    },
  };
}
