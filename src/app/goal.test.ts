import { describe, expect, it } from 'vitest';
import { recordOf } from './goal';
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
