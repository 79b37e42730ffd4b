// How one kind differs from the others when it is created, changed and deleted.
// Models apiserver pkg/registry/rest strategies; each kind's is in pkg/registry/<group>/<resource>/strategy.go.
import { type Json, type JsonObject, jsonEqual } from '../../../base/json';
import type { ResourceInfo } from '../../../machinery/resources';
import type { Versioned } from '../storage/versioner';
import { withField, withMeta } from './meta';
import { daemonSetStrategy } from './strategies/daemon-set';
import { jobStrategy } from './strategies/job';
import { namespaceStrategy } from './strategies/namespace';
import { podStrategy } from './strategies/pod';
import { serviceStrategy } from './strategies/service';

type Change = (next: Versioned, old: Versioned) => Versioned;

export interface Strategy {
  /** Called with metadata filled in. */
  readonly create?: (object: Versioned) => Versioned;
  /** Called with server-owned metadata and the status already taken from `old`. */
  readonly update?: Change;
  /** Of subresources that are the object with only some members to change. */
  readonly views?: { readonly [subresource: string]: Change };
  /** Seconds that an object has to end by itself when it is deleted; absent: none, it goes at once. */
  readonly grace?: (object: Versioned, wanted: number | null) => number;
  /** Seconds until etcd forgets the object. */
  readonly ttlSeconds?: number;
  /** The status of a new object; absent: what the client sent is kept. */
  readonly newStatus?: JsonObject;
}

/** Kinds that count changes of their spec in metadata.generation (real-api.json, real-etcd-values.json). */
const COUNTED = new Set([
  'pods',
  'replicationcontrollers',
  'deployments',
  'replicasets',
  'daemonsets',
  'statefulsets',
  'cronjobs',
  'jobs',
  'endpointslices',
  'flowschemas',
  'prioritylevelconfigurations',
  'ingresses',
  'ingressclasses',
  'networkpolicies',
  'poddisruptionbudgets',
  'priorityclasses',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'customresourcedefinitions',
]);
/** Also counts changes of annotations, which the deployment controller must observe. */
const COUNTS_ANNOTATIONS = 'deployments';

const DAEMON_SET_STATUS = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
const BUDGET_STATUS = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
const EVENT_TTL_SECONDS = 3_600;

const STRATEGIES: { readonly [groupResource: string]: Strategy } = {
  '/pods': podStrategy,
  '/namespaces': namespaceStrategy,
  'batch/jobs': { newStatus: {}, ...jobStrategy },
  '/events': { ttlSeconds: EVENT_TTL_SECONDS },
  'events.k8s.io/events': { ttlSeconds: EVENT_TTL_SECONDS },
  '/nodes': {},
  '/services': serviceStrategy,
  '/replicationcontrollers': { newStatus: { replicas: 0 } },
  '/persistentvolumes': {
    create: (volume) => withField(volume, 'status', { phase: 'Pending', lastPhaseTransitionTime: volume.metadata.creationTimestamp }),
  },
  '/persistentvolumeclaims': { newStatus: { phase: 'Pending' } },
  'apps/replicasets': { newStatus: { replicas: 0 } },
  'apps/statefulsets': { newStatus: { replicas: 0, availableReplicas: 0 } },
  'apps/daemonsets': { newStatus: DAEMON_SET_STATUS, ...daemonSetStrategy },
  'policy/poddisruptionbudgets': { newStatus: BUDGET_STATUS },
  'networking.k8s.io/ingresses': { newStatus: { loadBalancer: {} } },
  'autoscaling/horizontalpodautoscalers': { newStatus: { desiredReplicas: 0, currentMetrics: null } },
};
const PLAIN: Strategy = {};
const WITH_STATUS: Strategy = { newStatus: {} };

export const hasStatus = (info: ResourceInfo): boolean => info.subresources.some(({ name }) => name === 'status');

export const strategyOf = (info: ResourceInfo): Strategy =>
  STRATEGIES[`${info.group}/${info.resource}`] ?? (hasStatus(info) ? WITH_STATUS : PLAIN);

export function prepareForCreate(info: ResourceInfo, object: Versioned): Versioned {
  const strategy = strategyOf(info);
  let next = object;
  if (strategy.newStatus !== undefined) next = withField(next, 'status', strategy.newStatus);
  if (COUNTED.has(info.resource)) next = withMeta(next, { generation: 1 });
  return strategy.create?.(next) ?? next;
}

/** What a client may change by this subresource (''  is the object itself) and how that is counted. */
export function prepareForUpdate(info: ResourceInfo, subresource: string, given: Versioned, old: Versioned): Versioned {
  if (subresource === 'binding') return given;
  if (subresource === 'status') return prepareForStatus(info, given, old);
  const { update, views } = strategyOf(info);
  let next = hasStatus(info) ? withField(given, 'status', old.status) : given;
  next = (views?.[subresource] ?? update)?.(next, old) ?? next;
  return COUNTED.has(info.resource) && old.metadata.generation !== undefined && changed(info, next, old)
    ? withMeta(next, { generation: old.metadata.generation + 1 })
    : next;
}

/** Everything but status (and most metadata) stays as it was. */
function prepareForStatus(info: ResourceInfo, given: Versioned, old: Versioned): Versioned {
  let next = given;
  for (const field of new Set([...Object.keys(given), ...Object.keys(old)])) {
    if (field !== 'status' && field !== 'metadata') next = withField(next, field, old[field]);
  }
  const { labels } = old.metadata;
  if (info.resource === 'deployments' || info.resource === 'statefulsets') next = withMeta(next, { labels: labels as Json | undefined });
  return strategyOf(info).views?.status?.(next, old) ?? next;
}

function changed(info: ResourceInfo, next: Versioned, old: Versioned): boolean {
  const { metadata: nextMeta, status: _a, ...nextRest } = next;
  const { metadata: oldMeta, status: _b, ...oldRest } = old;
  if (info.resource === COUNTS_ANNOTATIONS && !jsonEqual((nextMeta.annotations ?? {}) as Json, (oldMeta.annotations ?? {}) as Json))
    return true;
  return !jsonEqual(nextRest, oldRest);
}
