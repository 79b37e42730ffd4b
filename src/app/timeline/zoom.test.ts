import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holding, panned, spanIn, zoomed } from './zoom';

const total = fc.integer({ min: 0, max: 100_000 });
const span = fc.option(fc.record({ first: fc.integer({ min: 0, max: 100_000 }), count: fc.integer({ min: 10, max: 100_000 }) }));

test('whatever is done, what is in sight lies in the recording', () => {
  fc.assert(
    fc.property(
      total,
      span,
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      fc.integer({ min: -1, max: 100_000 }),
      (all, before, by, place) => {
        for (const after of [zoomed(before, all, by, place), panned(before, all, place), holding(before, all, Math.min(place, all - 1))]) {
          const { first, count } = spanIn(after, all);
          expect(first).toBeGreaterThanOrEqual(0);
          expect(first + count).toBeLessThanOrEqual(all);
        }
      },
    ),
  );
});

test('zoomed in, the place under the pointer stays; far enough out, all is in sight', () => {
  const near = zoomed(null, 1000, 4, 600);
  expect(near).toEqual({ first: 450, count: 250 });
  expect(zoomed(near, 1000, 4, 600)).toEqual({ first: 562, count: 63 });
  expect(zoomed(near, 1000, 0.1, 600)).toBeNull();
});

test('a cursor that leaves what is in sight takes it along, one within does not', () => {
  const near = { first: 100, count: 30 };
  expect(holding(near, 1000, 129)).toBe(near);
  expect(holding(near, 1000, 130)).toEqual({ first: 120, count: 30 });
  expect(holding(null, 1000, 500)).toBeNull();
});
