import { expect, test } from 'vitest';
import { parseTime } from './virtual-time';

test.each([
  ['12.5s', 12_500_000, false],
  ['1m', 60_000_000, false],
  [' 2m 30s ', 150_000_000, false],
  ['1h2m3s4ms', 3_723_004_000, false],
  ['1:30', 90_000_000, false],
  ['250ms', 250_000, false],
  ['45', 45_000_000, false],
  ['+3s', 3_000_000, true],
  ['-1.5', -1_500_000, true],
  ['− 2 min', -120_000_000, true],
])('%j is a virtual time', (text, us, relative) => expect(parseTime(text)).toEqual({ ok: true, value: { us, relative } }));

test.each(['', '+', 'soon', '12x', '3s 1m', '1m 5', '1:75', '1 2', '1e9', '99999999999999h', 's'])('%j is none', (text) =>
  expect(parseTime(text).ok).toBe(false),
);
