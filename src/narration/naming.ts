// What people call the things that records name.
import { isObject, type Json, type JsonObject } from '../base/json';
import { findResource } from '../machinery/resources';
import type { Subject } from '../trace/subject';
import { binaryOf, type ComponentId, nodeOf } from '../wire/names';

/** Actors that are plumbing: what speaks is the whole program. */
const PLUMBING = new Set(['shared-informers', 'metadata-informers', 'leader-election']);

/** `you`, `deployment-controller`, `kubelet on node-1`, `kube-apiserver`, `Pod web-1`. */
export function speaker(id: ComponentId, actor: string | null): string {
  if (id === 'user') return 'you';
  if (binaryOf(id) === 'kube-controller-manager' && actor !== null && !PLUMBING.has(actor)) return actor;
  if (id.startsWith('pod/')) return `Pod ${id.slice(id.lastIndexOf('/') + 1)}`;
  const node = nodeOf(id);
  if (node === null) return id;
  return `${binaryOf(id)} on ${node}`;
}

/** `Pod web-1`, `the Pods in default`, `all Nodes`; `it` for nothing that has a name. */
export function naming(subject: Subject | null): string {
  if (subject === null) return 'it';
  const kind = kindOf(subject);
  if (subject.name !== null)
    return subject.container === null ? `${kind} ${subject.name}` : `container ${subject.container} of ${kind} ${subject.name}`;
  return subject.namespace === null ? `all ${plural(kind)}` : `the ${plural(kind)} in ${subject.namespace}`;
}

export const kindOf = ({ kind, resource }: Subject): string =>
  kind || (findResource('', null, resource)?.kind ?? resource.replace(/s$/, ''));

/** `Pods`, `EndpointSlices`, `NetworkPolicies`, `Ingresses`. */
export function plural(kind: string): string {
  if (/(s|x|ch)$/.test(kind)) return kind === 'Endpoints' ? kind : `${kind}es`;
  return /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}

export const count = (n: number, noun: string): string => `${n} ${n === 1 ? noun : plural(noun)}`;

/** `a Pod`, `an EndpointSlice`. */
export const oneOf = (kind: string): string => `${/^[AEIO]/.test(kind) ? 'an' : 'a'} ${kind}`;

/** A member deep inside a value; undefined where there is none. */
export const field = (value: Json | undefined, ...path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((at, name) => (isObject(at) ? at[name] : undefined), value);

/** The condition of that type in an object's status. */
export function conditionOf(object: Json | undefined, type: string): JsonObject | null {
  const conditions = field(object, 'status', 'conditions');
  if (!Array.isArray(conditions)) return null;
  return (conditions as readonly Json[]).filter(isObject).find((condition) => condition.type === type) ?? null;
}
