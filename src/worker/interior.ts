// One component as it was after a record: what it kept, what it told, and what its watches had brought it.
// Everything is folded from records; nothing is asked of a running component.
import { isObject, type Json, type JsonObject } from '../base/json';
import { groupOfKey, type Stored } from '../trace/changes';
import { diff } from '../trace/field-changes';
import type { Trace } from '../trace/trace';
import { API_SERVER, binaryOf, type ComponentId, nodeOf, onNode } from '../wire/names';
import type { Interior, KeyHistory, KeyVersion } from './protocol';

const MAX_VERSIONS = 100;

/** `component` may also be `node/NAME`: the machine, as its Node object tells. */
export function interiorAt(trace: Trace, component: string, seq: number): Interior {
  if (component.startsWith('node/')) return machineAt(trace, component.slice(5), seq);
  const { history } = trace;
  const paths = Object.fromEntries(history.group(`interior/${component}`, seq));
  const running = history.at('running', component, seq) === true;
  const since = history.versions('running', component, seq).at(-1)?.[0];
  return {
    interior: running || Object.keys(paths).length > 0 ? paths : null,
    told: Object.fromEntries([
      ...history.group(`told/${component}`, seq),
      ...watched(trace, component, seq),
      ...kernelOf(trace, component, seq),
    ]),
    sinceUs: since === undefined ? null : (trace.get(since)?.atUs ?? null),
  };
}

/** `watch/SEQ` -> what an open watch of this component has brought it. */
function* watched(trace: Trace, component: string, seq: number): Generator<[string, Json]> {
  for (const [path, watch] of trace.history.group('watch', seq)) {
    if (!isObject(watch) || watch.client !== component) continue;
    const fed = trace.history.at('fed', path, seq) as { readonly count: number | null; readonly revision: number | null } | null;
    const count = component === API_SERVER ? keysUnder(trace, String(watch.resource), path, seq) : (fed?.count ?? null);
    yield [`watch/${path}`, { resource: watch.resource ?? '', actor: watch.actor ?? null, count, revision: fed?.revision ?? null }];
  }
}

/** A watch cache holds what etcd held when it last told of a change. */
function keysUnder(trace: Trace, prefix: string, watch: string, seq: number): number {
  const toldAt = trace.history.versions('fed', watch, seq).at(-1)?.[0] ?? seq;
  let count = 0;
  for (const [key] of trace.history.group(groupOfKey(prefix), toldAt)) if (key.startsWith(prefix)) count++;
  return count;
}

/** What kube-proxy keeps is in the kernel of its node. */
function kernelOf(trace: Trace, component: string, seq: number): Iterable<[string, Json]> {
  const node = nodeOf(component as ComponentId);
  if (node === null || binaryOf(component as ComponentId) !== 'kube-proxy') return [];
  return trace.history.group(`interior/${onNode('kernel', node)}`, seq);
}

function machineAt(trace: Trace, name: string, seq: number): Interior {
  const { history } = trace;
  const key = `/registry/minions/${name}`;
  const stored = history.at(groupOfKey(key), key, seq) as Stored | null;
  const first = history.versions(groupOfKey(key), key, seq)[0]?.[0];
  const told: { [path: string]: Json } = {};
  for (const [path, value] of history.group('object/pods', seq)) {
    const { object } = value as unknown as Stored;
    if (isObject(object) && isObject(object.spec) && object.spec.nodeName === name) told[path.replace('/registry/', '')] = wants(object);
  }
  const sinceUs = first === undefined ? null : (trace.get(first)?.atUs ?? null);
  return { interior: stored === null ? null : { node: stored.object }, told, sinceUs };
}

/** The requests of a pod's containers, which count against its node, unless it has ended. */
function wants({ spec, status }: JsonObject): Json {
  const phase = isObject(status) ? (status.phase ?? null) : null;
  const containers = isObject(spec) && Array.isArray(spec.containers) ? (spec.containers as readonly Json[]) : [];
  return {
    phase,
    requests: containers.map((container) =>
      isObject(container) && isObject(container.resources) && isObject(container.resources.requests) ? container.resources.requests : {},
    ),
  };
}

/** Deleted versions have the revision of their deletion. */
export function keyHistoryAt(trace: Trace, key: string, seq: number, between: readonly [number, number] | null): KeyHistory {
  const { history } = trace;
  const group = groupOfKey(key);
  const versions: KeyVersion[] = [];
  for (const [at, value] of history.versions(group, key, seq)) {
    const last = versions.at(-1);
    const deleted = value === null;
    const revision = deleted ? (trace.commitAt(at)?.revision ?? 0) : (value as unknown as Stored).revision;
    versions.push({ seq: at, revision, version: deleted ? 0 : last === undefined || last.deleted ? 1 : last.version + 1, deleted });
  }
  const find = (revision: number | undefined) => versions.find((version) => version.revision === revision);
  const after = between === null ? versions.at(-1) : find(between[1]);
  const before = between === null ? versions.at(-2) : find(between[0]);
  const objectAt = (version: KeyVersion | undefined): Json =>
    version === undefined ? null : ((history.at(group, key, version.seq) as Stored | null)?.object ?? null);
  return {
    versions: versions.slice(-MAX_VERSIONS),
    before: before?.revision ?? null,
    after: after?.revision ?? null,
    changes: diff(objectAt(before), objectAt(after)),
  };
}
