// What stood in the recorded cluster before the recorded scenario began, as far as the recording shows
// it: objects that are changed or read in it but not made in it, and images that nobody had to pull.
import { isObject, type Json, type JsonObject } from '../../base/json';
import { parsePath } from '../../machinery/resources';
import type { Recording } from './recording';

const KINDS = new Set([
  'deployments',
  'statefulsets',
  'daemonsets',
  'services',
  'configmaps',
  'secrets',
  'pods',
  'serviceaccounts',
  'poddisruptionbudgets',
]);
const MADE_BY_CONTROLLERS = new Set(['kube-root-ca.crt', 'default', 'kubernetes']);

/** Objects to create first, without what a server adds. */
export function objectsBefore(recording: Recording): JsonObject[] {
  const made = new Set<string>();
  const found = new Map<string, JsonObject>();
  for (const entry of recording.audit) {
    const path = parsePath(entry.uri);
    if (path === null || path.namespace !== recording.namespace) continue;
    const bodies = [entry.req, entry.res].filter(
      (body): body is JsonObject => isObject(body) && isObject(body.metadata) && body.kind !== 'Status',
    );
    const name = path.name ?? bodies.map((body) => (body.metadata as JsonObject).name).find((n) => typeof n === 'string');
    const key = `${path.resource}/${String(name)}`;
    if (entry.verb === 'create' && path.subresource === null) made.add(key);
    if (!KINDS.has(path.resource) || made.has(key) || found.has(key) || MADE_BY_CONTROLLERS.has(String(name))) continue;
    const body = bodies.find((candidate) => isObject(candidate.spec) || isObject(candidate.data));
    if (body === undefined || body.kind === 'Scale' || isOwned(body)) continue;
    found.set(key, bare(body));
  }
  const services = servicesBySlices(recording, found, made);
  return [...found.values(), ...services];
}

const isOwned = (body: JsonObject): boolean => isObject(body.metadata) && Array.isArray(body.metadata.ownerReferences);

function bare(body: JsonObject): JsonObject {
  const { name, namespace, labels } = body.metadata as JsonObject;
  const { apiVersion, kind, spec, data, type } = body;
  return { apiVersion, kind, metadata: { name, namespace, labels }, spec: withoutChoices(spec), data, type };
}

/** A spec without what the server chose (a node, addresses, a token volume). */
function withoutChoices(spec: Json | undefined): Json | undefined {
  if (!isObject(spec)) return spec;
  const { nodeName: _n, clusterIP: _c, clusterIPs: _cs, ...rest } = spec;
  return rest;
}

/** A Service that only shows through its EndpointSlice being updated. */
function servicesBySlices(recording: Recording, found: ReadonlyMap<string, JsonObject>, made: ReadonlySet<string>): JsonObject[] {
  const services = new Map<string, JsonObject>();
  for (const entry of recording.audit) {
    const body = entry.req;
    if (entry.verb !== 'update' || !entry.uri.includes('/endpointslices/') || !isObject(body) || !isObject(body.metadata)) continue;
    const labels = isObject(body.metadata.labels) ? body.metadata.labels : {};
    const name = labels['kubernetes.io/service-name'];
    if (typeof name !== 'string' || services.has(name) || made.has(`services/${name}`) || found.has(`services/${name}`)) continue;
    const ports = (Array.isArray(body.ports) ? (body.ports as readonly JsonObject[]) : []).map(
      ({ name: port, port: number, protocol }) => ({ ...(port ? { name: port } : {}), port: number, targetPort: number, protocol }),
    );
    const selector = Object.fromEntries(Object.entries(labels).filter(([label]) => !label.includes('kubernetes.io/')));
    services.set(name, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: recording.namespace, labels: selector },
      spec: { selector, ports },
    });
  }
  return [...services.values()];
}

/** Images that the scenario uses and no node pulled: they were there. */
export function imagesBefore(recording: Recording): string[] {
  const used = new Set<string>();
  const pulled = new Set<string>();
  for (const { rpc, req } of recording.cri) {
    const image = isObject(req) && isObject(req.image) && typeof req.image.image === 'string' ? req.image.image : null;
    if (image !== null && !image.startsWith('sha256:')) (rpc === 'PullImage' ? pulled : used).add(image);
  }
  for (const match of JSON.stringify(recording.steps).matchAll(/image=?[\\": ]+([a-z]+:[\d.]+)/g)) used.add(match[1] ?? '');
  return [...used].filter((image) => !pulled.has(image));
}
