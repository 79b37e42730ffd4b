// Asks the cluster for what the cursor needs: the facts of the stage and the message in focus. Answers
// that came too late are dropped; a few are kept, and the next message is asked for ahead: what is known
// already is there at once, so that a step is drawn once.
import type { ClusterLink, Detail, SceneFacts } from '../worker/protocol';
import type { Player } from './player';
import { type Signal, signal } from './signal';
import type { SeqList } from './trace-columns';

export interface Asker {
  readonly scene: Signal<SceneFacts | null>;
  readonly detail: Signal<Detail | null>;
  detailOf(seq: number): Promise<Detail | null>;
  /** Resolves once what the cursor needs at a record is known. */
  prepared(seq: number): Promise<unknown>;
  /** Asks again: the recording grew, or is told differently. */
  refresh(): void;
  /** All that comes of the messages has come: what is known of them is asked for again when it is needed. */
  renew(): void;
  forget(): void;
  destroy(): void;
}

const KEPT = 64;

export interface AskerNeeds {
  readonly ask: ClusterLink['ask'];
  readonly player: Player;
  readonly list: () => SeqList;
  /** What a record brought about by another one: the record of etcd's answer to a write; -1 for anything else. */
  readonly doneAt: (seq: number) => number;
  /** How many records there are. */
  readonly count: () => number;
}

export function createAsker({ ask, player, list, doneAt, count }: AskerNeeds): Asker {
  const scene = signal<SceneFacts | null>(null);
  const detail = signal<Detail | null>(null);
  const scenes = createKept((seq) => ask({ type: 'scene', seq }).then(({ scene }) => scene));
  const details = createKept((seq) => ask({ type: 'detail', seq }).then(({ detail }) => detail));
  let generation = 0;
  /** Asked once, though the recording grows meanwhile. */
  let preparing: { readonly seq: number; readonly done: Promise<unknown> } | null = null;

  /** While a message travels, the stage is as when it was sent; once it arrived, as just before the next. A write
   *  whose answer is not told is seen as done once it arrived, and stays so. */
  function sceneSeq(seq: number, arrived: boolean): number {
    const place = list().placeOf(seq);
    if (!arrived) return Math.max(seq, untoldEnd(list().at(place - 1)));
    const following = list().at(place + 1);
    return Math.max((following < 0 ? count() : following) - 1, untoldEnd(seq));
  }
  function untoldEnd(seq: number): number {
    const done = doneAt(seq);
    return done >= 0 && list().at(list().placeOf(done)) !== done ? done : -1;
  }

  function follow(): void {
    const asked = ++generation;
    const { seq, arrived } = player.cursor.get();
    if (count() === 0) return;
    scenes.hand(sceneSeq(seq, arrived), (facts) => {
      if (asked === generation) scene.set(facts);
    });
    if (seq < 0) detail.set(null);
    else
      details.hand(seq, (found) => {
        if (asked === generation) detail.set(found);
      });
    lookAhead(seq);
  }

  function lookAhead(seq: number): void {
    const following = list().at(list().placeOf(seq) + 1);
    if (following < 0) return;
    void scenes.of(sceneSeq(following, false));
    void details.of(following);
  }

  const stop = player.cursor.subscribe(follow);
  return {
    scene,
    detail,
    detailOf: details.of,
    prepared(seq) {
      if (preparing?.seq !== seq) preparing = { seq, done: Promise.all([scenes.of(sceneSeq(seq, true)), details.of(seq)]) };
      return preparing.done;
    },
    refresh: follow,
    renew: details.renew,
    forget() {
      generation++;
      scenes.forget();
      details.forget();
      preparing = null;
      detail.set(null);
    },
    destroy: stop,
  };
}

interface Kept<T> {
  of(seq: number): Promise<T>;
  /** Calls back at once if an answer is known, and when one comes. */
  hand(seq: number, take: (answer: T) => void): void;
  /** What is known may be known better: it is asked for again when it is needed. */
  renew(): void;
  forget(): void;
}

interface Asked<T> {
  readonly coming: Promise<T>;
  /** Until it comes, the answer before it. */
  known: { readonly answer: T } | null;
}

function createKept<T>(askFor: (seq: number) => Promise<T>): Kept<T> {
  let all = new Map<number, Asked<T>>();
  /** What may be known better. */
  let old = new Map<number, Asked<T>>();
  function about(seq: number): Asked<T> {
    const before = all.get(seq);
    if (before !== undefined) return before;
    const outdated = old.get(seq);
    const asked: Asked<T> = { coming: askFor(seq), known: outdated?.known ?? null };
    void outdated?.coming.then((answer) => {
      asked.known ??= { answer };
    });
    void asked.coming.then((answer) => {
      asked.known = { answer };
    });
    all.set(seq, asked);
    if (all.size > KEPT) all.delete(all.keys().next().value as number);
    return asked;
  }
  return {
    of: (seq) => about(seq).coming,
    hand(seq, take) {
      const { known, coming } = about(seq);
      if (known !== null) take(known.answer);
      void coming.then(take);
    },
    renew() {
      old = all;
      all = new Map();
    },
    forget() {
      old = new Map();
      all = new Map();
    },
  };
}
