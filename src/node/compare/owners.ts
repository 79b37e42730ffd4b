// Deployments that a recording never shows, only their Pods and ReplicaSets: made up again from those.
import { isObject, type Json, type JsonObject } from '../../base/json';
import { parsePath } from '../../machinery/resources';
import type { Recording } from './recording';

const HASH = '[bcdfghjklmnpqrstvwxz2456789]';
const POD = new RegExp(`\\b([a-z0-9][a-z0-9-]*)-(${HASH}{6,10})-(${HASH}{5})\\b`, 'g');
const DEFAULT_IMAGE = 'nginx:1.27';

export interface MadeUp {
  readonly deployment: JsonObject;
  /** Images it had before, oldest first: one for each ReplicaSet that has no Pods any more. */
  readonly earlierImages: readonly string[];
  readonly container: string;
  readonly image: string;
}

/** `known`: names of Deployments that are found otherwise, or made in the scenario. */
export function deploymentsByPods(recording: Recording, known: ReadonlySet<string>): MadeUp[] {
  const born = namesCreated(recording);
  const families = new Map<string, Map<string, Set<string>>>();
  // What is printed of one namespace only: describe tells of Pods of others.
  const printed = recording.steps.map(({ cmd = '', stdout = '' }) => (/ get /.test(cmd) ? `${cmd}\n${stdout}` : cmd));
  const keys = recording.etcd.map(({ key }) => key).filter((key) => key.includes(`/${recording.namespace}/`));
  const text = [...recording.audit.map(({ uri }) => uri), ...printed, ...keys].join('\n');
  for (const [name, base = '', hash = ''] of text.matchAll(POD)) {
    if (born.has(name) || born.has(`${base}-${hash}`) || known.has(base)) continue;
    const hashes = families.get(base) ?? new Map<string, Set<string>>();
    families.set(base, hashes);
    hashes.set(hash, (hashes.get(hash) ?? new Set()).add(name));
  }
  return [...families].map(([base, hashes]) => madeUp(recording, base, hashes));
}

function madeUp(recording: Recording, base: string, hashes: ReadonlyMap<string, ReadonlySet<string>>): MadeUp {
  const [hash, pods] = [...hashes].sort((a, b) => b[1].size - a[1].size)[0] as [string, ReadonlySet<string>];
  const seen = podSeen(recording, pods);
  const containers = isObject(seen?.spec) && Array.isArray(seen.spec.containers) ? (seen.spec.containers as readonly JsonObject[]) : [];
  const container = String(containers[0]?.name ?? 'nginx');
  const image = String(containers[0]?.image ?? imageUsed(recording) ?? DEFAULT_IMAGE);
  const { 'pod-template-hash': _, ...labels } = (
    isObject(seen?.metadata) && isObject(seen.metadata.labels) ? seen.metadata.labels : { app: base }
  ) as JsonObject;
  const others = replicaSetsOf(recording, base);
  others.delete(hash);
  const deployment: JsonObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: base, namespace: recording.namespace, labels: { app: base } },
    spec: {
      replicas: pods.size,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: container, image }] } },
    },
  };
  return { deployment, container, image, earlierImages: imagesFor(others.size) };
}

const imagesFor = (count: number): string[] => Array.from({ length: count }, (_, i) => `nginx:1.2${i + 1}`);

/** Hashes of a Deployment's ReplicaSets that the recording speaks of and did not make. */
function replicaSetsOf(recording: Recording, base: string): Set<string> {
  const born = namesCreated(recording);
  const names = recording.etcd.map(({ key }) => key.split(`/registry/replicasets/${recording.namespace}/`)[1] ?? '');
  const own = new RegExp(`^${base}-(${HASH}{6,10})$`);
  return new Set(names.flatMap((name) => (born.has(name) ? [] : (own.exec(name)?.slice(1) ?? []))));
}

/** What a Deployment that is found otherwise was before: one image for each ReplicaSet but the one that it has now. */
export function earlierOf(recording: Recording, deployment: JsonObject): MadeUp | null {
  const { name } = deployment.metadata as JsonObject;
  const template = isObject(deployment.spec) && isObject(deployment.spec.template) ? deployment.spec.template : {};
  const containers = isObject(template.spec) && Array.isArray(template.spec.containers) ? template.spec.containers : [];
  const [first] = containers as readonly JsonObject[];
  const earlierImages = imagesFor(replicaSetsOf(recording, String(name)).size - 1);
  if (first === undefined || earlierImages.length === 0) return null;
  return { deployment, container: String(first.name), image: String(first.image), earlierImages };
}

/** The fullest picture of one of these Pods. */
function podSeen(recording: Recording, pods: ReadonlySet<string>): JsonObject | undefined {
  for (const { uri, res, req } of recording.audit) {
    const path = parsePath(uri);
    if (path?.resource !== 'pods') continue;
    for (const body of [res, req]) {
      if (!isObject(body) || !isObject(body.spec) || !isObject(body.metadata)) continue;
      if (pods.has(String(path.name ?? body.metadata.name)) && Array.isArray(body.spec.containers)) return body;
    }
  }
  return undefined;
}

function imageUsed(recording: Recording): string | null {
  for (const { req } of recording.cri) {
    const image = isObject(req) && isObject(req.image) ? req.image.image : undefined;
    if (typeof image === 'string' && !image.startsWith('sha256:')) return image;
  }
  return null;
}

/** Names of what the scenario itself made. */
function namesCreated({ audit }: Recording): Set<string> {
  const nameIn = (body: Json | undefined): string | null =>
    isObject(body) && isObject(body.metadata) && typeof body.metadata.name === 'string' ? body.metadata.name : null;
  const names = new Set<string>();
  for (const { verb, res, resDiff, req } of audit) {
    if (verb !== 'create') continue;
    for (const body of [res, resDiff, req]) {
      const name = nameIn(body);
      if (name !== null) names.add(name);
    }
  }
  return names;
}
