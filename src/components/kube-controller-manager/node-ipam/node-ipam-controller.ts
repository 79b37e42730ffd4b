// Gives each node a range of pod addresses.
// Models kubernetes pkg/controller/nodeipam/ipam/range_allocator.go. Left out: second address families, Events.
import { assert } from '../../../base/assert';
import type { ApiClient } from '../../../client/api-client';
import { done, type Outcome, retry, runWorkers } from '../../../client/controller';
import type { Informer } from '../../../client/informer';
import { WorkQueue } from '../../../client/work-queue';
import type { Node } from '../../../machinery/types';
import type { Interior } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { type Controller, type Needs, whyNot } from '../controller';
import { compute } from '../pace';
import { NODES } from '../refs';

const ACTOR = 'node-controller';
const WORKERS = 30;
const RANGES = 256; // /24 in 10.244.0.0/16

export class NodeIpamController implements Controller {
  private readonly api: ApiClient;
  private readonly nodes: Informer<Node>;
  private readonly queue: WorkQueue;
  /** Range -> node. */
  private readonly taken = new Map<string, string>();

  constructor(
    private readonly needs: Needs,
    private readonly wanted: { readonly [node: string]: string },
  ) {
    this.api = needs.client(ACTOR);
    this.queue = new WorkQueue(needs.ctx, 'cidrallocator_node');
    this.nodes = needs.informers.of<Node>(NODES);
    this.nodes.addHandler({
      add: (node) => this.seen(node),
      update: (node, old) => {
        if (!node.spec.podCIDR || !old.spec.podCIDR) this.seen(node);
      },
      delete: (node) => this.release(node),
    });
  }

  start(): void {
    runWorkers(this.needs.ctx, this.queue, (name) => this.sync(name), { workers: WORKERS, actor: ACTOR });
  }
  inspect(): Interior {
    const interior: { [path: string]: string } = {};
    for (const [range, node] of this.taken) interior[rangePath(range)] = node;
    return { ...this.queue.inspect(), ...interior };
  }

  private seen(node: Node): void {
    if (node.spec.podCIDR) this.take(node.spec.podCIDR, node.metadata.name);
    else this.queue.add(node.metadata.name);
  }

  private take(range: string, node: string): void {
    if (this.taken.get(range) === node) return;
    this.taken.set(range, node);
    this.needs.ctx.inside('cache', { range, node }, { [rangePath(range)]: node });
  }

  private release({ spec: { podCIDR }, metadata: { name } }: Node): void {
    if (podCIDR === undefined || this.taken.get(podCIDR) !== name) return;
    this.taken.delete(podCIDR);
    this.needs.ctx.inside('cache', { range: podCIDR, node: null }, { [rangePath(podCIDR)]: null });
  }

  private *sync(name: string): Task<Outcome> {
    const node = this.nodes.get(name);
    if (node === undefined || node.spec.podCIDR) return done({ range: node?.spec.podCIDR ?? null });
    const range = this.rangeFor(name);
    this.take(range, name);
    yield* compute(this.needs.ctx, `pod-cidr/${name}`);
    const patch = { spec: { podCIDR: range, podCIDRs: [range] } };
    const reply = yield* this.api.patch(NODES, { namespace: null, name }, 'strategic', patch);
    return reply.ok || reply.status === 404 ? done({ range }) : retry(whyNot(reply));
  }

  /** What the node has been given already, what is meant for it, or the next that is free and not meant for another. */
  private rangeFor(name: string): string {
    for (const [range, node] of this.taken) if (node === name) return range;
    const own = this.wanted[name];
    if (own !== undefined && !this.taken.has(own)) return own;
    const reserved = new Set(Object.values(this.wanted));
    for (let i = 0; i < RANGES; i++) {
      const range = `10.244.${i}.0/24`;
      if (!this.taken.has(range) && !reserved.has(range)) return range;
    }
    assert(false, 'all ranges of pod addresses are given away');
  }
}

const rangePath = (range: string): string => `podCIDR/${range}`;
