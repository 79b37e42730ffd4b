import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff';

const SECOND = 1_000_000;

describe('a back-off', () => {
  it('doubles with each failure up to its most', () => {
    const backoff = new Backoff(10 * SECOND, 300 * SECOND);
    const delays: number[] = [];
    for (let now = 0; delays.length < 7; now += backoff.delayUs('k')) {
      backoff.next('k', now, now);
      delays.push(backoff.delayUs('k') / SECOND);
    }
    expect(delays).toEqual([10, 20, 40, 80, 160, 300, 300]);
  });

  it('holds from the failure for the delay, not longer', () => {
    const backoff = new Backoff(10 * SECOND, 300 * SECOND);
    backoff.next('k', 0, 0);
    expect(backoff.isInBackOffSince('k', 5 * SECOND, 14 * SECOND)).toBe(true);
    expect(backoff.isInBackOffSince('k', 5 * SECOND, 15 * SECOND)).toBe(false);
    expect(backoff.isInBackOffSince('other', 5 * SECOND, 6 * SECOND)).toBe(false);
  });

  it('is forgotten after twice its most without a failure', () => {
    const backoff = new Backoff(10 * SECOND, 300 * SECOND);
    backoff.next('k', 0, 0);
    backoff.next('k', 20 * SECOND, 20 * SECOND);
    expect(backoff.delayUs('k')).toBe(20 * SECOND);
    backoff.next('k', 700 * SECOND, 700 * SECOND);
    expect(backoff.delayUs('k')).toBe(10 * SECOND);
  });
});
