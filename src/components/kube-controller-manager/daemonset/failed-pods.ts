// How long a failed daemon pod stays before it is replaced: kubelet may refuse its successor again at once.
// Models client-go/util/flowcontrol (Backoff) as kubernetes pkg/controller/daemon uses it.
import { MINUTE, SECOND, type SimTime } from '../../../base/brand';

const FIRST_US = SECOND;
const MOST_US = 15 * MINUTE;

export class FailedPods {
  private readonly entries = new Map<string, { readonly delayUs: number; readonly sinceUs: SimTime }>();

  /** Microseconds to wait on account of this key; 0 if it may go now, which is then noted. */
  delay(key: string, now: SimTime): number {
    this.forgetOld(now);
    const entry = this.entries.get(key);
    if (entry !== undefined && now - entry.sinceUs < entry.delayUs) return entry.delayUs;
    this.entries.set(key, { delayUs: entry === undefined ? FIRST_US : Math.min(entry.delayUs * 2, MOST_US), sinceUs: now });
    return 0;
  }

  private forgetOld(now: SimTime): void {
    for (const [key, { sinceUs }] of this.entries) if (now - sinceUs > 2 * MOST_US) this.entries.delete(key);
  }
}
