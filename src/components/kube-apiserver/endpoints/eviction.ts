// Eviction: deletion of a pod as far as its disruption budget allows. Models pkg/registry/core/pod/storage/eviction.go.
// Left out: it reads and writes the budget by requests of its own to itself, here within the same one.
import { isObject, type JsonObject } from '../../../base/json';
import { matchesSelector, selectorOf } from '../../../machinery/selector';
import { badRequest, forbidden, plainError, type Status, tooManyRequests } from '../../../machinery/status';
import { rfc3339 } from '../../../machinery/time';
import type { Condition, LabelSelector, PodStatus } from '../../../machinery/types';
import type { Ctx } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import type { HttpRequest } from '../../../wire/payload';
import type { Lookups } from '../lookups';
import { Refusal, refuse } from '../refusal';
import { withPodCondition } from '../registry/conditions';
import { type DeleteOptions, preconditionsOf } from '../registry/deletion';
import { withField } from '../registry/meta';
import type { Call, Store } from '../registry/store';
import type { RequestInfo } from '../request-info';
import type { Versioned } from '../storage/versioner';
import { decodeBody, type Kind } from './decoding';
import type { Reader } from './read';
import { type Answered, readingOf } from './write';

const EVICTION: Kind = { group: 'policy', version: 'v1', kind: 'Eviction' };
const BUDGET = { group: 'policy', resource: 'poddisruptionbudget' };
const CREATED: JsonObject = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
const DISRUPTED: Condition = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'EvictionByEvictionAPI',
  message: 'Eviction API: evicting',
};
const MAX_DISRUPTED = 2_000;
const RETRY_SECONDS = 10;

interface Parts {
  readonly ctx: Ctx;
  readonly store: Store;
  readonly reader: Reader;
  readonly lookups: Lookups;
}
interface BudgetStatus {
  readonly observedGeneration?: number;
  readonly disruptionsAllowed?: number;
  readonly currentHealthy?: number;
  readonly desiredHealthy?: number;
  readonly disruptedPods?: JsonObject;
  readonly conditions?: readonly Condition[];
}
const statusOf = (budget: Versioned): BudgetStatus => (budget.status ?? {}) as BudgetStatus;

export function* evict(parts: Parts, request: HttpRequest, { query }: RequestInfo, call: Call): Task<Answered | Refusal> {
  const { info, namespace, name } = call;
  const eviction = decodeBody(request, EVICTION, readingOf(query, call.warnings));
  if (eviction instanceof Refusal) return eviction;
  if (eviction.metadata.name !== name) return refuse(badRequest('name in URL does not match name in Eviction object'));
  const given: DeleteOptions = isObject(eviction.deleteOptions) ? eviction.deleteOptions : {};
  const asked: Call = given.dryRun?.includes('All') ? { ...call, dryRun: true } : call;
  const pod = yield* parts.reader.object(info, namespace, name);
  if (pod instanceof Refusal) return pod;
  const { phase } = (pod.status ?? {}) as PodStatus;
  const ended = phase === 'Succeeded' || phase === 'Failed' || pod.metadata.deletionTimestamp !== undefined;
  if (ended || phase === 'Pending') {
    const deleted = yield* parts.store.delete({ ...asked, subresource: '' }, ended ? given : pinned(given, pod));
    return deleted instanceof Refusal ? deleted : { code: 201, body: CREATED };
  }
  const permitted = yield* allowed(parts, asked, pod);
  if (permitted instanceof Refusal) return permitted;
  const refused = yield* disrupt(parts, asked, permitted === 'unhealthy' ? pinned(given, pod) : given);
  return refused ?? { code: 201, body: CREATED };
}

/** The pod may not have changed since it was judged. */
function pinned(options: DeleteOptions, pod: Versioned): DeleteOptions {
  const { resourceVersion } = pod.metadata;
  if (options.preconditions?.resourceVersion !== undefined || resourceVersion === undefined) return options;
  return { ...options, preconditions: { ...options.preconditions, resourceVersion } };
}

