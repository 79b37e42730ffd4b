import { describe, expect, test } from 'vitest';
import type { SeqList, TraceColumns } from '../trace-columns';
import { barsOf, chapterNames, marksOf, placeAt, xOf } from './picture';

const listOf = (...seqs: number[]): SeqList => ({
  length: seqs.length,
  at: (index) => seqs[index] ?? -1,
  placeOf: (seq) => seqs.filter((each) => each <= seq).length - 1,
});
const all = (count: number) => ({ first: 0, count });
const columnsOf = (count: number, failed: readonly number[] = []) =>
  ({ count, flags: (seq: number) => (failed.includes(seq) ? 1 : 0) }) as unknown as TraceColumns;
const step = (chapter: string, seq: number) => ({ chapter, seq, occurrence: 1, told: null, sentence: '' });
const measure = (text: string): number => text.length * 7;

describe('the timeline', () => {
  test('a point is in the room of the message whose middle it is', () => {
    for (const place of [0, 3, 9]) expect(placeAt(xOf(place, all(10), 500), all(10), 500)).toBe(place);
  });

  test('before the first message and beyond the ends nothing breaks', () => {
    expect(xOf(-1, all(10), 500)).toBe(0);
    expect(placeAt(-20, all(10), 500)).toBe(-1);
    expect(placeAt(900, all(10), 500)).toBe(9);
    expect(placeAt(10, all(0), 500)).toBe(-1);
  });

  test('a bar is as high as much went on until the next told message', () => {
    const [few, many] = barsOf(listOf(10, 12), columnsOf(100), all(2), 400);
    expect(few?.height).toBeLessThan(many?.height ?? 0);
    expect(many?.height).toBe(1);
  });

  test('where a bar stands for several messages it shows the failed one', () => {
    const list = listOf(...Array.from({ length: 1000 }, (_, i) => i));
    const bars = barsOf(list, columnsOf(1000, [777]), all(1000), 400);
    expect(bars).toHaveLength(100);
    expect(bars.filter(({ failed }) => failed).map(({ seq }) => seq)).toEqual([777]);
  });

  test('chapter names never overlap, and the current one is always there', () => {
    const list = listOf(1, 2, 3, 4, 5, 6);
    const steps = ['Request', 'Persist', 'Notify', 'Reconcile', 'Persist', 'Loop'].map((chapter, i) => step(chapter, i + 1));
    for (let cursor = 0; cursor <= 6; cursor++) {
      const names = chapterNames(steps, list, all(6), 200, cursor, measure);
      names.forEach(({ x, width }, i) => {
        const next = names[i + 1];
        if (next !== undefined) expect(x + width).toBeLessThanOrEqual(next.x);
      });
      const current = names.find((name) => name.current)?.text;
      expect(current).toBe(cursor === 0 ? undefined : steps[cursor - 1]?.chapter);
    }
  });

  test('steps in a row of the same chapter have one name', () => {
    const names = chapterNames([step('Run', 1), step('Run', 2), step('Report', 3)], listOf(1, 2, 3), all(3), 900, 1, measure);
    expect(names.map(({ text }) => text)).toEqual(['Run', 'Report']);
  });

  test('zoomed, a point is still in the room of its message, and a chapter that began before keeps its name', () => {
    const span = { first: 40, count: 20 };
    for (const place of [40, 47, 59]) expect(placeAt(xOf(place, span, 500), span, 500)).toBe(place);
    expect(placeAt(-20, span, 500)).toBe(40);
    const list = listOf(...Array.from({ length: 100 }, (_, i) => i));
    const steps = [step('Request', 0), step('Run', 20), step('Report', 50), step('Loop', 90)];
    expect(chapterNames(steps, list, span, 500, 45, measure).map(({ text, current }) => [text, current])).toEqual([
      ['Run', true],
      ['Report', false],
    ]);
    expect(barsOf(list, columnsOf(100), span, 400).map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => 40 + i));
  });

  test('what happened between told messages is marked where it happened, and one mark stands for several', () => {
    const mark = (seq: number) => (seq === 15 ? 'fault' : seq < 14 ? 'write' : null);
    const columns = { count: 40, markOf: mark } as unknown as TraceColumns;
    expect(marksOf(listOf(10, 20, 30), columns, all(3), 300, 1)).toEqual([
      { kind: 'write', x: 50 },
      { kind: 'fault', x: 50 },
    ]);
    expect(marksOf(listOf(10, 20, 30), columns, { first: 1, count: 2 }, 300, 1)).toEqual([]);
  });
});
