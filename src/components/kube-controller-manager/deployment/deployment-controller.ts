// Brings Deployments to what they ask for, by ReplicaSets. Models kubernetes
// pkg/controller/deployment/deployment_controller.go: watches, claims, retries. Decisions: scaling.ts, status.ts,
// progress.ts; what is asked for: rollout.ts.
import { jsonEqual } from '../../../base/json';
import type { ApiClient } from '../../../client/api-client';
import { done, type Outcome, retry, runWorkers } from '../../../client/controller';
import type { EventRecorder } from '../../../client/event-recorder';
import { type Informer, keyOf } from '../../../client/informer';
import { WorkQueue } from '../../../client/work-queue';
import { controllerOf } from '../../../machinery/object';
import { queryEscape } from '../../../machinery/resources';
import { matchesSelector, selectorOf, selectorText } from '../../../machinery/selector';
import type { Deployment, KubeObject, Pod, ReplicaSet } from '../../../machinery/types';
import type { Interior } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { Abandoned } from '../abandoned';
import { type Controller, type Needs, unchanged, whyNot } from '../controller';
import { claim } from '../controller-ref';
import { BY_CONTROLLER, byControllerUid, orphansOf } from '../owned';
import { compute } from '../pace';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../refs';
import { Rollout } from './rollout';

const ACTOR = 'deployment-controller';
const WORKERS = 5; // --concurrent-deployment-syncs
const MAX_RETRIES = 15;

export class DeploymentController implements Controller {
  private readonly api: ApiClient;
  private readonly events: EventRecorder;
  private readonly deployments: Informer<Deployment>;
  private readonly replicaSets: Informer<ReplicaSet>;
  private readonly pods: Informer<Pod>;
  private readonly queue: WorkQueue;

  constructor(private readonly needs: Needs) {
    this.api = needs.client(ACTOR);
    this.events = needs.recorder(ACTOR);
    this.queue = new WorkQueue(needs.ctx, 'deployment');
    this.deployments = needs.informers.of<Deployment>(DEPLOYMENTS);
    this.replicaSets = needs.informers.of<ReplicaSet>(REPLICA_SETS);
    this.pods = needs.informers.of<Pod>(PODS);
    const enqueue = (deployment: Deployment): void => this.queue.add(keyOf(deployment));
    this.deployments.addHandler({ add: enqueue, update: enqueue, delete: enqueue });
    this.replicaSets.addHandler({
      add: (set) => this.setAdded(set),
      update: (set, old) => this.setUpdated(set, old),
      delete: (set) => this.enqueue(this.ownerOf(set)),
    });
    this.pods.addHandler({ delete: (pod) => this.podDeleted(pod) });
  }

  start(): void {
    runWorkers(this.needs.ctx, this.queue, (key) => this.sync(key), { workers: WORKERS, actor: ACTOR, maxRetries: MAX_RETRIES });
  }
  inspect(): Interior {
    return this.queue.inspect();
  }

  // ---- Watch -> key

  private setAdded(set: ReplicaSet): void {
    if (controllerOf(set) === null && !set.metadata.deletionTimestamp) this.enqueueMatching(set);
    else this.enqueue(this.ownerOf(set));
  }

  private setUpdated(set: ReplicaSet, old: ReplicaSet): void {
    if (unchanged(set, old)) return;
    const ownerChanged = controllerOf(set)?.uid !== controllerOf(old)?.uid;
    if (ownerChanged) this.enqueue(this.ownerOf(old));
    if (controllerOf(set) !== null) this.enqueue(this.ownerOf(set));
    else if (ownerChanged || !jsonEqual(set.metadata.labels, old.metadata.labels)) this.enqueueMatching(set);
  }

  /** Recreate goes on when the last old pod is gone. */
  private podDeleted(pod: Pod): void {
    const owner = controllerOf(pod);
    if (owner?.kind !== 'ReplicaSet') return;
    const set = this.replicaSets.get(`${pod.metadata.namespace ?? ''}/${owner.name}`);
    const deployment = set?.metadata.uid === owner.uid ? this.ownerOf(set) : null;
    if (deployment?.spec.strategy?.type === 'Recreate') this.needs.ctx.spawn(this.afterPod(deployment), ACTOR);
  }

