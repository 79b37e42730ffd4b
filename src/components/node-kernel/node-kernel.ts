// The kernel of a node as far as Kubernetes writes to it: the iptables tables, which outlive kube-proxy but not
// the machine's power. Left out: everything else in a kernel; the iptables programs themselves run here.
import { MS } from '../../base/brand';
import type { Json } from '../../base/json';
import { EPOCH_SECONDS } from '../../machinery/time';
import type { Incoming } from '../../sim/network';
import type { Ctx, Interior, Program } from '../../sim/process';
import type { Task } from '../../sim/task';
import type { CallRequest } from '../../wire/payload';
import { IptablesPrograms } from './programs';
import { TABLE_NAMES, Tables } from './tables';

export interface NodeKernelOptions {
  readonly node: string;
  readonly address: string;
}

/** Microseconds: real-traces/expose-clusterip.json less the 20 ms that its recording cost. */
const TOOK_US: { readonly [program: string]: number } = { iptables: 3 * MS, 'iptables-save': 4 * MS, 'iptables-restore': 8 * MS };

export function nodeKernel({ node, address }: NodeKernelOptions): Program {
  const tables = new Tables();
  const programs = new IptablesPrograms(tables);
  return {
    start: (ctx) => {
      ctx.inside('boot', { node, address });
      ctx.listen((incoming) => serve(ctx, programs, incoming));
    },
    inspect: () => interiorOf(tables),
  };
}

function interiorOf(tables: Tables): Interior {
  const interior: { [path: string]: Json } = {};
  for (const name of TABLE_NAMES) for (const [chain, { rules }] of tables.table(name) ?? []) interior[pathOf(name, chain)] = rules;
  return interior;
}

/** Holds the rules of one chain, as iptables-save prints them. */
const pathOf = (table: string, chain: string): string => `chain/${table}/${chain}`;

function* serve(ctx: Ctx, programs: IptablesPrograms, incoming: Incoming): Task<void> {
  const { protocol, rpc, body } = incoming.payload as CallRequest;
  yield* ctx.sleep(TOOK_US[rpc] ?? MS);
  const { said, changes } = programs.run({
    program: rpc,
    args: (body['argv'] as readonly string[]).slice(1),
    stdin: typeof body['stdin'] === 'string' ? body['stdin'] : '',
    nowSeconds: EPOCH_SECONDS + Math.floor(ctx.clock() / 1_000_000),
  });
  for (const { table, chains } of changes) {
    if (chains.size === 0) continue;
    const set = Object.fromEntries([...chains].map(([chain, after]) => [pathOf(table, chain), after?.rules ?? null]));
    ctx.inside('rules', { table, chains: [...chains.keys()] }, set);
  }
  incoming.respond({
    protocol,
    kind: 'response',
    rpc,
    body: { stdout: said.ok ? said.value : '' },
    error: said.ok ? null : { code: String(said.error.code), message: said.error.stderr },
  });
}
