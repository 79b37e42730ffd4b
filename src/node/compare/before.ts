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
    const ports = (Array.isArray(body.ports) ? (body.ports as readonly JsonObject[]) : []).map(({ name: port, port: number, protocol }) => {
      const nodePort = nodePortOf(recording, `${name}${port ? `:${String(port)}` : ''}`);
      return {
        ...(port ? { name: port } : {}),
        port: number,
        targetPort: number,
        protocol,
        ...(nodePort === null ? {} : { nodePort }),
      };
    });
    const own = Object.fromEntries(Object.entries(labels).filter(([label]) => !label.includes('kubernetes.io/')));
    const selector = Object.keys(own).length > 0 ? own : selectorByTargets(body, found);
    services.set(name, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: recording.namespace, labels: own },
      spec: { selector, ports, ...(ports.some((port) => 'nodePort' in port) ? { type: 'NodePort' } : {}) },
    });
  }
  return [...services.values()];
}

/** The node port that kube-proxy's rules know for `SERVICE:PORT`. */
function nodePortOf({ iptables, namespace }: Recording, servicePort: string): number | null {
  for (const line of iptables.flatMap(({ stdin = '' }) => stdin.split('\n'))) {
    if (!/^-A KUBE-(NODEPORTS|EXTERNAL-SERVICES) /.test(line) || !/KUBE-NODEPORTS|--dst-type LOCAL/.test(line)) continue;
    const comment = /--comment "?([^" ]+)/.exec(line)?.[1];
    const port = /--dport (\d+)/.exec(line)?.[1];
    if (comment === `${namespace}/${servicePort}` && port !== undefined) return Number(port);
  }
  return null;
}

/** A Service without labels of its own: what the Deployment of its endpoints' Pods selects. */
function selectorByTargets(slice: JsonObject, found: ReadonlyMap<string, JsonObject>): JsonObject {
  const targets = JSON.stringify(slice.endpoints ?? []);
  for (const [key, { spec }] of found) {
    const [resource, name = ''] = key.split('/');
    if (resource !== 'deployments' || !targets.includes(`"name":"${name}-`) || !isObject(spec) || !isObject(spec.selector)) continue;
    if (isObject(spec.selector.matchLabels)) return spec.selector.matchLabels;
  }
  return {};
}

/** Images that were on a node: used there and not pulled there. One that nobody had to pull was on every node. */
export function imagesBefore(recording: Recording, node: string): string[] {
  const used = new Set<string>();
  const pulled = new Set<string>();
  const pulledHere = new Set<string>();
  const usedHere = new Set<string>();
  for (const { rpc, req, node: where } of recording.cri) {
    const image = isObject(req) && isObject(req.image) && typeof req.image.image === 'string' ? req.image.image : null;
    if (image === null || image.startsWith('sha256:')) continue;
    (rpc === 'PullImage' ? pulled : used).add(image);
    if (where === node) (rpc === 'PullImage' ? pulledHere : usedHere).add(image);
  }
  for (const match of JSON.stringify(recording.steps).matchAll(/image=?[\\": ]+([a-z]+:[\d.]+)/g)) used.add(match[1] ?? '');
  return [...new Set([...[...used].filter((image) => !pulled.has(image)), ...[...usedHere].filter((image) => !pulledHere.has(image))])];
}

/** Nodes that pulled an image in the scenario, unless all did: what stood before and uses that image was not there. */
export function pullingNodes({ cri }: Recording, nodes: readonly string[]): string[] {
  const pulled = new Set(cri.flatMap(({ rpc, node }) => (rpc === 'PullImage' ? [node] : [])));
  return nodes.every((node) => pulled.has(node)) ? [] : [...pulled].sort();
}

/** Nodes whose kubelet ran Pods and did not open a watch on the namespace's root certificate: another Pod had it open. */
export function warmNodes(recording: Recording): string[] {
  if (recording.namespace !== 'default') return []; // what stood in other namespaces is made up again
  const ran = new Set(recording.cri.filter(({ rpc }) => rpc === 'RunPodSandbox').map(({ node }) => node));
  const opened = new Set(
    recording.audit
      .filter(({ verb, uri }) => verb === 'watch' && uri.includes('kube-root-ca.crt') && uri.includes(`/${recording.namespace}/`))
      .map(({ by }) => by.replace(/^.*[@/]/, '')),
  );
  return [...ran].filter((node) => !opened.has(node)).sort();
}

/** A Pod of ours that holds that watch open. Its name begins with WARM, by which it is left out of what is compared. */
export const WARM = 'warm-';
export const warmPod = (namespace: string, node: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `${WARM}${node}`, namespace },
  spec: { nodeName: node, containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10.1' }] },
});

/** Services that the scenario is about. */
export function servicesOf(recording: Recording): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { uri, req } of recording.audit) {
    const path = parsePath(uri);
    const labels = isObject(req) && isObject(req.metadata) && isObject(req.metadata.labels) ? req.metadata.labels : {};
    const service = labels['kubernetes.io/service-name'];
    if (typeof service === 'string') names.add(service);
    if (path?.resource !== 'services' || path.namespace !== recording.namespace) continue;
    const name = path.name ?? (isObject(req) && isObject(req.metadata) ? req.metadata.name : undefined);
    if (typeof name === 'string') names.add(name);
  }
  return names;
}
