// Leases: an id, a time to live, the keys that go when it ends. Models etcd server/lease (lessor.go).
// Time is given by the caller, who also sees to it that what has expired is revoked (etcd.ts).
// Left out: checkpoints, demotion.
import { SECOND, type SimTime, simTime } from '../../base/brand';
import { compareBytes } from '../../base/order';
import { ok } from '../../base/result';
import { LEASE_EXISTS, LEASE_TTL_TOO_LARGE, type Outcome } from './errors';

interface Lease {
  readonly ttlSeconds: number;
  readonly keys: Set<string>;
  expiry: SimTime;
}

const MAX_TTL_SECONDS = 9_000_000_000;
/** One and a half election timeouts (1 s by default), rounded up. */
const MIN_TTL_SECONDS = 2;

export class Lessor {
  private readonly leases = new Map<number, Lease>();

  has(id: number): boolean {
    return this.leases.has(id);
  }

  /** By expiry, those that end first before others. */
  ids(): number[] {
    const byExpiry = [...this.leases].sort(([, a], [, b]) => a.expiry - b.expiry);
    return byExpiry.map(([id]) => id);
  }

  /** The granted time to live; null if there is no such lease. */
  ttlSeconds(id: number): number | null {
    return this.leases.get(id)?.ttlSeconds ?? null;
  }

  expiry(id: number): SimTime | null {
    return this.leases.get(id)?.expiry ?? null;
  }

  keys(id: number): string[] {
    return [...(this.leases.get(id)?.keys ?? [])].sort(compareBytes);
  }

  grant(id: number, ttlSeconds: number, now: SimTime): Outcome {
    if (ttlSeconds > MAX_TTL_SECONDS) return LEASE_TTL_TOO_LARGE;
    if (this.leases.has(id)) return LEASE_EXISTS;
    const granted = Math.max(ttlSeconds, MIN_TTL_SECONDS);
    this.leases.set(id, { ttlSeconds: granted, keys: new Set(), expiry: simTime(now + granted * SECOND) });
    return ok({ ID: id, TTL: granted });
  }

  renew(id: number, now: SimTime): void {
    const lease = this.leases.get(id);
    if (lease !== undefined) lease.expiry = simTime(now + lease.ttlSeconds * SECOND);
  }

  revoke(id: number): void {
    this.leases.delete(id);
  }

  attach(id: number, key: string): void {
    this.leases.get(id)?.keys.add(key);
  }

  detach(id: number, key: string): void {
    this.leases.get(id)?.keys.delete(key);
  }
}
