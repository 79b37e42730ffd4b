// Empties namespaces that are to be deleted and lets them go.
// Models kubernetes pkg/controller/namespace/namespace_controller.go, deletion/namespaced_resources_deleter.go.
import { SECOND } from '../../../base/brand';
import type { ApiClient, Reply } from '../../../client/api-client';
import { done, type Outcome, retry, runWorkers } from '../../../client/controller';
import type { Informer } from '../../../client/informer';
import { WorkQueue } from '../../../client/work-queue';
import type { Namespace } from '../../../machinery/types';
import type { Interior } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { type Controller, type Needs, whyNot } from '../controller';
import { compute } from '../pace';
import { NAMESPACES } from '../refs';
import { stamped, troubles, updatedConditions } from './conditions';
import { emptyNamespace } from './content';

const ACTOR = 'namespace-controller';
const WORKERS = 10; // --concurrent-namespace-syncs
const GRACE_US = 5 * SECOND; // for what other controllers of other servers still write into it
const FINALIZER = 'kubernetes';
const MAX_CONFLICTS = 10;
/** So many looks at what does not go are work; later ones do not keep a run awake. */
const PATIENT_LOOKS = 8;

export class NamespaceController implements Controller {
  private readonly api: ApiClient;
  private readonly namespaces: Informer<Namespace>;
  private readonly queue: WorkQueue;
  private readonly looks = new Map<string, number>();

  constructor(private readonly needs: Needs) {
    this.api = needs.client(ACTOR);
    this.queue = new WorkQueue(needs.ctx, 'namespace');
    const enqueue = ({ metadata }: Namespace): void => {
      if (metadata.deletionTimestamp) this.queue.addAfter(metadata.name, GRACE_US, { idle: this.isPatient(metadata.name) });
    };
    this.namespaces = needs.informers.of<Namespace>(NAMESPACES);
    this.namespaces.addHandler({
      add: enqueue,
      update: enqueue,
      delete: ({ metadata }) => this.looks.delete(metadata.name),
    });
  }

  start(): void {
    runWorkers(this.needs.ctx, this.queue, (name) => this.sync(name), {
      workers: WORKERS,
      actor: ACTOR,
      maxRetries: Number.POSITIVE_INFINITY,
    });
  }
  inspect(): Interior {
    return this.queue.inspect();
  }

  private isPatient(name: string): boolean {
    return (this.looks.get(name) ?? 0) > PATIENT_LOOKS;
  }

  private *sync(name: string): Task<Outcome> {
    const { ctx } = this.needs;
    if (this.namespaces.get(name) === undefined) return done({ found: 'nothing' });
    yield* compute(ctx, `namespace/${name}`);
    const found = yield* this.api.get<Namespace>(NAMESPACES, { namespace: null, name });
    if (found.status === 404) return done({ found: 'nothing' });
    if (!found.ok) return retry(whyNot(found));
    let namespace = found.body;
    if (!namespace.metadata.deletionTimestamp) return done({ found: 'not deleted' });
    if (namespace.status?.phase !== 'Terminating') {
      const status = { ...namespace.status, phase: 'Terminating' };
      const reply = yield* this.api.update<Namespace>(NAMESPACES, { ...namespace, status }, { subresource: 'status' });
      if (!reply.ok) return retry(whyNot(reply));
      namespace = reply.body;
    }
    if ((namespace.spec?.finalizers ?? []).length === 0) return done({ found: 'finalized' });
    this.looks.set(name, (this.looks.get(name) ?? 0) + 1);
    const { findings, estimate } = yield* emptyNamespace(this.api, namespace, () => ctx.clock());
    const told = troubles(findings).map((news) => stamped(news, ctx.clock()));
    const conditions = updatedConditions(namespace.status?.conditions ?? [], told, ctx.clock());
    if (conditions !== null) {
      const status = { ...namespace.status, conditions };
      yield* this.api.update<Namespace>(NAMESPACES, { ...namespace, status }, { subresource: 'status' });
    }
    const [error] = findings.errors;
    if (error !== undefined) return retry(error);
    if (findings.discovery !== undefined) return retry(findings.discovery);
    if (estimate > 0) {
      const againAfterUs = (Math.floor(estimate / 2) + 1) * SECOND;
      return { type: 'done', detail: { estimate }, againAfterUs, idle: this.isPatient(name) };
    }
    const finalized = yield* this.finalize(namespace);
    return finalized.ok || finalized.status === 404 ? done({ finalized: true }) : retry(whyNot(finalized));
  }

  /** Takes this controller's finalizer away. Its own report of conditions makes the first try a conflict. */
  private *finalize(namespace: Namespace): Task<Reply> {
    const { name } = namespace.metadata;
    for (let latest = namespace, tries = 1; ; tries++) {
      const { metadata, spec } = latest;
      const finalizers = (spec?.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
      const wanted: Namespace = { kind: 'Namespace', apiVersion: 'v1', metadata, spec: { ...spec, finalizers }, status: {} };
      const reply = yield* this.api.update<Namespace>(NAMESPACES, wanted, { subresource: 'finalize' });
      if (reply.ok || reply.status !== 409 || tries === MAX_CONFLICTS) return reply as Reply;
      const found = yield* this.api.get<Namespace>(NAMESPACES, { namespace: null, name });
      if (!found.ok) return found;
      if (found.body.metadata.uid !== metadata.uid) return reply as Reply;
      latest = found.body;
    }
  }
}
