import { expect, test } from 'vitest';
import { goDuration, humanDuration, parseGoDuration, shortHumanDuration } from './duration';

const S = 1_000_000;
test.each([
  [-3 * S, '<invalid>', '<invalid>'],
  [-S, '0s', '0s'],
  [0, '0s', '0s'],
  [119 * S, '119s', '1m'],
  [120 * S, '2m', '2m'],
  [130 * S, '2m10s', '2m'],
  [600 * S, '10m', '10m'],
  [3 * 3600 * S + 60 * S, '3h1m', '3h'],
  [47 * 3600 * S, '47h', '1d'],
  [49 * 3600 * S, '2d1h', '2d'],
  [800 * 86_400 * S, '2y70d', '2y'],
  [3000 * 86_400 * S, '8y', '8y'],
])('an age of %d us', (us, human, short) => {
  expect(humanDuration(us)).toBe(human);
  expect(shortHumanDuration(us)).toBe(short);
});

test.each([
  [0, '0s'],
  [1, '1µs'],
  [1500, '1.5ms'],
  [S, '1s'],
  [60.5 * S, '1m0.5s'],
  [3600 * S, '1h0m0s'],
  [-90 * S, '-1m30s'],
  [300 * S, '5m0s'],
])('%d us in Go is %s, and back', (us, text) => {
  expect(goDuration(us)).toBe(text);
  expect(parseGoDuration(text)).toBe(us);
});

test.each([
  ['1h30m', 5400 * S],
  ['1.5h', 5400 * S],
  ['0', 0],
  ['100ms', 100_000],
  ['', null],
  ['5', null],
  ['1d', null],
  ['s', null],
])('%s', (text, us) => {
  expect(parseGoDuration(text)).toBe(us);
});
