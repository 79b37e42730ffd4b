// What pods request and nodes offer, as integers: cpu in thousandths, the rest in whole units.
// Models pkg/scheduler/framework types.go (Resource) and component-helpers/resource (PodRequests).
// Left out: what a resize in place adds (status.allocatedResources).
import { quantityMilli, quantityValue } from '../../../machinery/quantity';
import type { Container, Pod, PodSpec, StringMap } from '../../../machinery/types';

export interface Resources {
  cpu: number;
  memory: number;
  ephemeralStorage: number;
  /** How many pods a node takes; 0 in requests. */
  pods: number;
  /** Extended resources, huge pages and other counted things, by name. */
  readonly scalars: Map<string, number>;
}

export const noResources = (): Resources => ({ cpu: 0, memory: 0, ephemeralStorage: 0, pods: 0, scalars: new Map() });

/** What scoring counts for a container that requests none: 100m cpu, 200 MiB. */
const DEFAULT_REQUESTS: StringMap = { cpu: '100m', memory: '209715200' };

export function resourcesOf(list: StringMap | undefined): Resources {
  const total = noResources();
  for (const name in list) {
    if (name === 'cpu') total.cpu = quantityMilli(list[name]);
    else if (name === 'memory') total.memory = quantityValue(list[name]);
    else if (name === 'ephemeral-storage') total.ephemeralStorage = quantityValue(list[name]);
    else if (name === 'pods') total.pods = quantityValue(list[name]);
    else if (isScalar(name)) total.scalars.set(name, quantityValue(list[name]));
  }
  return total;
}

/** `to` becomes `to + sign * from`. */
export function addResources(to: Resources, from: Resources, sign: 1 | -1): void {
  to.cpu += sign * from.cpu;
  to.memory += sign * from.memory;
  to.ephemeralStorage += sign * from.ephemeralStorage;
  for (const [name, value] of from.scalars) to.scalars.set(name, (to.scalars.get(name) ?? 0) + sign * value);
}

export const copyResources = (of: Resources): Resources => ({ ...of, scalars: new Map(of.scalars) });

/** By the name in manifests. */
export function resourceNamed(resources: Resources, name: string): number {
  if (name === 'cpu') return resources.cpu;
  if (name === 'memory') return resources.memory;
  if (name === 'ephemeral-storage') return resources.ephemeralStorage;
  return resources.scalars.get(name) ?? 0;
}

/** Neither named `kubernetes.io/...` nor without a domain: what device plugins offer. */
export const isExtended = (name: string): boolean =>
  name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
export const isScalar = (name: string): boolean =>
  isExtended(name) || name.startsWith('hugepages-') || name.includes('kubernetes.io/') || name.startsWith('attachable-volumes-');

/** All that the pod needs at once: the sum of its containers and sidecars, or the most that starting it
 *  takes, or what is requested for the pod as a whole; and its overhead. */
export function podRequests(pod: Pod): Resources {
  return sumOfPod(pod.spec, {});
}

/** The same for scoring: containers without requests count as small ones. */
export function podRequestsForScoring(pod: Pod): Resources {
  return sumOfPod(pod.spec, DEFAULT_REQUESTS);
}

function sumOfPod(spec: PodSpec & { readonly resources?: { readonly requests?: StringMap } }, missing: StringMap): Resources {
  const requestsOf = ({ resources }: Container): Resources => resourcesOf({ ...missing, ...resources?.requests });
  const total = noResources();
  for (const container of spec.containers ?? []) addResources(total, requestsOf(container), 1);
  if (spec.initContainers) {
    const sidecars = noResources();
    const most = noResources();
    for (const container of spec.initContainers) {
      const requests = requestsOf(container);
      if (container.restartPolicy === 'Always') {
        addResources(total, requests, 1);
        addResources(sidecars, requests, 1);
        raise(most, sidecars);
      } else {
        addResources(requests, sidecars, 1);
        raise(most, requests);
      }
    }
    raise(total, most);
  }
  override(total, spec.resources?.requests);
  if (spec.overhead) addResources(total, resourcesOf(spec.overhead), 1);
  total.pods = 0;
  return total;
}

function raise(to: Resources, atLeast: Resources): void {
  to.cpu = Math.max(to.cpu, atLeast.cpu);
  to.memory = Math.max(to.memory, atLeast.memory);
  to.ephemeralStorage = Math.max(to.ephemeralStorage, atLeast.ephemeralStorage);
  for (const [name, value] of atLeast.scalars) to.scalars.set(name, Math.max(to.scalars.get(name) ?? 0, value));
}

/** Requests of the pod as a whole stand for the sum: of cpu, memory and huge pages only. */
function override(total: Resources, requests: StringMap | undefined): void {
  if (requests === undefined) return;
  const wanted = resourcesOf(requests);
  if (requests['cpu'] !== undefined) total.cpu = wanted.cpu;
  if (requests['memory'] !== undefined) total.memory = wanted.memory;
  for (const [name, value] of wanted.scalars) if (name.startsWith('hugepages-')) total.scalars.set(name, value);
}
