// What an operator does who forgets etcd's past: `etcdctl endpoint status`, then `etcdctl compact REVISION`.
// Models etcd's etcdctl/ctlv3/command. Left out: everything else.
import type { Ctx, Program } from '../sim/process';
import type { Task } from '../sim/task';
import { ETCD } from '../wire/names';
import type { EtcdRequest, EtcdResponse } from '../wire/payload';

/** Compacts at the present revision, and ends. */
export const etcdctlCompact = (): Program => ({
  start: (ctx) => ctx.spawn(compact(ctx)),
  inspect: () => ({}),
});

function* compact(ctx: Ctx): Task<void> {
  const status = yield* ctx.call(ETCD, request('Status', {}));
  const header = status.ok ? (status.payload as EtcdResponse).body.header : null;
  const { revision } = (header ?? {}) as { readonly revision?: number };
  if (revision !== undefined) yield* ctx.call(ETCD, request('Compact', { revision }));
  ctx.exit(revision === undefined ? 1 : 0);
}

const request = (rpc: EtcdRequest['rpc'], body: EtcdRequest['body']): EtcdRequest => ({ protocol: 'etcd', kind: 'request', rpc, body });
