// Quality of service: how a node treats a pod when it runs short. Models pkg/apis/core/v1/helper/qos (ComputePodQOS).
import { quantityMilli } from './quantity';
import type { PodSpec, StringMap } from './types';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';
type Resources = { readonly requests?: StringMap; readonly limits?: StringMap };

/** Ephemeral containers do not count; what a pod as a whole asks for counts instead of its containers. */
export function qosClass(spec: PodSpec): QosClass {
  const whole = (spec as { readonly resources?: Resources }).resources;
  const all = whole === undefined ? [...spec.containers, ...(spec.initContainers ?? [])].map(({ resources }) => resources ?? {}) : [whole];
  let anything = false;
  let guaranteed = true;
  for (const { requests = {}, limits = {} } of all) {
    for (const resource of ['cpu', 'memory']) {
      const limit = quantityMilli(limits[resource]);
      const request = requests[resource] === undefined ? limit : quantityMilli(requests[resource]);
      if (request > 0 || limit > 0) anything = true;
      if (limit === 0 || request !== limit) guaranteed = false;
    }
  }
  if (!anything) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
