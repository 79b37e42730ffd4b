// Asks the cluster for what the cursor needs: the facts of the stage and the message in focus. Answers
// that came too late are dropped; a few are kept, and the next message is asked for ahead.
import type { ClusterLink, Detail, SceneFacts } from '../worker/protocol';
import type { Player } from './player';
import { type Signal, signal } from './signal';
import type { SeqList } from './trace-columns';

export interface Asker {
  readonly scene: Signal<SceneFacts | null>;
  readonly detail: Signal<Detail | null>;
  detailOf(seq: number): Promise<Detail | null>;
  /** Asks again: the recording grew, or is told differently. */
  refresh(): void;
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
  const scenes = new Map<number, Promise<SceneFacts>>();
  const details = new Map<number, Promise<Detail | null>>();
  let generation = 0;

  function kept<T>(cache: Map<number, Promise<T>>, seq: number, askFor: () => Promise<T>): Promise<T> {
    const known = cache.get(seq);
    if (known !== undefined) return known;
    const asked = askFor();
    cache.set(seq, asked);
    if (cache.size > KEPT) cache.delete(cache.keys().next().value as number);
    return asked;
  }
  const sceneAt = (seq: number) => kept(scenes, seq, () => ask({ type: 'scene', seq }).then(({ scene }) => scene));
  const detailOf = (seq: number) => kept(details, seq, () => ask({ type: 'detail', seq }).then(({ detail }) => detail));

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
    void sceneAt(sceneSeq(seq, arrived)).then((facts) => {
      if (asked === generation) scene.set(facts);
    });
    if (seq < 0) detail.set(null);
    else
      void detailOf(seq).then((found) => {
        if (asked === generation) detail.set(found);
      });
    lookAhead(seq);
  }

  function lookAhead(seq: number): void {
    const following = list().at(list().placeOf(seq) + 1);
    if (following < 0) return;
    void sceneAt(sceneSeq(following, false));
    void detailOf(following);
  }

  const stop = player.cursor.subscribe(follow);
  return {
    scene,
    detail,
    detailOf,
    refresh: follow,
    forget() {
      generation++;
      scenes.clear();
      details.clear();
      detail.set(null);
    },
    destroy: stop,
  };
}
