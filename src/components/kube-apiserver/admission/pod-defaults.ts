// Small plugins that complete a new pod or node. Model plugin/pkg/admission/{defaulttolerationseconds,
// priority,nodetaint,runtimeclass,extendedresourcetoleration} and storage/storageobjectinuseprotection.
import { type Json, type JsonObject, jsonEqual } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { forbidden } from '../../../machinery/status';
import type { Node, PodSpec, PriorityClass, Taint, Toleration } from '../../../machinery/types';
import { type Refusal, refuse } from '../refusal';
import { withMeta } from '../registry/meta';
import type { Versioned } from '../storage/versioner';
import { type AdmissionRequest, isPodCreate, type Needs, type Plugin } from './plugin';

const withSpec = (object: Versioned, change: JsonObject): Versioned => ({ ...object, spec: { ...(object.spec as JsonObject), ...change } });

// ---- DefaultTolerationSeconds
const TOLERATION_SECONDS = 300;
const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';

export function withDefaultTolerations(tolerations: readonly Toleration[]): readonly Toleration[] {
  const missing = [NOT_READY, UNREACHABLE].filter(
    (taint) => !tolerations.some(({ key, effect }) => (key === taint || !key) && (effect === 'NoExecute' || !effect)),
  );
  if (missing.length === 0) return tolerations;
  return [
    ...tolerations,
    ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: TOLERATION_SECONDS })),
  ];
}

export const defaultTolerationSeconds: Plugin = {
  name: 'DefaultTolerationSeconds',
  mutate(request, object): Versioned {
    const updates =
      request.operation === 'UPDATE' && request.info.resource === 'pods' && request.info.group === '' && request.subresource === '';
    if (!isPodCreate(request) && !updates) return object;
    const tolerations = (object.spec as unknown as PodSpec).tolerations ?? [];
    const completed = withDefaultTolerations(tolerations);
    return completed === tolerations ? object : withSpec(object, { tolerations: completed as unknown as Json });
  },
};

// ---- Priority
const CRITICAL_VALUES: { readonly [name: string]: number } = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** What the class says: its value and preemption policy, or why the pod is refused. */
export function priorityOf(
  pod: Versioned,
  classes: readonly PriorityClass[],
): { readonly name: string; readonly value: number; readonly preemptionPolicy: string } | string {
  const spec = pod.spec as unknown as PodSpec;
  const named = spec.priorityClassName ?? '';
  const found =
    named !== ''
      ? classes.find(({ metadata }) => metadata.name === named)
      : classes.filter(({ globalDefault }) => globalDefault).sort((a, b) => a.value - b.value)[0];
  if (named !== '' && found === undefined) {
    const value = CRITICAL_VALUES[named];
    if (value === undefined) return `no PriorityClass with name ${named} was found`;
    return { name: named, value, preemptionPolicy: 'PreemptLowerPriority' };
  }
  const value = found?.value ?? 0;
  const preemptionPolicy = found?.preemptionPolicy ?? 'PreemptLowerPriority';
  if (spec.priority !== undefined && spec.priority !== null && spec.priority !== value) {
    return `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`;
  }
  if (spec.preemptionPolicy && spec.preemptionPolicy !== preemptionPolicy) {
    return `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`;
  }
  return { name: found?.metadata.name ?? '', value, preemptionPolicy };
}

export const priority = (needs: Needs): Plugin => ({
  name: 'Priority',
  mutate(request, object): Versioned | Refusal {
    if (!isPodCreate(request)) return object;
    const decided = priorityOf(object, needs.cachedList('scheduling.k8s.io', 'priorityclasses', '') as unknown as readonly PriorityClass[]);
    if (typeof decided === 'string') return refuse(forbidden(request.info, request.name, decided));
    const { name, value, preemptionPolicy } = decided;
    return withSpec(object, { ...(name === '' ? {} : { priorityClassName: name }), priority: value, preemptionPolicy });
  },
  validate(request, object): Refusal | null {
    if (request.info.resource !== 'priorityclasses' || object === null) return null;
    const problem = priorityClassProblem(
      object as unknown as PriorityClass,
      needs.cachedList('scheduling.k8s.io', 'priorityclasses', '') as unknown as readonly PriorityClass[],
    );
    return problem === null ? null : refuse(forbidden(request.info, request.name, problem));
  },
});

/** Only one class may be the default for all. */
export function priorityClassProblem(wanted: PriorityClass, existing: readonly PriorityClass[]): string | null {
  if (wanted.globalDefault !== true) return null;
  const other = existing.find(({ globalDefault, metadata }) => globalDefault === true && metadata.name !== wanted.metadata.name);
  return other === undefined ? null : `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`;
}

