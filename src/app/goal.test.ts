import { describe, expect, it, vi } from 'vitest';
import { createWay, recordOf } from './goal';
import type { SeqList, TraceColumns } from './trace-columns';

/** Records at these times, each told. */
function recording(times: readonly number[], whole = true) {
  const columns = {
    count: times.length,
    atUs: (seq: number) => times[seq] ?? 0,
    firstAtOrAfter: (us: number) => times.filter((time) => time < us).length,
  } as unknown as TraceColumns;
  const list: SeqList = { length: times.length, at: (i) => (i < times.length ? i : -1), placeOf: (seq) => Math.min(seq, times.length - 1) };
  const steps = [{ seq: 2, chapter: 'Schedule', occurrence: 1, told: null, sentence: '' }];
  return { columns, list, steps, whole };
}

describe('a moment in another future', () => {
  it.each([
    ['the same record, where it is at the same time', [0, 10, 20, 30], { atUs: 20, seq: 2 }, true, 2],
    ['the last one up to that time', [0, 10, 25, 30], { atUs: 20, seq: 2 }, true, 1],
    ['the end, if that comes earlier', [0, 10], { atUs: 20, seq: 2 }, true, 1],
    ['nothing yet, as long as more of that time may come', [0, 10, 20], { atUs: 20, seq: 2 }, false, -1],
    ['a step of the story', [0, 10, 20], { chapter: 'schedule', occurrence: 1 }, true, 2],
    ['a record by its number', [0, 10, 20], { record: 1 }, true, 1],
  ] as const)('is %s', (_name, times, goal, whole, seq) => expect(recordOf(goal, recording(times, whole))).toBe(seq));
});

describe('the way to a moment', () => {
  function way(times: readonly number[]) {
    const went: (number | string)[] = [];
    const prepared = vi.fn(() => Promise.resolve());
    const { goal, missed, setOut, look } = createWay({
      recording: () => recording(times),
      prepared,
      seek: (seq) => went.push(seq),
      arrived: () => went.push('arrived'),
    });
    return { went, prepared, goal, missed, setOut, look };
  }

  it('ends there once the recording has come so far and what is to be shown is known', async () => {
    const { went, goal, missed, setOut, look } = way([0, 10, 20]);
    setOut({ record: 1 });
    look(false);
    expect([goal.get(), went]).toEqual([{ record: 1 }, []]);
    await Promise.resolve();
    expect([goal.get(), went, missed.get()]).toEqual([null, [1, 'arrived'], false]);
  });

  it('goes on while more may come; then it ends at the nearest step of the same chapter, or at the end', () => {
    const { went, goal, missed, setOut, look } = way([0, 10, 20]);
    setOut({ chapter: 'schedule', occurrence: 7 });
    look(false);
    expect([goal.get()?.constructor, went, missed.get()]).toEqual([Object, [], false]);
    look(true);
    expect([goal.get(), went, missed.get()]).toEqual([null, [2, 'arrived'], true]);
    setOut({ chapter: 'boot', occurrence: 7 });
    expect(missed.get()).toBe(false);
    look(true);
    expect([went, missed.get()]).toEqual([[2, 'arrived', -1, 'arrived'], true]);
  });

  it('is left for another one', async () => {
    const { went, setOut, look } = way([0, 10, 20]);
    setOut({ record: 1 });
    look(false);
    setOut({ record: 2 });
    look(false);
    await Promise.resolve();
    expect(went).toEqual([2, 'arrived']);
  });
});
