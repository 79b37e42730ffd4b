// What selects a pod from outside: its Services and its controller. Models plugins/helper/spread.go.
import { controllerOf } from '../../../machinery/object';
import { containsLabels, type Requirement, type Selector, selectorOf, selectorOfMap } from '../../../machinery/selector';
import type { LabelSelector, Pod, Service, StringMap } from '../../../machinery/types';

export interface Owners {
  services(namespace: string): Iterable<Service>;
  /** spec.selector of a ReplicaSet, StatefulSet (a LabelSelector) or ReplicationController (a map). */
  selectorOfController(kind: string, namespace: string, name: string): LabelSelector | StringMap | undefined;
}

/** Null if nothing selects it. */
export function defaultSelector(pod: Pod, owners: Owners): Selector | null {
  const { namespace = '', labels = {} } = pod.metadata;
  let wanted: StringMap = {};
  for (const { spec } of owners.services(namespace)) {
    if (spec.selector && Object.keys(spec.selector).length > 0 && containsLabels(labels, spec.selector))
      wanted = { ...wanted, ...spec.selector };
  }
  let more: readonly Requirement[] = [];
  const controller = controllerOf(pod);
  const selector = controller && owners.selectorOfController(controller.kind, namespace, controller.name);
  if (selector) {
    if (controller.kind === 'ReplicationController') wanted = { ...wanted, ...(selector as StringMap) };
    else more = selectorOf(selector as LabelSelector).requirements;
  }
  const requirements = [...selectorOfMap(wanted).requirements, ...more];
  return requirements.length === 0 ? null : { nothing: false, requirements };
}