/** Takes one disruption from the pod's budget, if it has one and the pod counts as healthy in it. */
function* allowed(parts: Parts, call: Call, pod: Versioned): Task<'healthy' | 'unhealthy' | Refusal> {
  const { lookups, store } = parts;
  const budgets = lookups.cachedList('policy', 'poddisruptionbudgets', call.namespace).filter((budget) => covers(budget, pod));
  const [budget, second] = budgets;
  if (budget === undefined) return 'healthy';
  if (second !== undefined) return refuse(plainError(TWO_BUDGETS));
  const { currentHealthy = 0, desiredHealthy = 0 } = statusOf(budget);
  const { unhealthyPodEvictionPolicy } = budget.spec as { readonly unhealthyPodEvictionPolicy?: string };
  if (!isReady(pod) && (unhealthyPodEvictionPolicy === 'AlwaysAllow' || (currentHealthy >= desiredHealthy && desiredHealthy > 0)))
    return 'unhealthy';
  const budgetCall: Call = {
    ...call,
    info: lookups.resource('policy', 'poddisruptionbudgets'),
    subresource: 'status',
    name: budget.metadata.name,
  };
  const updated = yield* store.update(budgetCall, (current) => decremented(current, pod.metadata.name, parts.ctx));
  return updated instanceof Refusal ? updated : 'healthy';
}

const TWO_BUDGETS = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';

const covers = ({ spec }: Versioned, { metadata }: Versioned): boolean =>
  matchesSelector(selectorOf((spec as { readonly selector?: LabelSelector }).selector), metadata.labels);
const isReady = ({ status }: Versioned): boolean =>
  ((status as PodStatus | undefined)?.conditions ?? []).some((condition) => condition.type === 'Ready' && condition.status === 'True');

function decremented(budget: Versioned, pod: string, ctx: Ctx): Versioned | Refusal {
  const { name, generation = 0 } = budget.metadata;
  const status = statusOf(budget);
  const { observedGeneration = 0, disruptionsAllowed = 0, desiredHealthy = 0, currentHealthy = 0, conditions = [] } = status;
  if (observedGeneration < generation)
    return violation(`The disruption budget ${name} is still being processed by the server.`, RETRY_SECONDS);
  if (disruptionsAllowed < 0) return refuse(forbidden(BUDGET, name, 'pdb disruptions allowed is negative'));
  if (Object.keys(status.disruptedPods ?? {}).length > MAX_DISRUPTED)
    return refuse(forbidden(BUDGET, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller'));
  if (disruptionsAllowed === 0) {
    const failed = conditions.find(({ type, reason }) => type === 'DisruptionAllowed' && reason === 'SyncFailed');
    return violation(
      failed === undefined
        ? `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
        : `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${failed.message ?? ''}`,
      0,
    );
  }
  const next = {
    ...status,
    disruptionsAllowed: disruptionsAllowed - 1,
    disruptedPods: { ...status.disruptedPods, [pod]: rfc3339(ctx.now()) },
  };
  return withField(budget, 'status', next as unknown as JsonObject);
}

function violation(message: string, retryAfterSeconds: number): Refusal {
  const status = tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", retryAfterSeconds);
  const details = { ...status.details, causes: [{ reason: 'DisruptionBudget', message }] };
  return refuse({ ...status, details } satisfies Status);
}

/** Says on the pod why it goes, and deletes it. */
function* disrupt({ ctx, store }: Parts, call: Call, options: DeleteOptions): Task<Refusal | null> {
  let preconditions = options.preconditions;
  if (!call.dryRun) {
    const told = yield* store.update({ ...call, subresource: 'status' }, (pod) => {
      return preconditionsOf(call, options, pod) ?? withPodCondition(pod, DISRUPTED, ctx.now());
    });
    if (told instanceof Refusal) return told;
    if (preconditions?.resourceVersion !== undefined)
      preconditions = { ...preconditions, resourceVersion: told.metadata.resourceVersion ?? '' };
  }
  const deleted = yield* store.delete({ ...call, subresource: '' }, preconditions === undefined ? options : { ...options, preconditions });
  return deleted instanceof Refusal ? deleted : null;
}
