import { expect, test } from 'vitest';
import { foldedOf } from './folded';

// Records 3, 5, 6 and 7 of those told are quiet, and so are 9 and 10.
const SEQS = [1, 3, 4, 5, 6, 7, 8, 9, 10];
const quiet = (seq: number) => (seq === 6 ? 'bookmark' : [3, 5, 7, 9, 10].includes(seq) ? 'lease' : null);
const rowsOf = (opened: readonly number[]) => {
  const folded = foldedOf(SEQS, quiet, new Set(opened));
  return { folded, rows: Array.from({ length: folded.length }, (_, row) => folded.seqAt(row)) };
};

test('three quiet records or more are one row that counts them; fewer stand for themselves', () => {
  const { folded, rows } = rowsOf([]);
  expect(rows).toEqual([1, 3, 4, 5, 8, 9, 10]);
  expect(folded.foldAt(3)).toEqual({ seq: 5, last: 7, count: 3, kinds: new Set(['lease', 'bookmark']), open: false });
  expect([0, 1, 2, 4, 5].map(folded.foldAt)).toEqual([null, null, null, null, null]);
});

test('the cursor within a closed fold is at its row, within an open one at its own', () => {
  const closed = rowsOf([]).folded;
  expect([0, 1, 2, 5, 6, 7, 8, 99].map(closed.rowOf)).toEqual([-1, 0, 0, 3, 3, 3, 4, 6]);
  const { folded, rows } = rowsOf([5]);
  expect(rows).toEqual([1, 3, 4, 5, 5, 6, 7, 8, 9, 10]);
  expect([5, 6, 7, 8].map(folded.rowOf)).toEqual([4, 5, 6, 7]);
});

test('steps pass over the head of an open fold, and stop at the ends', () => {
  const { folded } = rowsOf([5]);
  expect(folded.step(2, 1)).toBe(4);
  expect(folded.step(4, -1)).toBe(2);
  expect(folded.step(0, -1)).toBe(0);
  expect(folded.step(folded.length - 1, 1)).toBe(folded.length - 1);
});
