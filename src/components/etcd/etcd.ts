// etcd, one member, as a program: answers KV, Lease and Maintenance calls and keeps watches open. Writes
// are applied in the order in which they arrive, each after the time that its log entry takes to be
// synced to disk. Left out: Raft with other members, authentication, alarms and the space quota, and
// leases that go on from where they were after a restart (as in etcd, they get their whole time again).
import { SECOND, simTime } from '../../base/brand';
import { dictionary, entry, isObject, type Json, type JsonObject } from '../../base/json';
import { err } from '../../base/result';
import type { Incoming } from '../../sim/network';
import type { Ctx, Interior, Program } from '../../sim/process';
import type { Timer } from '../../sim/simulation';
import type { EtcdRequest, EtcdRpc, RpcError } from '../../wire/payload';
import type { Outcome } from './errors';
import { flagOf, messageOf, messagesOf, numberOf, textOf } from './fields';
import { answer, type Disk, isWrite, type UnaryRpc } from './member';
import type { Change, Commit } from './mvcc';
import { WatchHub } from './watch';

/** Microseconds from a request's arrival to its answer: 10th to 90th percentile of "took" of KV/Range, and
 *  the middle half of KV/Txn within create-deployment, in ../shared/vectors/real-traces (etcdOps). */
const READ_US = { least: 40, most: 250 };
const WRITE_US = { least: 1_000, most: 2_000 };
/** Watches that start in the past get their backlog when a loop looks at them that runs this often. */
const SYNC_US = { least: 1_000, most: 100_000 };
/** etcd's default for --watch-progress-notify-interval. */
const PROGRESS_NOTIFY_US = 600 * SECOND;
/** As etcd derives them from its default name and address; 64-bit numbers are text in JSON. */
const IDENTITY = { cluster_id: '14841639068965178418', member_id: '10276657743932975437' };
const RAFT_TERM = '2';

export interface EtcdOptions {
  readonly progressNotifyUs?: number;
}

/** etcd on a disk, which may hold what an earlier process wrote. */
export const etcd = (disk: Disk, options: EtcdOptions = {}): Program => ({
  start: (ctx) => new Server(ctx, disk, options).start(),
  inspect: () => interiorOf(disk),
});

/** `revision`, `compacted`, `key/KEY` -> its mod_revision, `lease/ID` -> its granted seconds. */
function interiorOf({ store }: Disk): Interior {
  const interior: { [path: string]: Json } = { revision: store.revision, compacted: store.compactRevision };
  for (const { key, mod_revision } of store.read({ key: '\0', end: '\0' }, store.revision, 0).kvs) interior[`key/${key}`] = mod_revision;
  for (const id of store.leases.ids()) interior[`lease/${id}`] = store.leases.ttlSeconds(id);
  return interior;
}

class Server {
  private readonly hub: WatchHub;
  private readonly expiries = new Map<number, Timer>();
  /** Leases given at one instant get different ids. */
  private leaseAt = simTime(Number.MIN_SAFE_INTEGER);
  private leasesNow = 0;
  private lastApplied = simTime(Number.MIN_SAFE_INTEGER);

  constructor(
    private readonly ctx: Ctx,
    private readonly disk: Disk,
    private readonly options: EtcdOptions,
  ) {
    this.hub = new WatchHub(disk.store);
  }

  start(): void {
    const { ctx } = this;
    const { store } = this.disk;
    store.onCommit = (commit) => this.committed(commit);
    ctx.inside('boot', { revision: store.revision }, interiorOf(this.disk));
    for (const id of store.leases.ids()) {
      store.leases.renew(id, ctx.now());
      this.arm(id);
    }
    ctx.listen((incoming) => this.serve(incoming));
  }

  private serve(incoming: Incoming): void {
    const { payload } = incoming;
    if (payload.protocol === 'etcd') {
      if (payload.rpc === 'Watch') this.watch(incoming, payload);
      else this.unary(incoming, payload, payload.rpc);
    } else if (payload.protocol === 'http') {
      // The health endpoints of --listen-metrics-urls, which the kubelet probes.
      incoming.respond({ protocol: 'http', kind: 'response', status: 200, headers: {}, body: 'ok\n' });
    } else {
      incoming.respond({ protocol: payload.protocol, kind: 'response', rpc: payload.rpc, body: { status: 200 }, error: null });
    }
  }

  // ---- Unary calls

  private unary(incoming: Incoming, { body }: EtcdRequest, rpc: UnaryRpc): void {
    const request = rpc === 'LeaseGrant' && numberOf(body, 'ID') === 0 ? { ...body, ID: this.newLeaseId() } : body;
    this.ctx.after(this.delayUs(rpc, request), () => {
      const outcome = answer(this.disk, rpc, request, this.ctx.now());
      if (outcome.ok) this.note(rpc, request, outcome.value);
      this.respond(incoming, rpc, outcome);
    });
  }

  private respond(incoming: Incoming, rpc: EtcdRpc, outcome: Outcome): void {
    const answered = outcome.ok ? { body: identified(outcome.value), error: null } : { body: {}, error: outcome.error };
    incoming.respond({ protocol: 'etcd', kind: 'response', rpc, ...answered });
  }