  private *afterPod(deployment: Deployment): Task<void> {
    yield* compute(this.needs.ctx, `deployment/${keyOf(deployment)}`);
    const query = `labelSelector=${queryEscape(selectorText(selectorOf(deployment.spec.selector)))}`;
    const found = yield* this.api.list<ReplicaSet>(REPLICA_SETS, deployment.metadata.namespace ?? '', { query });
    if (!found.ok) return;
    const own = found.body.items.filter((set) => controllerOf(set)?.uid === deployment.metadata.uid);
    if (own.every((set) => this.podsOf(set).length === 0)) this.queue.add(keyOf(deployment));
  }

  /** The Deployment that controls it, as far as it is known. */
  private ownerOf(set: KubeObject): Deployment | null {
    const owner = controllerOf(set);
    if (owner?.kind !== 'Deployment') return null;
    const deployment = this.deployments.get(`${set.metadata.namespace ?? ''}/${owner.name}`);
    return deployment?.metadata.uid === owner.uid ? deployment : null;
  }
  private enqueue(deployment: Deployment | null): void {
    if (deployment !== null) this.queue.add(keyOf(deployment));
  }
  private enqueueMatching(set: ReplicaSet): void {
    for (const deployment of this.deployments.byIndex('namespace', set.metadata.namespace ?? '')) {
      if (matchesSelector(selectorOf(deployment.spec.selector), set.metadata.labels ?? {})) this.queue.add(keyOf(deployment));
    }
  }

  // ---- Key -> calls

  private *sync(key: string): Task<Outcome> {
    const deployment = this.deployments.get(key);
    if (deployment === undefined) return done({ found: 'nothing' });
    const { ctx } = this.needs;
    yield* compute(ctx, `deployment/${key}`);
    const { selector } = deployment.spec;
    if (Object.keys(selector).length === 0) return yield* this.refuseAll(deployment);
    const own = this.replicaSets.byIndex(BY_CONTROLLER, byControllerUid(deployment.metadata.uid ?? ''));
    const orphans = this.replicaSets.byIndex(BY_CONTROLLER, orphansOf(deployment.metadata.namespace ?? ''));
    const owner = { object: deployment, resource: DEPLOYMENTS };
    const claims = yield* claim(this.api, owner, selectorOf(selector), [...own, ...orphans], REPLICA_SETS);
    if (!claims.ok) return retry(claims.why);
    const rollout = new Rollout(
      {
        api: this.api,
        events: this.events,
        now: () => ctx.clock(),
        replicaSet: (name) => this.replicaSets.get(name),
        podsBySet: () => new Map(claims.claimed.map((set) => [set.metadata.uid ?? '', this.podsOf(set)])),
      },
      deployment,
      claims.claimed,
    );
    try {
      yield* rollout.run();
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error;
      return error.again ? { ...retry(error.why), detail: rollout.did } : done({ ...rollout.did, why: error.why });
    }
    const { did, againAfterUs } = rollout;
    return againAfterUs === null ? done(did) : { type: 'done', detail: did, againAfterUs, idle: true };
  }

  private podsOf(set: ReplicaSet): readonly Pod[] {
    return this.pods.byIndex(BY_CONTROLLER, byControllerUid(set.metadata.uid ?? ''));
  }

  private *refuseAll(deployment: Deployment): Task<Outcome> {
    const message = 'This deployment is selecting all pods. A non-empty selector is required.';
    this.events.event(deployment, 'Warning', 'SelectingAll', message);
    const { generation = 0 } = deployment.metadata;
    if ((deployment.status?.observedGeneration ?? 0) >= generation) return done({ selects: 'all' });
    const status = { ...deployment.status, observedGeneration: generation };
    const reply = yield* this.api.update<Deployment>(DEPLOYMENTS, { ...deployment, status }, { subresource: 'status' });
    return reply.ok ? done({ selects: 'all' }) : retry(whyNot(reply));
  }
}
