// How long to wait before trying again, per key: doubled with each failure, forgotten after a quiet time.
// Models client-go util/flowcontrol/backoff.go.
import type { Json } from '../../base/json';

interface Entry {
  delayUs: number;
  lastUpdateUs: number;
}

export class Backoff {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly firstUs: number,
    private readonly maxUs: number,
    /** Called with each change: the key's delay, null when it was forgotten. */
    private readonly changed: (key: string, delayUs: number | null) => void = () => undefined,
  ) {}

  /** Another try at `nowUs` of what failed at `eventUs`: the next failure waits longer. */
  next(key: string, eventUs: number, nowUs: number): void {
    const entry = this.entries.get(key);
    const expired = entry === undefined || this.hasExpired(eventUs, entry.lastUpdateUs);
    const delayUs = expired ? this.firstUs : Math.min(entry.delayUs * 2, this.maxUs);
    this.entries.set(key, { delayUs, lastUpdateUs: nowUs });
    this.changed(key, delayUs);
  }

  /** Whether what failed at `eventUs` must still wait at `nowUs`. */
  isInBackOffSince(key: string, eventUs: number, nowUs: number): boolean {
    const entry = this.entries.get(key);
    return entry !== undefined && !this.hasExpired(eventUs, entry.lastUpdateUs) && nowUs - eventUs < entry.delayUs;
  }

  /** The same, counted from the last failure that `next` was told of. */
  isInBackOffSinceUpdate(key: string, nowUs: number): boolean {
    const entry = this.entries.get(key);
    return entry !== undefined && !this.hasExpired(nowUs, entry.lastUpdateUs) && nowUs - entry.lastUpdateUs < entry.delayUs;
  }

  delayUs(key: string): number {
    return this.entries.get(key)?.delayUs ?? 0;
  }

  /** Drops all keys that begin so. */
  forget(prefix: string): void {
    for (const key of [...this.entries.keys()]) {
      if (!key.startsWith(prefix)) continue;
      this.entries.delete(key);
      this.changed(key, null);
    }
  }

  inspect(path: string): { readonly [path: string]: Json } {
    return Object.fromEntries([...this.entries].map(([key, { delayUs }]) => [`${path}/${key}`, delayUs]));
  }

  private hasExpired(eventUs: number, lastUpdateUs: number): boolean {
    return eventUs - lastUpdateUs > this.maxUs * 2;
  }
}
