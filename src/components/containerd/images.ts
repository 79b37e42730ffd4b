// Images: looking them up by any of their names, pulling them from a registry.
// Models containerd internal/cri/server/images and the docker resolver's requests.
import { MINUTE, MS } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import { err, ok, type Result } from '../../base/result';
import type { Failure } from '../../sim/network';
import type { Task } from '../../sim/task';
import { imageReference, parseImageName } from '../../wire/image-name';
import { REGISTRY } from '../../wire/names';
import type { CallRequest, CallResponse } from '../../wire/payload';
import { addImage, type ContainerdDisk, type ImageRecord } from './disk';
import { type Host, nanos, notFound, type Outcome, unknown } from './host';

/** Unpacking, and what a pull takes when all is there: PullImage in create-deployment-latest.json. */
const UNPACK_US = 12 * MS;
/** image_pull_progress_timeout of containerd's configuration. */
const NO_PROGRESS_US = 5 * MINUTE;

/** By id, by its digits, or by a name as people write it. */
export function findImage({ images }: ContainerdDisk, reference: string): ImageRecord | null {
  const byId = images.get(reference) ?? images.get(`sha256:${reference}`);
  if (byId !== undefined) return byId;
  const parsed = parseImageName(reference);
  if (!parsed.ok) return null;
  const wanted = imageReference(parsed.value);
  for (const image of images.values()) if (image.repoTags.includes(wanted) || image.repoDigests.includes(wanted)) return image;
  return null;
}

export class Images {
  private listed: JsonObject | null = null;

  constructor(private readonly host: Host) {}

  list(): Outcome {
    this.listed ??= { images: [...this.host.disk.images.values()].map(view) };
    return ok(this.listed);
  }

  status(body: JsonObject): Outcome {
    const image = findImage(this.host.disk, nameIn(body));
    return ok(image === null ? {} : { image: view(image) });
  }

  remove(body: JsonObject): Outcome {
    const image = findImage(this.host.disk, nameIn(body));
    if (image === null) return ok({});
    this.host.disk.images.delete(image.id);
    this.listed = null;
    this.host.ctx.inside('image', { removed: image.repoTags }, { [`image/${image.id}`]: null });
    return ok({});
  }

  fsInfo(): Outcome {
    let used = 0;
    for (const image of this.host.disk.images.values()) used += image.sizeBytes;
    const usage = {
      timestamp: nanos(this.host.ctx.clock()),
      fsId: { mountpoint: '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs' },
      usedBytes: { value: String(used) },
    };
    return ok({ imageFilesystems: [usage] });
  }

  *pull(body: JsonObject): Task<Outcome> {
    const text = nameIn(body);
    const name = parseImageName(text);
    if (!name.ok) return unknown(`failed to parse image reference "${text}": ${name.error}`);
    const reference = imageReference(name.value);
    const failed = `failed to pull and unpack image "${reference}": failed to resolve reference "${reference}"`;
    const slash = name.value.repo.indexOf('/');
    const domain = name.value.repo.slice(0, slash);
    const host = domain === 'docker.io' ? 'registry-1.docker.io' : domain;
    const path = `/v2/${name.value.repo.slice(slash + 1)}`;
    const tried = yield* this.fetch('HEAD', `${path}/manifests/${name.value.digest ?? name.value.tag ?? 'latest'}`, { host });
    if (!tried.ok) return unknown(`${failed}: ${tried.error}`);
    const head = tried.value;
    if (head.status !== 200) return notFound(`${failed}: ${reference}: not found`);
    const manifest = String((head.headers as JsonObject)['docker-content-digest']);
    const repoDigest = `${name.value.repo}@${manifest}`;
    const known = [...this.host.disk.images.values()].find((image) => image.repoDigests.includes(repoDigest));
    const got = known === undefined ? yield* this.download(host, path, manifest) : ok(known.sizeBytes);
    if (!got.ok) return unknown(`failed to pull and unpack image "${reference}": failed to copy: ${got.error}`);
    const sizeBytes = got.value;
    yield* this.host.ctx.sleep(UNPACK_US);
    const image = addImage(this.host.disk.images, { reference, repo: name.value.repo, manifest, sizeBytes });
    this.listed = null;
    this.host.ctx.inside('image', { pulled: reference, sizeBytes }, { [`image/${image.id}`]: image.sizeBytes });
    return ok({ imageRef: image.id });
  }

  /** Manifest, configuration, then the layers; the size of all, or why it failed. */
  private *download(host: string, path: string, digest: string): Task<Result<number>> {
    const fetched = yield* this.fetch('GET', `${path}/manifests/${digest}`, { host });
    if (!fetched.ok) return err(`httpReadSeeker: failed open: ${fetched.error}`);
    const { config, layers } = (fetched.value.body ?? {}) as { config?: JsonObject; layers?: readonly JsonObject[] };
    let sizeBytes = 0;
    for (const blob of [config, ...(layers ?? [])]) {
      if (blob === undefined) continue;
      const got = yield* this.fetch('GET', `${path}/blobs/${String(blob.digest)}`, { host, manifest: digest });
      if (!got.ok) return err(`httpReadSeeker: failed open: ${got.error}`);
      if (blob !== config) sizeBytes += Number(blob.size);
    }
    return ok(sizeBytes);
  }

  /** What the registry answers, 404 too; or what containerd says of no answer, or of one that tells of trouble. */
  private *fetch(
    method: 'HEAD' | 'GET',
    path: string,
    body: { readonly host: string; readonly manifest?: string },
  ): Task<Result<JsonObject>> {
    const request: CallRequest = { protocol: 'registry', kind: 'request', rpc: `${method} ${path}`, body };
    const answer = yield* this.host.ctx.call(REGISTRY, request, { timeoutUs: NO_PROGRESS_US });
    const url = `https://${body.host}${path}`;
    if (!answer.ok) return err(`failed to do request: ${method === 'HEAD' ? 'Head' : 'Get'} "${url}": ${BROKEN[answer.failure]}`);
    const said = (answer.payload as CallResponse).body;
    if (Number(said.status) < 500) return ok(said);
    return err(`unexpected status from ${method} request to ${url}: ${said.status} Service Unavailable`);
  }
}

const BROKEN: { readonly [failure in Failure]: string } = {
  refused: 'dial tcp: connect: connection refused',
  reset: 'EOF',
  lost: 'EOF',
  unreachable: 'dial tcp: i/o timeout',
  timeout: 'context canceled',
};

const nameIn = (body: JsonObject): string => String((body.image as JsonObject | undefined)?.image ?? '');

const view = ({ id, repoTags, repoDigests, sizeBytes }: ImageRecord): JsonObject => ({
  id,
  repoTags,
  repoDigests,
  size: String(sizeBytes),
});