// ---- TaintNodesByCondition
export function withNotReadyTaint(object: Versioned): Versioned {
  const { taints = [] } = (object.spec ?? {}) as Node['spec'];
  if (taints.some(({ key, effect }) => key === NOT_READY && effect === 'NoSchedule')) return object;
  const taint: Taint = { key: NOT_READY, effect: 'NoSchedule' };
  return { ...object, spec: { ...((object.spec ?? {}) as JsonObject), taints: [...taints, taint] as unknown as Json } };
}

export const taintNodesByCondition: Plugin = {
  name: 'TaintNodesByCondition',
  mutate: ({ operation, info, subresource }, object) =>
    operation === 'CREATE' && info.group === '' && info.resource === 'nodes' && subresource === '' ? withNotReadyTaint(object) : object,
};

// ---- StorageObjectInUseProtection
const PROTECTION: { readonly [resource: string]: string } = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
  volumeattributesclasses: 'kubernetes.io/vac-protection',
};

export const storageObjectInUseProtection: Plugin = {
  name: 'StorageObjectInUseProtection',
  mutate({ operation, info, subresource }: AdmissionRequest, object): Versioned {
    const finalizer = PROTECTION[info.resource];
    if (operation !== 'CREATE' || subresource !== '' || finalizer === undefined) return object;
    const { finalizers = [] } = object.metadata;
    return finalizers.includes(finalizer) ? object : withMeta(object, { finalizers: [...finalizers, finalizer] });
  },
};

// ---- RuntimeClass
export function withRuntimeClass(object: Versioned, runtimeClass: Versioned): Versioned | string {
  const { scheduling, overhead } = runtimeClass as unknown as {
    readonly scheduling?: { readonly nodeSelector?: { readonly [key: string]: string }; readonly tolerations?: readonly Toleration[] };
    readonly overhead?: { readonly podFixed: JsonObject };
  };
  const spec = (object.spec ?? {}) as unknown as PodSpec;
  let next = object;
  for (const [key, value] of Object.entries(scheduling?.nodeSelector ?? {})) {
    const own = spec.nodeSelector?.[key];
    if (own !== undefined && own !== value)
      return `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
  }
  if (scheduling?.nodeSelector !== undefined) next = withSpec(next, { nodeSelector: { ...spec.nodeSelector, ...scheduling.nodeSelector } });
  const extra = (scheduling?.tolerations ?? []).filter(
    (wanted) => !(spec.tolerations ?? []).some((own) => JSON.stringify(own) === JSON.stringify(wanted)),
  );
  if (extra.length > 0) next = withSpec(next, { tolerations: [...(spec.tolerations ?? []), ...extra] as unknown as Json });
  return overhead === undefined ? next : withSpec(next, { overhead: overhead.podFixed });
}

export const runtimeClass = (needs: Needs): Plugin => ({
  name: 'RuntimeClass',
  mutate(request, object): Versioned | Refusal {
    const name = (object.spec as unknown as PodSpec | undefined)?.runtimeClassName;
    if (!isPodCreate(request) || !name) return object;
    const found = needs.cached('node.k8s.io', 'runtimeclasses', '', name);
    if (found === null) return refuse(forbidden(request.info, request.name, `pod rejected: RuntimeClass "${name}" not found`));
    const next = withRuntimeClass(object, found);
    return typeof next === 'string' ? refuse(forbidden(request.info, request.name, `pod rejected: ${next}`)) : next;
  },
});

// ---- ExtendedResourceToleration, which is off unless asked for
export function withExtendedResourceTolerations(object: Versioned): Versioned {
  const { containers = [], initContainers = [], tolerations = [] } = (object.spec ?? {}) as unknown as Partial<PodSpec>;
  const named = [...containers, ...initContainers].flatMap(({ resources }) =>
    Object.keys({ ...resources?.requests, ...resources?.limits }),
  );
  const wanted = [...new Set(named.filter(isExtendedResource))].sort(compareBytes);
  const missing = wanted
    .map((key): Toleration => ({ key, operator: 'Exists', effect: 'NoSchedule' }))
    .filter((toleration) => !tolerations.some((own) => jsonEqual(own as unknown as Json, toleration as unknown as Json)));
  return missing.length === 0 ? object : withSpec(object, { tolerations: [...tolerations, ...missing] as unknown as Json });
}

const isExtendedResource = (name: string): boolean =>
  name.includes('/') && !/(^|\.)kubernetes\.io\//.test(name) && !name.startsWith('requests.');

export const extendedResourceToleration: Plugin = {
  name: 'ExtendedResourceToleration',
  mutate: (request, object) => (isPodCreate(request) ? withExtendedResourceTolerations(object) : object),
};
