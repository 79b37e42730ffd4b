// The few fields of a body that say most: shown first, everything else on demand.
import { isObject, type Json, type JsonObject } from '../base/json';

export interface Field {
  readonly name: string;
  readonly value: string;
}

const MOST = 3;
const LONGEST = 120;

/** Paths worth showing, by kind; `*` is the first element of a list. */
const BY_KIND: { readonly [kind: string]: readonly string[] } = {
  Deployment: ['spec.replicas', 'spec.template.spec.containers.*.image', 'status.readyReplicas'],
  ReplicaSet: ['spec.replicas', 'spec.template.spec.containers.*.image', 'status.readyReplicas'],
  DaemonSet: ['spec.template.spec.containers.*.image', 'status.desiredNumberScheduled', 'status.numberReady'],
  Pod: ['spec.nodeName', 'status.phase', 'status.podIP', 'spec.containers.*.image'],
  Binding: ['target.name'],
  Service: ['spec.type', 'spec.clusterIP', 'spec.ports.*.port'],
  EndpointSlice: ['endpoints.*.addresses', 'endpoints.*.conditions.ready'],
  Node: ['spec.podCIDR', 'spec.taints', 'status.nodeInfo.kubeletVersion'],
  Lease: ['spec.holderIdentity', 'spec.renewTime', 'spec.leaseDurationSeconds'],
  Event: ['reason', 'message', 'regarding.name'],
  Status: ['code', 'reason', 'message'],
  Scale: ['spec.replicas', 'status.replicas'],
  TokenRequest: ['spec.audiences', 'spec.expirationSeconds'],
};

/** At most three fields. An object of the API begins with what it is. */
export function importantFields(body: Json | undefined): readonly Field[] {
  if (!isObject(body)) return [];
  const { kind, metadata } = body;
  if (typeof kind !== 'string') return leaves(body).slice(0, MOST);
  const known = (BY_KIND[kind] ?? []).flatMap((path) => fieldAt(body, path));
  const name = isObject(metadata) && typeof metadata.name === 'string' ? metadata.name : null;
  const namespace = isObject(metadata) && typeof metadata.namespace === 'string' ? `${metadata.namespace}/` : '';
  const what = name === null ? [] : [{ name: kind, value: `${namespace}${name}` }];
  const rest = isObject(body.status) ? leaves({ status: body.status }) : isObject(body.spec) ? leaves({ spec: body.spec }) : [];
  return [...what, ...(known.length > 0 ? known : rest)].slice(0, MOST);
}

function fieldAt(body: JsonObject, path: string): Field[] {
  let value: Json | undefined = body;
  for (const part of path.split('.')) {
    if (part === '*') value = Array.isArray(value) ? (value[0] as Json | undefined) : undefined;
    else value = isObject(value) ? value[part] : undefined;
  }
  return value === undefined ? [] : [{ name: path.replace('.*', ''), value: textOf(value) }];
}

/** The first scalars, in the order in which they stand. */
function leaves(body: JsonObject): Field[] {
  const found: Field[] = [];
  const look = (value: Json | undefined, path: string): void => {
    if (found.length >= MOST || value === undefined) return;
    if (Array.isArray(value)) look(value[0] as Json | undefined, path);
    else if (isObject(value)) for (const [key, item] of Object.entries(value)) look(item, path === '' ? key : `${path}.${key}`);
    else found.push({ name: path, value: textOf(value) });
  };
  look(body, '');
  return found;
}

/** A value on one line. */
export function textOf(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
