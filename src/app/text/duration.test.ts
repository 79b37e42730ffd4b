import { expect, test } from 'vitest';
import { spanText, timeText } from './duration';

test.each([
  [9_050, '9.05 ms'],
  [35_120, '35.1 ms'],
  [-2_500_000, '−2.500 s'],
  [359_600_000, '6 min 0 s'],
  [Number.NaN, '–'],
])('a time of %j µs is %j', (us, text) => expect(timeText(us)).toBe(text));

test.each([
  [1_080_000, '1.1 s'],
  [9_990_000, '10 s'],
  [34_200_000, '34 s'],
  [59_900_000, '1 min 0 s'],
])('a span of %j µs is %j', (us, text) => expect(spanText(us)).toBe(text));
