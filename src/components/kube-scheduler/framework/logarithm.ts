// Natural logarithms of integers by arithmetic alone, so that every engine gives the same bits.

const LN2 = Math.LN2;

/** ln(n) for n >= 1, to about 1 part in 10^15. */
export function naturalLog(n: number): number {
  let halvings = 0;
  let rest = n;
  for (; rest > 1.5; halvings++) rest /= 2;
  // ln(rest) = 2 artanh((rest - 1) / (rest + 1)), and |argument| <= 1/5.
  const x = (rest - 1) / (rest + 1);
  let sum = 0;
  for (let power = x, k = 1; k < 40; k += 2, power *= x * x) sum += power / k;
  return halvings * LN2 + 2 * sum;
}
