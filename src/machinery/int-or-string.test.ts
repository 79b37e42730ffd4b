import { expect, test } from 'vitest';
import { parseIntOrString, scaledValue, valueAndPercent } from './int-or-string';

test.each([
  ['25%', 10, true, 3],
  ['25%', 10, false, 2],
  ['100%', 7, true, 7],
  [3, 10, true, 3],
  ['3', 10, true, null],
  ['x%', 10, true, null],
])('%s of %d, rounded up %s', (value, total, up, expected) => expect(scaledValue(value, total, up)).toBe(expected));
test('percent is told apart', () => {
  expect(valueAndPercent('5%')).toEqual({ value: 5, isPercent: true });
  expect(valueAndPercent(5)).toEqual({ value: 5, isPercent: false });
});
test.each([
  ['80', 80],
  ['http', 'http'],
  ['2147483648', '2147483648'],
  ['1.5', '1.5'],
])('%s', (text, value) => {
  expect(parseIntOrString(text)).toBe(value);
});
