// The object that a record is about, read from what was sent.
import { isObject, type Json, type JsonObject } from '../base/json';
import { findKind, parsePath } from '../machinery/resources';
import type { TraceRecord } from '../wire/record';
import type { Trace } from './trace';

export interface Subject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly subresource: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly resourceVersion: string | null;
}

const textOf = (value: Json | undefined): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** The subject of an API object as it travels. */
export function subjectOfObject(object: Json | undefined): Subject | null {
  if (!isObject(object) || !isObject(object.metadata)) return null;
  const apiVersion = textOf(object.apiVersion) ?? '';
  const kind = textOf(object.kind) ?? '';
  if (kind === '' || kind === 'Status') return null;
  const { name, namespace, resourceVersion } = object.metadata;
  return {
    apiVersion,
    kind,
    resource: findKind(apiVersion, kind)?.resource ?? kind.toLowerCase(),
    subresource: null,
    namespace: textOf(namespace),
    name: textOf(name),
    resourceVersion: textOf(resourceVersion),
  };
}

/** The subject of a record: from the path for requests and answers, from the object for deliveries, from
 *  the key for etcd, from the pod's labels for CRI. Null where it is about no one object. */
export function subjectOf(record: TraceRecord, trace: Trace): Subject | null {
  const { payload } = record;
  if (payload.kind === 'watch-delivery' && payload.protocol === 'http') return subjectOfObject(payload.object);
  const request = trace.requestOf(record)?.payload;
  if (request === undefined || request.kind !== 'request') return null;
  if (request.protocol === 'http') {
    const body = payload.protocol === 'http' && payload.kind === 'response' ? payload.body : request.body;
    return subjectOfPath(request.path, subjectOfObject(body) ?? subjectOfObject(request.body));
  }
  if (request.protocol === 'etcd') return subjectOfKey(keyOfRequest(request.body));
  return subjectOfCall(request.body);
}

function subjectOfPath(path: string, body: Subject | null): Subject | null {
  const parsed = parsePath(path);
  if (parsed === null) return null;
  const name = parsed.name ?? body?.name ?? null;
  return {
    apiVersion: parsed.group === '' ? parsed.version : `${parsed.group}/${parsed.version}`,
    kind: body?.kind ?? '',
    resource: parsed.resource,
    subresource: parsed.subresource,
    namespace: parsed.resource === 'namespaces' ? null : parsed.namespace,
    name,
    resourceVersion: body?.resourceVersion ?? null,
  };
}

/** The first key that an etcd request names. */
export function keyOfRequest(body: JsonObject): string | null {
  if (typeof body.key === 'string') return body.key;
  if (isObject(body.create_request)) return textOf(body.create_request.key);
  for (const branch of [body.success, body.failure]) {
    for (const operation of Array.isArray(branch) ? (branch as readonly Json[]) : []) {
      if (!isObject(operation)) continue;
      for (const inner of [operation.request_put, operation.request_delete_range, operation.request_range]) {
        if (isObject(inner) && typeof inner.key === 'string') return inner.key;
      }
    }
  }
  return null;
}

/** `/registry/pods/default/web-1` -> pods default web-1. */
export function subjectOfKey(key: string | null): Subject | null {
  if (key === null) return null;
  const parts = key
    .split('/')
    .filter((part) => part !== '')
    .slice(1);
  if (parts[0] === 'services') parts.splice(0, 2, parts[1] === 'endpoints' ? 'endpoints' : 'services');
  if (parts[0] === 'minions') parts[0] = 'nodes';
  if (parts[0]?.includes('.') && parts.length > 2) parts.shift();
  const [resource = '', first = null, second = null] = parts;
  return {
    apiVersion: '',
    kind: '',
    resource,
    subresource: null,
    resourceVersion: null,
    namespace: second === null ? null : first,
    name: second ?? first,
  };
}

function subjectOfCall(body: JsonObject): Subject | null {
  for (const config of [body.config, body.sandboxConfig]) {
    if (!isObject(config) || !isObject(config.metadata)) continue;
    const { namespace, name } = config.metadata;
    if (typeof namespace === 'string') {
      return { apiVersion: 'v1', kind: 'Pod', resource: 'pods', subresource: null, namespace, name: textOf(name), resourceVersion: null };
    }
  }
  return null;
}

/** `pods/default/web-1`, `nodes/node-1`, `pods/default` for a collection. */
export const subjectText = (subject: Subject): string =>
  [subject.resource, subject.namespace, subject.name].filter((part) => part !== null && part !== '').join('/');
