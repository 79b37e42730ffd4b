import { describe, expect, test } from 'vitest';
import { barsOf, chapterNames, placeAt, xOf } from './timeline';
import type { SeqList, TraceColumns } from './trace-columns';

const listOf = (...seqs: number[]): SeqList => ({
  length: seqs.length,
  at: (index) => seqs[index] ?? -1,
  placeOf: (seq) => seqs.filter((each) => each <= seq).length - 1,
});
const columnsOf = (count: number, failed: readonly number[] = []) =>
  ({ count, flags: (seq: number) => (failed.includes(seq) ? 1 : 0) }) as unknown as TraceColumns;
const step = (chapter: string, seq: number) => ({ chapter, seq, occurrence: 1, told: null, sentence: '' });
const measure = (text: string): number => text.length * 7;

describe('the timeline', () => {
  test('a point is in the room of the message whose middle it is', () => {
    for (const place of [0, 3, 9]) expect(placeAt(xOf(place, 10, 500), 10, 500)).toBe(place);
  });

  test('before the first message and beyond the ends nothing breaks', () => {
    expect(xOf(-1, 10, 500)).toBe(0);
    expect(placeAt(-20, 10, 500)).toBe(-1);
    expect(placeAt(900, 10, 500)).toBe(9);
    expect(placeAt(10, 0, 500)).toBe(-1);
  });

  test('a bar is as high as much went on until the next told message', () => {
    const [few, many] = barsOf(listOf(10, 12), columnsOf(100), 400);
    expect(few?.height).toBeLessThan(many?.height ?? 0);
    expect(many?.height).toBe(1);
  });

  test('where a bar stands for several messages it shows the failed one', () => {
    const all = listOf(...Array.from({ length: 1000 }, (_, i) => i));
    const bars = barsOf(all, columnsOf(1000, [777]), 400);
    expect(bars).toHaveLength(100);
    expect(bars.filter(({ failed }) => failed).map(({ seq }) => seq)).toEqual([777]);
  });

  test('chapter names never overlap, and the current one is always there', () => {
    const list = listOf(1, 2, 3, 4, 5, 6);
    const steps = ['Request', 'Persist', 'Notify', 'Reconcile', 'Persist', 'Loop'].map((chapter, i) => step(chapter, i + 1));
    for (let cursor = 0; cursor <= 6; cursor++) {
      const names = chapterNames(steps, list, 200, cursor, measure);
      names.forEach(({ x, width }, i) => {
        const next = names[i + 1];
        if (next !== undefined) expect(x + width).toBeLessThanOrEqual(next.x);
      });
      const current = names.find((name) => name.current)?.text;
      expect(current).toBe(cursor === 0 ? undefined : steps[cursor - 1]?.chapter);
    }
  });

  test('steps in a row of the same chapter have one name', () => {
    const names = chapterNames([step('Run', 1), step('Run', 2), step('Report', 3)], listOf(1, 2, 3), 900, 1, measure);
    expect(names.map(({ text }) => text)).toEqual(['Run', 'Report']);
  });
});
