// Empties a namespace: first of pods, then of everything that discovery knows to be deletable in it.
// Models kubernetes pkg/controller/namespace/deletion/namespaced_resources_deleter.go (deleteAllContent).
import { SECOND, type SimTime } from '../../../base/brand';
import type { Json } from '../../../base/json';
import type { ApiClient, ResourceRef } from '../../../client/api-client';
import { groupVersion } from '../../../machinery/resources';
import { parseTime } from '../../../machinery/time';
import type { KubeObject, Pod } from '../../../machinery/types';
import type { Task } from '../../../sim/task';
import { whyNot } from '../controller';
import { JSON_BODY, METADATA_LIST } from '../metadata';
import { isPodTerminal } from '../pods';
import { PODS } from '../refs';
import type { Findings } from './conditions';

const FINALIZER_ESTIMATE_SECONDS = 15;
const DISCOVERY = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
const DELETE_OPTIONS = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };

export interface Emptied {
  readonly findings: Findings;
  /** Seconds until a look is worth while; 0 if nothing is left or nobody knows. */
  readonly estimate: number;
}
/** What one resource's deletion left. */
interface Left {
  readonly count: number;
  readonly finalizers: ReadonlyMap<string, number>;
  readonly estimate: number;
  readonly error: string | null;
}

/** One pass. What cannot be deleted at once stays for the next. */
export function* emptyNamespace(api: ApiClient, namespace: KubeObject, now: () => SimTime): Task<Emptied> {
  const { name, deletionTimestamp = '' } = namespace.metadata;
  const discovered = yield* discover(api);
  const errors: string[] = [];
  const remaining = new Map<string, number>();
  const finalizers = new Map<string, number>();
  const podsKnown = discovered.resources.some(({ group, resource }) => group === '' && resource === 'pods');
  let estimate = 0;
  const take = (resource: ResourceRef, left: Left): void => {
    if (left.error !== null) errors.push(left.error);
    estimate = Math.max(estimate, left.estimate);
    if (left.count === 0) return;
    remaining.set(`${resource.resource}.${resource.group}`, left.count);
    for (const [finalizer, count] of left.finalizers) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + count);
  };
  const discovery = discovered.error === null ? {} : { discovery: discovered.error };
  if (podsKnown) {
    const age = now() - (parseTime(deletionTimestamp) ?? 0);
    const left = yield* empty(api, PODS, name, yield* estimateForPods(api, name, age));
    take(PODS, left);
    // As upstream does it: while pods are left, their number is not told.
    if (left.count > 0) return { findings: { ...discovery, errors, remaining: new Map(), finalizers: new Map() }, estimate };
  }
  for (const resource of discovered.resources) {
    if (resource.group === '' && resource.resource === 'pods') continue;
    take(resource, yield* empty(api, resource, name, 0));
  }
  return { findings: { ...discovery, errors, remaining, finalizers }, estimate };
}

/** Deletes the collection and looks what is left of it. */
function* empty(api: ApiClient, resource: ResourceRef, namespace: string, graceSeconds: number): Task<Left> {
  const nothing: Left = { count: 0, finalizers: new Map(), estimate: 0, error: null };
  const deleted = yield* api.delete(resource, { namespace, name: '' }, DELETE_OPTIONS, { headers: JSON_BODY });
  if (!deleted.ok && deleted.status !== 404 && deleted.status !== 405)
    return { ...nothing, estimate: graceSeconds, error: whyNot(deleted) };
  const list = yield* api.list(resource, namespace, { headers: METADATA_LIST });
  if (!list.ok && (list.status === 404 || list.status === 405)) return nothing;
  if (!list.ok) return { ...nothing, estimate: graceSeconds, error: whyNot(list) };
  const { items } = list.body;
  if (items.length === 0) return nothing;
  const finalizers = new Map<string, number>();
  for (const { metadata } of items) for (const name of metadata.finalizers ?? []) finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
  const left = { ...nothing, count: items.length, finalizers };
  if (graceSeconds > 0) return { ...left, estimate: graceSeconds };
  if (finalizers.size > 0) return { ...left, estimate: FINALIZER_ESTIMATE_SECONDS };
  const what = `${groupVersion(resource)}, Resource=${resource.resource}`;
  const named = resource.group === '' ? `/${what}` : what;
  return { ...left, error: `unexpected items still remain in namespace: ${namespace} for gvr: ${named}` };
}

/** The longest time that a running pod may take to end; 0 once the namespace has waited that long. */
function* estimateForPods(api: ApiClient, namespace: string, ageUs: number): Task<number> {
  const list = yield* api.list<Pod>(PODS, namespace);
  if (!list.ok) return 0;
  const grace = list.body.items
    .filter((pod) => !isPodTerminal(pod))
    .reduce((most, { spec }) => Math.max(most, spec.terminationGracePeriodSeconds ?? 0), 0);
  return ageUs >= grace * SECOND ? 0 : grace;
}

/** The namespaced resources of preferred versions that can be deleted. */
function* discover(api: ApiClient): Task<{ readonly resources: readonly ResourceRef[]; readonly error: string | null }> {
  const resources: ResourceRef[] = [];
  for (const path of ['/api', '/apis']) {
    const reply = yield* api.send('GET', path, null, { headers: { accept: DISCOVERY } });
    if (!reply.ok) return { resources, error: whyNot(reply) };
    resources.push(...deletable(reply.body));
  }
  return { resources, error: null };
}

interface DiscoveryItem {
  readonly metadata?: { readonly name?: string };
  readonly versions: readonly {
    readonly version: string;
    readonly resources: readonly { readonly resource: string; readonly scope: string; readonly verbs: readonly string[] }[];
  }[];
}

/** Of an APIGroupDiscoveryList. Of a resource in several versions of a group the first counts. */
export function deletable(body: Json): readonly ResourceRef[] {
  const { items } = body as unknown as { readonly items: readonly DiscoveryItem[] };
  return items.flatMap(({ metadata, versions }) => {
    const known = new Set<string>();
    return versions.flatMap(({ version, resources }) =>
      resources.flatMap(({ resource, scope, verbs }) => {
        if (scope !== 'Namespaced' || !verbs.includes('delete') || known.has(resource)) return [];
        known.add(resource);
        return [{ group: metadata?.name ?? '', version, resource }];
      }),
    );
  });
}
