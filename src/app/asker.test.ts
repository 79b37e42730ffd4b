// What the cursor needs of the cluster: asked once, there at once where it is known, and complete once the run stands.
import { expect, test } from 'vitest';
import type { Answer, Question } from '../worker/protocol';
import { createAsker } from './asker';
import { createPlayer } from './player';
import type { SeqList } from './trace-columns';

const list: SeqList = { length: 4, at: (place) => (place >= 0 && place < 4 ? place : -1), placeOf: (seq) => Math.min(seq, 3) };
const clock = { now: () => 0, requestFrame: () => 0, cancelFrame: () => undefined, setTimer: () => 0, clearTimer: () => undefined };

function harness() {
  const asked: { readonly question: Question; readonly answer: (round: number) => void }[] = [];
  const player = createPlayer({
    clock,
    list: () => list,
    requestOf: () => -1,
    chapterStarts: () => [],
    dwellMs: () => 0,
    travels: () => false,
    expectsMore: () => false,
  });
  const ask = (question: Question): Promise<Answer> =>
    new Promise((resolve) => {
      const seq = 'seq' in question ? question.seq : -1;
      const answer = (round: number): void =>
        resolve({ type: question.type, scene: { seq }, detail: { line: { seq }, round } } as unknown as Answer);
      asked.push({ question, answer });
    });
  const asker = createAsker({ ask: ask as never, player, list: () => list, doneAt: () => -1, count: () => 4 });
  return {
    asker,
    player,
    asked: () => asked.map(({ question }) => `${question.type} ${'seq' in question ? question.seq : ''}`),
    async answerAll(round = 1) {
      for (const { answer } of asked.splice(0)) answer(round);
      await new Promise((resolve) => setImmediate(resolve));
    },
    shown: () => {
      const detail = asker.detail.get() as unknown as { line: { seq: number }; round: number } | null;
      return [(asker.scene.get() as unknown as { seq: number } | null)?.seq, detail?.line.seq, detail?.round];
    },
  };
}

test('what was looked up ahead is there with the step itself, and is asked for once', async () => {
  const { player, asked, answerAll, shown } = harness();
  player.seek(1);
  expect(asked()).toEqual(['scene 1', 'detail 1', 'scene 2', 'detail 2']);
  await answerAll();
  player.seek(2);
  expect(shown()).toEqual([2, 2, 1]);
  expect(asked()).toEqual(['scene 3', 'detail 3']);
});

test('an answer that comes after the cursor has gone on is dropped', async () => {
  const { player, answerAll, shown } = harness();
  player.seek(0);
  player.seek(3);
  await answerAll();
  expect(shown()).toEqual([3, 3, 1]);
});

test('once the run stands, a message is asked for again: what came of it may have come since', async () => {
  const { asker, player, asked, answerAll, shown } = harness();
  player.seek(3);
  await answerAll(1);
  asker.refresh();
  expect(asked()).toEqual([]);
  asker.renew();
  asker.refresh();
  expect(asked()).toEqual(['detail 3']);
  expect(shown()).toEqual([3, 3, 1]);
  await answerAll(2);
  expect(shown()).toEqual([3, 3, 2]);
});

test('what is prepared needs no second look, though the run came to stand meanwhile', async () => {
  const { asker, player, answerAll, shown } = harness();
  let ready = false;
  void asker.prepared(3).then(() => {
    ready = true;
    player.seek(3);
  });
  asker.renew();
  asker.refresh();
  await answerAll(1);
  expect(ready).toBe(true);
  expect(shown()).toEqual([3, 3, 1]);
  await answerAll(2);
  expect(shown()).toEqual([3, 3, 2]);
});
