// What one member answers, but for Watch: the store, the leases and the version, without time or network.
// Models etcd server/etcdserver (v3_server.go, apply.go): every write becomes one entry of one log.
import { SECOND, type SimTime } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import { ok } from '../../base/result';
import type { EtcdRpc } from '../../wire/payload';
import { LEASE_NOT_FOUND, type Outcome } from './errors';
import { flagOf, numberOf } from './fields';
import { compact, deleteRange, put, range } from './kv';
import { Lessor } from './lease';
import { Mvcc } from './mvcc';
import { isReadOnly, txn } from './txn';

/** What stays when the process ends: a new one started with the same disk goes on from it. */
export interface Disk {
  readonly store: Mvcc;
}
export const newDisk = (): Disk => ({ store: new Mvcc(new Lessor()) });

/** Of the recorded cluster's etcd. */
const VERSION = '3.5.30';

export type UnaryRpc = Exclude<EtcdRpc, 'Watch'>;

/** Whether a request goes through the log of writes. */
export function isWrite(rpc: UnaryRpc, body: JsonObject): boolean {
  switch (rpc) {
    case 'Put':
    case 'DeleteRange':
    case 'Compact':
    case 'LeaseGrant':
    case 'LeaseRevoke':
      return true;
    case 'Txn':
      return !isReadOnly(body);
    case 'Range':
    case 'LeaseKeepAlive':
    case 'LeaseTimeToLive':
    case 'LeaseLeases':
    case 'Status':
      return false;
  }
}

export function answer({ store }: Disk, rpc: UnaryRpc, body: JsonObject, now: SimTime): Outcome {
  switch (rpc) {
    case 'Range':
      return range(store, body);
    case 'Put':
      return put(store, body);
    case 'DeleteRange':
      return deleteRange(store, body);
    case 'Txn':
      return txn(store, body);
    case 'Compact':
      return compact(store, body);
    case 'Status':
      return withHeader(store, { version: VERSION, raftIndex: store.revision, raftTerm: 2 });
    case 'LeaseGrant': {
      const granted = store.leases.grant(numberOf(body, 'ID'), numberOf(body, 'TTL'), now);
      return granted.ok ? withHeader(store, granted.value) : granted;
    }
    case 'LeaseRevoke':
      return revoke(store, numberOf(body, 'ID'));
    case 'LeaseKeepAlive':
      return keepAlive(store, numberOf(body, 'ID'), now);
    case 'LeaseTimeToLive':
      return timeToLive(store, body, now);
    case 'LeaseLeases': {
      const leases = store.leases.ids().map((ID) => ({ ID }));
      return withHeader(store, leases.length > 0 ? { leases } : {});
    }
  }
}

const withHeader = (store: Mvcc, body: JsonObject): Outcome => ok({ header: { revision: store.revision }, ...body });

/** Also what expiry does: all keys of the lease go in one revision, in key order. */
function revoke(store: Mvcc, id: number): Outcome {
  if (!store.leases.has(id)) return LEASE_NOT_FOUND;
  for (const key of store.leases.keys(id)) store.delete({ key, end: '' });
  store.leases.revoke(id);
  store.commit();
  return withHeader(store, {});
}

function keepAlive(store: Mvcc, ID: number, now: SimTime): Outcome {
  store.leases.renew(ID, now);
  const TTL = store.leases.ttlSeconds(ID);
  return withHeader(store, TTL === null ? { ID } : { ID, TTL });
}

function timeToLive(store: Mvcc, body: JsonObject, now: SimTime): Outcome {
  const ID = numberOf(body, 'ID');
  const grantedTTL = store.leases.ttlSeconds(ID);
  const expiry = store.leases.expiry(ID);
  if (grantedTTL === null || expiry === null) return withHeader(store, { ID, TTL: -1 });
  const keys = flagOf(body, 'keys') ? store.leases.keys(ID) : [];
  const TTL = Math.floor((expiry - now) / SECOND);
  return withHeader(store, { ID, ...(TTL === 0 ? {} : { TTL }), grantedTTL, ...(keys.length > 0 ? { keys } : {}) });
}
