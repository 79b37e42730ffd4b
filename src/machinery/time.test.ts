import fc from 'fast-check';
import { expect, test } from 'vitest';
import { simTime } from '../base/brand';
import { parseTime, rfc3339, rfc3339Micro } from './time';

test.each([
  [0, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000000Z'],
  [1_999_999, '2026-01-01T00:00:01Z', '2026-01-01T00:00:01.999999Z'],
  [-1, '2025-12-31T23:59:59Z', '2025-12-31T23:59:59.999999Z'],
  [59 * 86_400 * 1_000_000, '2026-03-01T00:00:00Z', '2026-03-01T00:00:00.000000Z'],
  [(365 * 2 + 59) * 86_400 * 1_000_000, '2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000000Z'],
])('%d us is %s', (us, seconds, micro) => {
  expect(rfc3339(simTime(us))).toBe(seconds);
  expect(rfc3339Micro(simTime(us))).toBe(micro);
});

test('what was written is read back, and agrees with the machine', () => {
  fc.assert(
    fc.property(fc.integer({ min: -60_000_000_000_000_00, max: 60_000_000_000_000_00 }), (us) => {
      expect(parseTime(rfc3339Micro(simTime(us)))).toBe(us);
      const iso = new Date(1_767_225_600_000 + Math.floor(us / 1000)).toISOString();
      expect(rfc3339Micro(simTime(us)).slice(0, 23)).toBe(iso.slice(0, 23));
    }),
  );
});

test.each([
  ['2026-01-01T01:30:00.5+01:00', 1_800_500_000],
  ['2025-12-31T19:00:00-05:00', 0],
])('%s has an offset', (text, us) => {
  expect(parseTime(text)).toBe(us);
});

test.each(['2026-01-01', '2026-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01 00:00:00Z', ''])(
  '%s is no time',
  (text) => {
    expect(parseTime(text)).toBeNull();
  },
);
