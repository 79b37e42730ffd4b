// The kernel of a node as far as Kubernetes writes to it and packets go through it: the iptables tables, which outlive
// kube-proxy but not the machine's power, and the way of packets. The iptables programs themselves run here, and so do
// requests that a person sends from the node.
import { MS } from '../../base/brand';
import type { Json } from '../../base/json';
import { EPOCH_SECONDS } from '../../machinery/time';
import type { Incoming } from '../../sim/network';
import type { Ctx, Interior, Program } from '../../sim/process';
import { type Order, Requests, type Say } from '../../sim/requests';
import type { Task } from '../../sim/task';
import type { CallRequest } from '../../wire/payload';
import { IptablesPrograms } from './programs';
import { Router, type Wires } from './router';
import { TABLE_NAMES, Tables } from './tables';

export interface NodeKernelOptions {
  readonly node: string;
  readonly address: string;
  readonly wires: Wires;
}

/** Microseconds: real-traces/expose-clusterip.json less the 20 ms that its recording cost. */
const TOOK_US: { readonly [program: string]: number } = { iptables: 3 * MS, 'iptables-save': 4 * MS, 'iptables-restore': 8 * MS };

export class NodeKernel implements Program {
  private readonly tables = new Tables();
  private router: Router | null = null;
  private requests: Requests | null = null;

  constructor(private readonly options: NodeKernelOptions) {}

  start(ctx: Ctx): void {
    const { node, address, wires } = this.options;
    const programs = new IptablesPrograms(this.tables);
    const router = new Router(ctx, this.tables, wires);
    ctx.inside('boot', { node, address });
    ctx.listen((incoming) => serve(ctx, programs, incoming));
    ctx.receive((packet) => router.take(packet));
    this.router = router;
    this.requests = new Requests(ctx, (to, port) => router.get(to, port));
  }

  /** `chain/TABLE/CHAIN` -> its rules; what conntrack and `recent` keep; counts of requests sent from here. */
  inspect(): Interior {
    const { router, requests } = this;
    return { ...rulesOf(this.tables), ...(router?.inspect() ?? {}), ...(requests?.inspect() ?? {}) };
  }

  /** A person on this node sends requests. */
  *ask(order: Order, say: Say): Task<void> {
    if (this.requests !== null) yield* this.requests.ask(order, say);
  }
}

function rulesOf(tables: Tables): Interior {
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
