// Fills the roles that are put together from others by label: admin, edit, view.
// Models kubernetes pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go.
import { type Json, jsonEqual } from '../../../base/json';
import type { ApiClient } from '../../../client/api-client';
import { done, type Outcome, retry, runWorkers } from '../../../client/controller';
import type { Informer } from '../../../client/informer';
import { WorkQueue } from '../../../client/work-queue';
import { matchesSelector, selectorOf } from '../../../machinery/selector';
import type { PolicyRule, Role } from '../../../machinery/types';
import type { Interior } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { type Controller, type Needs, unchanged, whyNot } from '../controller';
import { compute } from '../pace';
import { CLUSTER_ROLES } from '../refs';

const ACTOR = 'clusterrole-aggregation-controller';
const WORKERS = 5;

export class ClusterRoleAggregationController implements Controller {
  private readonly api: ApiClient;
  private readonly roles: Informer<Role>;
  private readonly queue: WorkQueue;

  constructor(private readonly needs: Needs) {
    this.api = needs.client(ACTOR);
    this.queue = new WorkQueue(needs.ctx, 'ClusterRoleAggregator');
    this.roles = needs.informers.of<Role>(CLUSTER_ROLES).addIndex('aggregated', ({ aggregationRule }) => (aggregationRule ? [''] : []));
    this.roles.addHandler({
      add: () => this.enqueueAll(),
      update: (role, old) => void (unchanged(role, old) || this.enqueueAll()),
      delete: () => this.enqueueAll(),
    });
  }

  start(): void {
    runWorkers(this.needs.ctx, this.queue, (name) => this.sync(name), { workers: WORKERS, actor: ACTOR });
  }
  inspect(): Interior {
    return this.queue.inspect();
  }

  /** There are few, and any role may be part of any of them. */
  private enqueueAll(): void {
    for (const role of this.roles.byIndex('aggregated', '')) this.queue.add(role.metadata.name);
  }

  private *sync(name: string): Task<Outcome> {
    yield* compute(this.needs.ctx, `aggregate/${name}`);
    const role = this.roles.get(name);
    if (!role?.aggregationRule) return done({ found: role === undefined ? 'nothing' : 'not aggregated' });
    const rules = aggregatedRules(role, this.roles.list());
    if (jsonEqual(rules as unknown as Json, (role.rules ?? []) as unknown as Json)) return done({ rules: rules.length });
    const wanted = { kind: 'ClusterRole', apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name }, rules };
    const query = `fieldManager=${ACTOR}&force=true`;
    const reply = yield* this.api.patch(CLUSTER_ROLES, { namespace: null, name }, 'apply', wanted as unknown as Json, { query });
    return reply.ok ? done({ rules: rules.length, applied: true }) : retry(whyNot(reply));
  }
}

/** The rules of all roles that the aggregation rule selects, each once, in the order of selectors and of names.
 *  `roles` are in the order of their names. */
export function aggregatedRules(role: Role, roles: readonly Role[]): readonly PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const labels of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const selector = selectorOf(labels);
    for (const other of roles) {
      if (other.metadata.name === role.metadata.name || !matchesSelector(selector, other.metadata.labels)) continue;
      for (const rule of other.rules ?? []) {
        if (!rules.some((known) => jsonEqual(known as unknown as Json, rule as unknown as Json))) rules.push(rule);
      }
    }
  }
  return rules;
}
