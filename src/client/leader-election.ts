// Of several instances one acts: the one that holds a Lease and renews it.
// Models k8s.io/client-go/tools/leaderelection: lease 15 s, renew within 10 s, try every 2 s.
import { SECOND, type SimTime } from '../base/brand';
import { rfc3339Micro } from '../machinery/time';
import type { Lease } from '../machinery/types';
import type { Ctx } from '../sim/process';
import type { Task } from '../sim/task';
import type { ApiClient, ResourceRef } from './api-client';

const LEASES: ResourceRef = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };
const LEASE_SECONDS = 15;
const RENEW_DEADLINE_US = 10 * SECOND;
const RETRY_US = 2 * SECOND;
/** So many tries are work, long enough for a dead leader's lease to end; later ones do not keep a run awake. */
const PATIENT_TRIES = 10;
/** Half of the deadline, for the server and for the client's own patience. */
const REQUEST_US = 5 * SECOND;
const QUERY = { query: 'timeout=5s', timeoutUs: REQUEST_US };

export interface LeaderElectionOptions {
  readonly lease: string;
  readonly identity: string;
  /** Called with the Lease as it was taken. */
  readonly onElected: (lease: Lease) => void;
}

const ACTOR = 'leader-election';

/** Runs for ever under the actor `leader-election`. Losing the lease ends the process, as upstream does. */
export function runLeaderElection(ctx: Ctx, client: ApiClient, options: LeaderElectionOptions): void {
  ctx.spawn(elect(ctx, client, options), ACTOR);
}

/** Gives the lease back so that another instance need not wait for its end (ReleaseOnCancel), and ends the process. */
export function releaseAndExit(ctx: Ctx, client: ApiClient, { lease, identity }: Pick<LeaderElectionOptions, 'lease' | 'identity'>): void {
  const release = function* (): Task<void> {
    const found = yield* client.get<Lease>(LEASES, { namespace: 'kube-system', name: lease }, QUERY);
    if (found.ok && found.body.spec.holderIdentity === identity) {
      const now = rfc3339Micro(ctx.clock());
      const spec = { ...found.body.spec, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now };
      yield* client.update(LEASES, { ...found.body, spec }, QUERY);
    }
    ctx.exit(0);
  };
  ctx.spawn(release(), ACTOR);
}

function* elect(ctx: Ctx, client: ApiClient, options: LeaderElectionOptions): Task<void> {
  const random = ctx.random(`leader-election/${options.lease}`);
  const name = { namespace: 'kube-system', name: options.lease };
  let held: Lease | null = null;
  let seen = null as { version: string; atUs: SimTime } | null;
  for (let tries = 1; held === null; tries++) {
    const reply = yield* client.get<Lease>(LEASES, name, QUERY);
    if (reply.ok) {
      const version = reply.body.metadata.resourceVersion ?? '';
      if (seen?.version !== version) seen = { version, atUs: ctx.now() };
      const holder = reply.body.spec.holderIdentity ?? '';
      const expired = ctx.now() >= seen.atUs + (reply.body.spec.leaseDurationSeconds ?? LEASE_SECONDS) * SECOND;
      if (holder === '' || holder === options.identity || expired) held = yield* take(ctx, client, reply.body, options);
    } else if (reply.status === 404) {
      const created = yield* client.create<Lease>(LEASES, name, newLease(ctx, options), QUERY);
      if (created.ok) held = created.body;
    }
    if (held === null) yield* ctx.sleep(RETRY_US + random.below(RETRY_US / 5), { idle: tries > PATIENT_TRIES });
  }
  ctx.inside('leader', { lease: options.lease, holder: options.identity }, { [`leader/${options.lease}`]: options.identity });
  const taken = held;
  ctx.spawn(
    (function* (): Task<void> {
      options.onElected(taken);
    })(),
  );
  /** Each renewal has so long, however often it is tried. */
  let deadline = ctx.now() + RENEW_DEADLINE_US;
  for (; ; yield* ctx.sleep(RETRY_US, { idle: true })) {
    const next: Lease = { ...held, spec: { ...held.spec, renewTime: rfc3339Micro(ctx.clock()) } };
    const timeoutUs = Math.max(1, Math.min(REQUEST_US, deadline - ctx.now()));
    const reply = yield* client.update(LEASES, next, { ...QUERY, timeoutUs, idle: true });
    if (reply.ok) {
      held = reply.body;
      deadline = ctx.now() + RETRY_US + RENEW_DEADLINE_US;
    } else if (ctx.now() >= deadline) {
      ctx.exit(1);
    } else if (reply.status === 409) {
      const found = yield* client.get<Lease>(LEASES, name, { ...QUERY, idle: true });
      if (found.ok && found.body.spec.holderIdentity !== options.identity) ctx.exit(1);
      else if (found.ok) held = found.body;
    }
  }
}

const newLease = (ctx: Ctx, options: LeaderElectionOptions): Lease => {
  const now = rfc3339Micro(ctx.clock());
  return {
    kind: 'Lease',
    apiVersion: 'coordination.k8s.io/v1',
    metadata: { name: options.lease, namespace: 'kube-system' },
    spec: { holderIdentity: options.identity, leaseDurationSeconds: LEASE_SECONDS, acquireTime: now, renewTime: now, leaseTransitions: 0 },
  };
};

function* take(ctx: Ctx, client: ApiClient, lease: Lease, options: LeaderElectionOptions): Task<Lease | null> {
  const now = rfc3339Micro(ctx.clock());
  const transitions = (lease.spec.leaseTransitions ?? 0) + (lease.spec.holderIdentity === options.identity ? 0 : 1);
  const spec = {
    ...lease.spec,
    holderIdentity: options.identity,
    leaseDurationSeconds: LEASE_SECONDS,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: transitions,
  };
  const reply = yield* client.update<Lease>(LEASES, { ...lease, spec }, QUERY);
  return reply.ok ? reply.body : null;
}
