import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMatcher, toldOf } from './matcher';
import type { Session } from './session';
import { signal } from './signal';
import type { SeqList, TraceColumns } from './trace-columns';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const grown = signal(0);
const asked = vi.fn(({ text }: { text: string }) => Promise.resolve({ type: 'filter', seqs: [text.length] }));
const matcherOf = () => createMatcher({ grown, ask: asked as unknown as Session['ask'] });

test('a wrong filter says where, and what the last good one found stays', async () => {
  const matcher = matcherOf();
  matcher.read('from:kubelet');
  await vi.advanceTimersByTimeAsync(200);
  expect(matcher.found.get()).toEqual({ text: 'from:kubelet', seqs: [12], problem: null });
  matcher.read('from:kubelet form:x');
  await vi.advanceTimersByTimeAsync(200);
  expect(matcher.found.get()).toMatchObject({ text: 'from:kubelet', seqs: [12], problem: { why: 'unknown-field', at: 13 } });
  matcher.read(' ');
  expect(matcher.found.get()).toEqual({ text: '', seqs: null, problem: null });
});

test('a recording that grows without end is looked through again, but not at each growth; an answer that comes too late is dropped', async () => {
  asked.mockClear();
  const matcher = matcherOf();
  const stop = matcher.start();
  matcher.read('a');
  for (let i = 0; i < 5; i++) grown.set(grown.get() + 1);
  await vi.advanceTimersByTimeAsync(200);
  expect(asked).toHaveBeenCalledTimes(1);
  for (let i = 0; i < 60; i++) {
    grown.set(grown.get() + 1);
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(asked).toHaveBeenCalledTimes(2);
  grown.set(grown.get() + 1);
  stop();
  matcher.read('');
  await vi.advanceTimersByTimeAsync(200);
  expect(asked).toHaveBeenCalledTimes(2);
  expect(matcher.found.get().seqs).toBeNull();
});

test('matches that the level hides are counted by the next level that tells any', () => {
  const list: SeqList = { length: 1, at: (place) => (place === 0 ? 3 : -1), placeOf: (seq) => (seq >= 3 ? 0 : -1) };
  const columns = { levelOf: (seq: number) => (seq === 4 ? 1 : 2) } as unknown as TraceColumns;
  const boot = (seq: number) => seq < 2;
  expect(toldOf([0, 1, 3, 4, 5, 6], list, columns, boot)).toEqual({ shown: [3], further: { level: 1, count: 1 }, boot: 2 });
  expect(toldOf([5, 6], list, columns, boot)).toEqual({ shown: [], further: { level: 2, count: 2 }, boot: 0 });
  expect(toldOf([3], list, columns, boot)).toEqual({ shown: [3], further: null, boot: 0 });
});
