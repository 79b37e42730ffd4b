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
const WANTED = ['default'];

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
    const missing = missingAccounts(namespace, WANTED, (name) => this.accounts.get(`${key}/${name}`) !== undefined);
    for (const name of missing) {
      yield* compute(this.needs.ctx, `service-account/${key}/${name}`);
      const wanted: ServiceAccount = { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name, namespace: key } };
      const reply = yield* this.api.create(SERVICE_ACCOUNTS, { namespace: key, name }, wanted);
      if (!reply.ok && reply.status !== 409 && !isGone(reply)) return retry(whyNot(reply));
    }
    return done({ created: missing });
  }
}

/** Names of the accounts to make in a namespace; none in one that is gone or goes. */
export const missingAccounts = (
  namespace: Namespace | undefined,
  wanted: readonly string[],
  isThere: (name: string) => boolean,
): readonly string[] => (namespace !== undefined && isActive(namespace) ? wanted.filter((name) => !isThere(name)) : []);
