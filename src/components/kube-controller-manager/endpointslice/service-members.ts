// Which pods a Service means, which Services a changed pod is part of, and since when: what the two endpoint
// controllers share. Models kubernetes staging/src/k8s.io/endpointslice/util: controller_utils.go,
// trigger_time_tracker.go.
import { type Json, jsonEqual } from '../../../base/json';
import { type Informer, keyOf } from '../../../client/informer';
import type { WorkQueue } from '../../../client/work-queue';
import { containsLabels } from '../../../machinery/selector';
import type { KubeObject, Pod, Service, ServicePort } from '../../../machinery/types';
import { unchanged } from '../controller';
import { isPodReady, isPodTerminal, podCondition } from '../pods';
import { remembered } from './remembered';

/** Files a pod under each of its labels. */
export const labelIndex = ({ metadata: { namespace = '', labels = {} } }: KubeObject): readonly string[] =>
  Object.entries(labels).map(([name, value]) => labelKey(namespace, name, value));
export const BY_LABEL = 'label';
const labelKey = (namespace: string, name: string, value: string): string => `${namespace}/${name}=${value}`;

/** Its pods, in the order in which they came; `pods` has the index BY_LABEL. An empty selector means all. */
export function podsOf(pods: Informer<Pod>, { metadata: { namespace = '' }, spec: { selector = {} } }: Service): readonly Pod[] {
  const [first, ...more] = Object.entries(selector);
  if (first === undefined) return pods.byIndex('namespace', namespace);
  const labelled = pods.byIndex(BY_LABEL, labelKey(namespace, ...first));
  return more.length === 0 ? labelled : labelled.filter(({ metadata }) => containsLabels(metadata.labels, selector));
}

/** Keys of the Services whose endpoints a new or a gone pod changes. */
function servicesOf(services: Informer<Service>, pod: Pod): readonly string[] {
  return services
    .byIndex('namespace', pod.metadata.namespace ?? '')
    .filter(({ spec: { selector } }) => selector && containsLabels(pod.metadata.labels, selector))
    .map(keyOf);
}

/** The same for a changed pod: none if the change does not matter to endpoints. */
function servicesOfChange(services: Informer<Service>, old: Pod, pod: Pod): readonly string[] {
  const changed = podChanged(old, pod);
  const moved = membershipChanged(old, pod);
  if (!changed && !moved) return [];
  const now = servicesOf(services, pod);
  if (!moved) return now;
  const before = servicesOf(services, old);
  if (changed) return [...new Set([...now, ...before])];
  return [...now.filter((key) => !before.includes(key)), ...before.filter((key) => !now.includes(key))];
}

/** What changes of a Service or of its pods brings the Service into the queue. */
export function watchMembers(services: Informer<Service>, pods: Informer<Pod>, queue: WorkQueue): void {
  const addAll = (keys: readonly string[]): void => {
    for (const key of keys) queue.add(key);
  };
  services.addHandler({
    add: (service) => queue.add(keyOf(service)),
    update: (service, old) => void (unchanged(service, old) || queue.add(keyOf(service))),
    delete: (service) => queue.add(keyOf(service)),
  });
  pods.addHandler({
    add: (pod) => addAll(servicesOf(services, pod)),
    update: (pod, old) => addAll(servicesOfChange(services, old, pod)),
    delete: (pod) => addAll(servicesOf(services, pod)),
  });
}

const membershipChanged = (old: Pod, pod: Pod): boolean =>
  !jsonEqual(old.metadata.labels ?? {}, pod.metadata.labels ?? {}) ||
  old.spec.hostname !== pod.spec.hostname ||
  old.spec.subdomain !== pod.spec.subdomain;

/** Upstream compares the pointers of deletionTimestamps: those of two versions of an object that is being deleted
 *  always differ. */
const podChanged = (old: Pod, pod: Pod): boolean =>
  Boolean(old.metadata.deletionTimestamp) ||
  Boolean(pod.metadata.deletionTimestamp) ||
  isPodReady(old) !== isPodReady(pod) ||
  !jsonEqual((old.status?.podIPs ?? []) as Json, (pod.status?.podIPs ?? []) as Json);

/** Whether it has an address and still runs; one that is asked to end only counts with `terminating`. */
export const shouldBeInEndpoints = (pod: Pod, terminating: boolean): boolean =>
  !isPodTerminal(pod) && Boolean(pod.status?.podIP || pod.status?.podIPs?.length) && (terminating || !pod.metadata.deletionTimestamp);

export const shouldSetHostname = (pod: Pod, service: Service): boolean =>
  Boolean(pod.spec.hostname) && pod.spec.subdomain === service.metadata.name && pod.metadata.namespace === service.metadata.namespace;

/** The number of the pod's port that a Service's port leads to; null if the pod names none such. */
export function findPort(pod: Pod, { targetPort = 0, protocol }: ServicePort): number | null {
  if (typeof targetPort === 'number') return targetPort;
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const { ports = [] } of [...(pod.spec.containers ?? []), ...sidecars]) {
    const port = ports.find((candidate) => candidate.name === targetPort && candidate.protocol === protocol);
    if (port !== undefined) return port.containerPort;
  }
  return null;
}

/** Whether it has an address of its own (or asks for none). */
export const isServiceIpSet = ({ spec: { clusterIP } }: Service): boolean => Boolean(clusterIP) && clusterIP !== 'None';

/** When what endpoints are made of last changed: the text that goes into their annotation. */
export class TriggerTimes {
  /** Service -> its own time, and those of its pods by name. */
  private readonly states = new Map<string, { service: string; pods: Map<string, string> }>();

  /** Null if nothing changed since the last call. All times are of one form, which sorts as text. */
  next(service: Service, pods: readonly Pod[]): string | null {
    const key = keyOf(service);
    const known = this.states.get(key);
    const state = known ?? { service: '', pods: new Map<string, string>() };
    let earliest: string | null = null;
    const consider = (time: string, before: string | undefined): void => {
      if (time > (before ?? '') && (earliest === null || time < earliest)) earliest = time;
    };
    let count = 0;
    for (const pod of pods) {
      const time = readyChange(pod);
      if (time === null) continue;
      count++;
      const before = state.pods.get(pod.metadata.name);
      if (time === before) continue;
      consider(time, before);
      state.pods.set(pod.metadata.name, time);
    }
    if (count < state.pods.size) state.pods = new Map(pods.flatMap((pod) => named(pod)));
    const created = service.metadata.creationTimestamp ?? '';
    consider(created, state.service);
    state.service = created;
    this.states.set(key, state);
    return known === undefined ? created : earliest;
  }

  forget(key: string): void {
    this.states.delete(key);
  }
}

const readyChange = remembered((pod: Pod): string | null => podCondition(pod, 'Ready')?.lastTransitionTime ?? null);

function named(pod: Pod): [string, string][] {
  const time = readyChange(pod);
  return time === null ? [] : [[pod.metadata.name, time]];
}