  /** How long until this request is applied: a write never before those that came earlier. */
  private delayUs(rpc: UnaryRpc, body: JsonObject): number {
    const now = this.ctx.now();
    const write = isWrite(rpc, body);
    const { least, most } = write ? WRITE_US : READ_US;
    const us = this.ctx.random(`${rpc} ${keyOf(body)} at ${now}`).between(least, most);
    if (!write) return us;
    this.lastApplied = simTime(Math.max(now + us, this.lastApplied));
    return this.lastApplied - now;
  }

  /** What the interior shows of calls that are no commits. */
  private note(rpc: UnaryRpc, request: JsonObject, answered: JsonObject): void {
    const id = numberOf(request, 'ID');
    if (rpc === 'LeaseGrant') {
      const ttl = numberOf(answered, 'TTL');
      this.arm(id);
      this.ctx.inside('lease', { granted: id, ttl }, entry(`lease/${id}`, ttl));
    } else if (rpc === 'LeaseKeepAlive' && this.disk.store.leases.has(id)) this.arm(id);
    else if (rpc === 'LeaseRevoke') this.gone(id, 'revoked');
    else if (rpc === 'Compact') {
      const { compactRevision } = this.disk.store;
      this.ctx.inside('compact', { revision: compactRevision }, { compacted: compactRevision });
    }
  }

  private committed(commit: Commit): void {
    for (const change of commit.changes) {
      const { key, mod_revision } = change.kv;
      const set = dictionary();
      set[`key/${key}`] = change.type === 'PUT' ? mod_revision : null;
      set.revision = commit.revision;
      this.ctx.inside('commit', { revision: commit.revision, type: change.type, key, ...versionOf(change) }, set);
    }
    this.hub.notify(commit);
  }

  // ---- Leases

  /** int64 in etcd; here below 2^53, so that it stays a number in JSON. */
  private newLeaseId(): number {
    const now = this.ctx.now();
    this.leasesNow = now === this.leaseAt ? this.leasesNow + 1 : 0;
    this.leaseAt = now;
    const random = this.ctx.random(`lease ${this.leasesNow} at ${now}`);
    let id = 0;
    do id = random.below(0x20_0000) * 0x1_0000_0000 + random.next();
    while (id === 0 || this.disk.store.leases.has(id));
    return id;
  }

  /** Ends a lease when its time is over, unless it is renewed until then. */
  private arm(id: number): void {
    const { leases } = this.disk.store;
    this.expiries.get(id)?.cancel();
    const us = (leases.expiry(id) ?? this.ctx.now()) - this.ctx.now();
    this.expiries.set(
      id,
      this.ctx.after(us, () => this.expire(id), { idle: true }),
    );
  }

  private expire(id: number): void {
    const revoked = answer(this.disk, 'LeaseRevoke', { ID: id }, this.ctx.now());
    if (revoked.ok) this.gone(id, 'expired');
  }

  private gone(id: number, how: 'revoked' | 'expired'): void {
    this.expiries.get(id)?.cancel();
    this.expiries.delete(id);
    this.ctx.inside('lease', { [how]: id }, entry(`lease/${id}`, null));
  }

  // ---- Watches: one exchange is one watch on a stream of its own

  private watch(incoming: Incoming, { body }: EtcdRequest): void {
    const request = messageOf(body, 'create_request');
    if (request === null) {
      // A progress request is a call of its own here; on the wire it is a further message on the stream.
      const progress = { header: { revision: this.disk.store.revision }, watch_id: -1 };
      const refused: Outcome = err<RpcError>({ code: 'InvalidArgument', message: 'etcdserver: no create_request' });
      this.respond(incoming, 'Watch', isObject(body.progress_request) ? { ok: true, value: progress } : refused);
      return;
    }
    let quiet = true;
    const stream = this.hub.stream((response) => {
      quiet = false;
      incoming.push({ protocol: 'etcd', kind: 'watch-delivery', body: identified(response) });
      if (flagOf(response, 'canceled')) incoming.end('compacted');
    });
    const created = stream.create(request);
    this.respond(incoming, 'Watch', { ok: true, value: created });
    if (flagOf(created, 'canceled')) return incoming.end('canceled');
    const timer = flagOf(request, 'progress_notify')
      ? this.ctx.every(this.options.progressNotifyUs ?? PROGRESS_NOTIFY_US, () => {
          if (quiet) stream.progressNotify();
          quiet = true;
        })
      : null;
    incoming.onClose(() => {
      timer?.cancel();
      stream.close();
    });
    if (this.hub.behind) {
      const { least, most } = SYNC_US;
      this.ctx.after(this.ctx.random(`sync ${keyOf(request)} at ${this.ctx.now()}`).between(least, most), () => this.hub.sync());
    }
  }
}

const identified = (body: JsonObject): JsonObject => ({
  ...body,
  header: { ...IDENTITY, revision: (body.header as { readonly revision: number }).revision, raft_term: RAFT_TERM },
});

/** The key that a request is about: for names of random numbers. */
function keyOf(body: JsonObject): string {
  const own = textOf(body, 'key');
  if (own !== '') return own;
  const compare = messagesOf(body, 'compare')[0];
  return compare === undefined ? '' : textOf(compare, 'key');
}

function versionOf({ kv }: Change): JsonObject {
  if (!('version' in kv)) return {};
  const { create_revision, version, lease } = kv;
  return { create_revision, version, ...(lease === undefined ? {} : { lease }) };
}
