// A registry of container images: manifests and blobs over HTTP, one program for all host names.
// Models the pull half of the OCI distribution specification. Left out: tokens, pushing, ranges; an
// image has one layer; each transfer has the whole bandwidth.
import { SECOND } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import type { Incoming } from '../../sim/network';
import type { Ctx, Program } from '../../sim/process';
import type { Task } from '../../sim/task';
import { configDigest, layerDigest, manifestDigest, parseImageName } from '../../wire/image-name';
import type { CallRequest } from '../../wire/payload';
import type { ClusterSpec, ImageSpec, RegistryState } from '../../wire/run';

export interface RegistryOptions {
  readonly images: ClusterSpec['images'];
  readonly bytesPerSecond: number;
  readonly health?: RegistryHealth;
}
/** Changed from outside while it runs. */
export interface RegistryHealth {
  state: RegistryState;
}

/** How much of its bandwidth is left when it is slow. */
const SLOW_SHARE = 1 / 50;

const CONFIG_BYTES = 8_000;
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const ROUTE = /^(HEAD|GET) \/v2\/(.+)\/(manifests|blobs)\/(.+)$/;

export const registry = (options: RegistryOptions): Program => {
  const images = new Map<string, ImageSpec>();
  for (const [name, image] of Object.entries(options.images)) {
    const parsed = parseImageName(name);
    if (parsed.ok) images.set(parsed.value.repo, image);
  }
  return {
    start: (ctx) => ctx.listen((incoming) => serve(ctx, incoming, images, options)),
    inspect: () => ({}),
  };
};

function* serve(ctx: Ctx, incoming: Incoming, images: ReadonlyMap<string, ImageSpec>, options: RegistryOptions): Task<void> {
  const { rpc, body } = incoming.payload as CallRequest;
  const state = options.health?.state ?? 'well';
  if (state === 'failing') return unavailable(incoming, rpc);
  const [, method, name = '', kind, reference = ''] = ROUTE.exec(rpc) ?? [];
  const host = body.host === 'registry-1.docker.io' ? 'docker.io' : String(body.host);
  const repo = `${host}/${name}`;
  const image = images.get(repo);
  if (image === undefined || method === undefined) return missing(incoming, rpc, 'NAME_UNKNOWN', 'repository name not known to registry');
  if (kind === 'manifests') {
    const byDigest = reference.startsWith('sha256:');
    if (!byDigest && image.tags !== undefined && !image.tags.includes(reference))
      return missing(incoming, rpc, 'MANIFEST_UNKNOWN', 'manifest unknown');
    const digest = byDigest ? reference : manifestDigest(repo, reference);
    const head = { status: 200, headers: { 'content-type': MANIFEST_TYPE, 'docker-content-digest': digest } };
    return answer(incoming, rpc, method === 'HEAD' ? head : { ...head, body: manifest(digest, image) });
  }
  const sizeBytes = reference === configDigest(`${body.manifest}`) ? CONFIG_BYTES : image.sizeBytes;
  const bytesPerSecond = options.bytesPerSecond * (state === 'slow' ? SLOW_SHARE : 1);
  yield* ctx.sleep(Math.ceil((sizeBytes / bytesPerSecond) * SECOND));
  answer(incoming, rpc, {
    status: 200,
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(sizeBytes), 'docker-content-digest': reference },
  });
}

const manifest = (digest: string, image: ImageSpec): JsonObject => ({
  schemaVersion: 2,
  mediaType: MANIFEST_TYPE,
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: configDigest(digest), size: CONFIG_BYTES },
  layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: layerDigest(digest), size: image.sizeBytes }],
});

const answer = (incoming: Incoming, rpc: string, body: JsonObject): void =>
  incoming.respond({ protocol: 'registry', kind: 'response', rpc, body, error: null });

const missing = (incoming: Incoming, rpc: string, code: string, message: string): void =>
  incoming.respond({
    protocol: 'registry',
    kind: 'response',
    rpc,
    body: { status: 404, body: { errors: [{ code, message }] } },
    error: { code: '404', message },
  });

const unavailable = (incoming: Incoming, rpc: string): void =>
  incoming.respond({
    protocol: 'registry',
    kind: 'response',
    rpc,
    body: { status: 503 },
    error: { code: '503', message: 'Service Unavailable' },
  });
