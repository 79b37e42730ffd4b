// Tells each node how long its kubelet may keep Secrets and ConfigMaps: longer, the more nodes there are.
// Models kubernetes pkg/controller/ttl/ttl_controller.go.
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

const ACTOR = 'ttl-controller';
const WORKERS = 5;
const ANNOTATION = 'node.alpha.kubernetes.io/ttl';

/** Steps of cluster sizes that overlap, so that one node more or less changes nothing twice. */
const STEPS = [
  { from: 0, to: 100, seconds: 0 },
  { from: 90, to: 500, seconds: 15 },
  { from: 450, to: 1_000, seconds: 30 },
  { from: 900, to: 2_000, seconds: 60 },
  { from: 1_800, to: Number.POSITIVE_INFINITY, seconds: 300 },
] as const;

/** The step for so many nodes, seen from the step before. */
export function stepFor(step: number, nodes: number): number {
  const { from, to } = STEPS[step] ?? STEPS[0];
  return nodes > to ? step + 1 : nodes < from ? step - 1 : step;
}
export const secondsOf = (step: number): number => (STEPS[step] ?? STEPS[0]).seconds;

export class TtlController implements Controller {
  private readonly api: ApiClient;
  private readonly nodes: Informer<Node>;
  private readonly queue: WorkQueue;
  private step = 0;

  constructor(private readonly needs: Needs) {
    this.api = needs.client(ACTOR);
    this.queue = new WorkQueue(needs.ctx, 'ttlcontroller');
    this.nodes = needs.informers.of<Node>(NODES);
    this.nodes.addHandler({
      add: (node) => {
        this.count();
        this.enqueue(node);
      },
      update: (node) => this.enqueue(node),
      delete: () => this.count(),
    });
  }

  start(): void {
    runWorkers(this.needs.ctx, this.queue, (name) => this.sync(name), { workers: WORKERS, actor: ACTOR });
  }
  inspect(): Interior {
    return this.queue.inspect();
  }

  private count(): void {
    this.step = stepFor(this.step, this.nodes.size);
  }
  private enqueue(node: Node): void {
    if (!this.isRight(node)) this.queue.add(node.metadata.name);
  }
  private isRight({ metadata: { annotations } }: Node): boolean {
    return annotations?.[ANNOTATION] === String(secondsOf(this.step));
  }

  private *sync(name: string): Task<Outcome> {
    const node = this.nodes.get(name);
    if (node === undefined || this.isRight(node)) return done({ found: node === undefined ? 'nothing' : 'right' });
    yield* compute(this.needs.ctx, `ttl/${name}`);
    const patch = { metadata: { annotations: { [ANNOTATION]: String(secondsOf(this.step)) } } };
    const reply = yield* this.api.patch(NODES, { namespace: null, name }, 'strategic', patch);
    return reply.ok || reply.status === 404 ? done() : retry(whyNot(reply));
  }
}
