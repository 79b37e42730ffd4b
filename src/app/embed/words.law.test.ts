import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wishOf } from './words';

describe('what an embedding page says', () => {
  test.each([
    [
      { watchloop: 1, type: 'play' },
      { ok: true, value: { type: 'play' } },
    ],
    [
      { watchloop: 1, type: 'next' },
      { ok: true, value: { type: 'next', by: 'message' } },
    ],
    [
      { watchloop: 1, type: 'previous', by: 'chapter' },
      { ok: true, value: { type: 'previous', by: 'chapter' } },
    ],
    [
      { watchloop: 1, type: 'go', at: 'schedule.1' },
      { ok: true, value: { type: 'go', at: { chapter: 'schedule', occurrence: 1 } } },
    ],
    [
      { watchloop: 1, type: 'go', at: 17 },
      { ok: true, value: { type: 'go', at: { record: 17 } } },
    ],
    [
      { watchloop: 1, type: 'open', link: '#/scale' },
      { ok: true, value: { type: 'open', link: '#/scale' } },
    ],
    [
      { watchloop: 1, type: 'go', at: 'lunch.1' },
      { ok: false, error: 'bad-moment' },
    ],
    [
      { watchloop: 1, type: 'next', by: 'year' },
      { ok: false, error: 'bad-step' },
    ],
    [
      { watchloop: 1, type: 'open', link: 'javascript:alert(1)' },
      { ok: false, error: 'bad-link' },
    ],
    [
      { watchloop: 1, type: 'constructor' },
      { ok: false, error: 'unknown-type' },
    ],
    [{ watchloop: 2, type: 'play' }, null],
    ['play', null],
    [null, null],
  ])('%j', (data, expected) => expect(wishOf(data)).toEqual(expected));

  test('may be anything, and is never an exception', () => {
    const wish = fc.record(
      {
        watchloop: fc.constant(1),
        type: fc.oneof(fc.constantFrom('go', 'open', 'next'), fc.anything()),
        at: fc.anything(),
        by: fc.anything(),
        link: fc.anything(),
      },
      { requiredKeys: ['watchloop'] },
    );
    fc.assert(fc.property(fc.oneof(fc.anything(), wish), (data) => wishOf(data) === null || typeof wishOf(data)?.ok === 'boolean'));
  });
});
