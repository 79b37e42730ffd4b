// The object that a record is about, read from what was sent.
import { isObject, type Json, type JsonObject } from '../base/json';
import { findKind, findResource, groupVersion, parsePath, RESOURCES, type ResourceInfo } from '../machinery/resources';
import type { ComponentId } from '../wire/names';
import type { TraceRecord } from '../wire/record';
import type { RuntimeName } from './runtime-names';
import type { Trace } from './trace';

export interface Subject {
  readonly apiVersion: string;
  /** '' where it is not known. */
  readonly kind: string;
  readonly resource: string;
  readonly subresource: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly resourceVersion: string | null;
  /** The container of the Pod, for calls below the kubelet that are about one. */
  readonly container: string | null;
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
    container: null,
  };
}

/** The subject of a record: from the path for requests and answers, from the object for deliveries, from
 *  the key for etcd, from what the ids stand for below the kubelet. Null where it is about no one object. */
export function subjectOf(record: TraceRecord, trace: Trace): Subject | null {
  const { payload } = record;
  if (payload.kind === 'watch-delivery')
    return payload.protocol === 'http' ? subjectOfObject(trace.objectTold(payload)) : subjectOfKey(keyOfFirstEvent(payload.body));
  if (payload.kind === 'inside') return payload.topic === 'commit' ? subjectOfKey(textOf(payload.detail.key)) : null;
  const request = trace.requestOf(record)?.payload;
  if (request === undefined || request.kind !== 'request') return null;
  if (request.protocol === 'http') {
    const body = payload.protocol === 'http' && payload.kind === 'response' ? payload.body : request.body;
    return subjectOfPath(request.path, subjectOfObject(body) ?? subjectOfObject(request.body));
  }
  if (request.protocol === 'etcd') return subjectOfKey(keyOfRequest(request.body));
  const said = trace.runtimeNames.of(payload.kind === 'stream' ? payload.body : request.body);
  const name = said ?? podOfProcess(trace.requestOf(record)?.to) ?? runtimeNameServed(record, trace);
  return name === null ? null : subjectOfPod(name);
}

function subjectOfPath(path: string, body: Subject | null): Subject | null {
  const parsed = parsePath(path);
  if (parsed === null) return null;
  const { group, version, resource, subresource, namespace } = parsed;
  // A watch on one object names it in its field selector only.
  const selected = /(?:^|,)metadata\.name=([^,]+)/.exec(parsed.query.fieldSelector ?? '')?.[1] ?? null;
  const own = body !== null && (body.resource === resource || subresource !== null) ? body : null;
  return {
    apiVersion: groupVersion({ group, version }),
    kind: findResource(group, version, resource)?.kind ?? own?.kind ?? '',
    resource,
    subresource,
    namespace: resource === 'namespaces' ? null : namespace,
    name: parsed.name ?? selected ?? own?.name ?? null,
    resourceVersion: own?.resourceVersion ?? null,
    container: null,
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

function keyOfFirstEvent({ events }: JsonObject): string | null {
  const first = Array.isArray(events) ? (events as readonly Json[])[0] : undefined;
  return isObject(first) && isObject(first.kv) ? textOf(first.kv.key) : null;
}

const byPrefix = new Map<string, ResourceInfo>();
for (const info of RESOURCES) if (info.etcdPrefix !== '' && !byPrefix.has(info.etcdPrefix)) byPrefix.set(info.etcdPrefix, info);

/** `/registry/pods/default/web-1` -> Pod default/web-1; `/registry/pods/` -> all Pods. */
export function subjectOfKey(key: string | null): Subject | null {
  if (key === null) return null;
  const parts = key.split('/');
  const [short, long] = [parts.slice(0, 3), parts.slice(0, 4)].map((some) => `${some.join('/')}/`) as [string, string];
  const info = byPrefix.get(long) ?? byPrefix.get(short);
  const rest = parts.slice(info?.etcdPrefix === long ? 4 : 3).filter((part) => part !== '');
  const namespaced = info?.namespaced ?? rest.length > 1;
  return {
    apiVersion: info === undefined ? '' : groupVersion(info),
    kind: info?.kind ?? '',
    resource: info?.resource ?? parts[2] ?? '',
    subresource: null,
    namespace: namespaced ? (rest[0] ?? null) : null,
    name: (namespaced ? rest[1] : rest[0]) ?? null,
    resourceVersion: null,
    container: null,
  };
}

const subjectOfPod = ({ namespace, pod, container }: RuntimeName): Subject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  resource: 'pods',
  subresource: null,
  namespace,
  name: pod,
  resourceVersion: null,
  container,
});

/** `pod/default/web-1`: who is probed. */
function podOfProcess(id: ComponentId | undefined): RuntimeName | null {
  const [kind, namespace, pod] = id?.split('/') ?? [];
  return kind === 'pod' && namespace !== undefined && pod !== undefined ? { namespace, pod, container: null } : null;
}

/** What runc, CNI or the registry is asked is about the Pod that the engine serves by asking. */
function runtimeNameServed(record: TraceRecord, trace: Trace): RuntimeName | null {
  const request = trace.requestOf(record);
  for (let seq = request?.cause ?? null, steps = 0; seq !== null && steps < 8; steps++) {
    const cause = trace.get(seq);
    if (cause?.payload.kind === 'request' && cause.payload.protocol === 'cri') return trace.runtimeNames.of(cause.payload.body);
    seq = cause?.cause ?? null;
  }
  return null;
}

/** `pods/default/web-1`, `nodes/node-1`, `pods/default` for a collection. */
export const subjectText = (subject: Subject): string =>
  [subject.resource, subject.namespace, subject.name].filter((part) => part !== null && part !== '').join('/');
