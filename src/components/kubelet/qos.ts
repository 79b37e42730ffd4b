// A pod's quality of service from its requests and limits. Models kubernetes pkg/apis/core/v1/helper/qos.
import { quantityMilli } from '../../machinery/quantity';
import type { PodSpec, StringMap } from '../../machinery/types';
import { allContainersOf } from './containers-of';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';
type Resources = { readonly requests?: StringMap; readonly limits?: StringMap };

export function qosClass(spec: PodSpec): QosClass {
  const podLevel = (spec as { readonly resources?: Resources }).resources;
  const all: readonly Resources[] = podLevel === undefined ? allContainersOf(spec).map(({ resources }) => resources ?? {}) : [podLevel];
  let anything = false;
  let guaranteed = true;
  for (const { requests = {}, limits = {} } of all) {
    for (const resource of ['cpu', 'memory']) {
      const request = quantityMilli(requests[resource]);
      const limit = quantityMilli(limits[resource]);
      if (request > 0 || limit > 0) anything = true;
      if (limit === 0 || (request > 0 && request !== limit)) guaranteed = false;
    }
  }
  if (!anything) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
