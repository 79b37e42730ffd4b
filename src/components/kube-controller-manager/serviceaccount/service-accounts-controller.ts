// Keeps a ServiceAccount named default in every namespace.
// Models kubernetes pkg/controller/serviceaccount/serviceaccounts_controller.go.
import type { ApiClient } from '../../../client/api-client';
import { done, type Outcome, retry, runWorkers } from '../../../client/controller';
import type { Informer } from '../../../client/informer';
import { WorkQueue } from '../../../client/work-queue';
import type { Namespace, ServiceAccount } from '../../../machinery/types';
import type { Interior } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { type Controller, isActive, isGone, type Needs, unchanged, whyNot } from '../controller';
import { compute } from '../pace';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../refs';

const ACTOR = 'service-account-controller';
const NAME = 'default';

export class ServiceAccountsController implements Controller {
  private readonly api: ApiClient;
  private readonly namespaces: Informer<Namespace>;
  private readonly accounts: Informer<ServiceAccount>;
  private readonly queue: WorkQueue;

  constructor(private readonly needs: Needs) {
    this.api = needs.client(ACTOR);
    this.queue = new WorkQueue(needs.ctx, 'serviceaccount');
    this.namespaces = needs.informers.of<Namespace>(NAMESPACES);
    this.accounts = needs.informers.of<ServiceAccount>(SERVICE_ACCOUNTS);
    this.namespaces.addHandler({
      add: (namespace) => this.queue.add(namespace.metadata.name),
      update: (namespace, old) => void (unchanged(namespace, old) || this.queue.add(namespace.metadata.name)),
    });
    this.accounts.addHandler({ delete: ({ metadata }) => this.queue.add(metadata.namespace ?? '') });
  }

  start(): void {
    runWorkers(this.needs.ctx, this.queue, (namespace) => this.sync(namespace), { workers: 1, actor: ACTOR });
  }
  inspect(): Interior {
    return this.queue.inspect();
  }

  private *sync(key: string): Task<Outcome> {
    const namespace = this.namespaces.get(key);
    if (namespace === undefined || !isActive(namespace)) return done({ namespace: namespace === undefined ? 'gone' : 'not active' });
    if (this.accounts.get(`${key}/${NAME}`) !== undefined) return done({ found: NAME });
    yield* compute(this.needs.ctx, `service-account/${key}`);
    const wanted: ServiceAccount = { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: NAME, namespace: key } };
    const reply = yield* this.api.create(SERVICE_ACCOUNTS, { namespace: key, name: NAME }, wanted);
    return reply.ok || reply.status === 409 || isGone(reply) ? done({ found: 'nothing', created: reply.ok }) : retry(whyNot(reply));
  }
}
