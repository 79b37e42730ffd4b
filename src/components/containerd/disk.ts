// What containerd keeps on disk: images, sandboxes and containers. It outlives the process, as the
// containers do.
import type { JsonObject } from '../../base/json';
import { configDigest, imageReference, manifestDigest, parseImageName } from '../../wire/image-name';
import type { ClusterSpec } from '../../wire/run';

export interface SandboxRecord {
  readonly id: string;
  readonly name: string;
  readonly config: JsonObject;
  readonly createdAtUs: number;
  ready: boolean;
  /** Null with the host's network. */
  ip: string | null;
}
export type ContainerState = 'CONTAINER_CREATED' | 'CONTAINER_RUNNING' | 'CONTAINER_EXITED';
export interface ContainerRecord {
  readonly id: string;
  readonly name: string;
  readonly sandboxId: string;
  readonly config: JsonObject;
  readonly logPath: string;
  readonly image: ImageRecord;
  readonly createdAtUs: number;
  state: ContainerState;
  startedAtUs: number | null;
  finishedAtUs: number | null;
  exitCode: number;
  reason: string;
  message: string;
}
export interface ImageRecord {
  /** `sha256:...` of its configuration. */
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly sizeBytes: number;
}
export interface ContainerdDisk {
  readonly images: Map<string, ImageRecord>;
  readonly sandboxes: Map<string, SandboxRecord>;
  readonly containers: Map<string, ContainerRecord>;
}

/** A disk with images already on it. */
export function newContainerdDisk(references: readonly string[], specs: ClusterSpec['images']): ContainerdDisk {
  const sizes = new Map<string, number>();
  for (const [name, { sizeBytes }] of Object.entries(specs)) {
    const parsed = parseImageName(name);
    if (parsed.ok) sizes.set(parsed.value.repo, sizeBytes);
  }
  const images = new Map<string, ImageRecord>();
  for (const reference of references) {
    const parsed = parseImageName(reference);
    if (!parsed.ok || parsed.value.tag === null) continue;
    const { repo, tag } = parsed.value;
    addImage(images, {
      reference: imageReference(parsed.value),
      repo,
      manifest: manifestDigest(repo, tag),
      sizeBytes: sizes.get(repo) ?? 0,
    });
  }
  return { images, sandboxes: new Map(), containers: new Map() };
}

/** Adds a name to an image, and the image if it is new; takes the name away from another. */
export function addImage(
  images: Map<string, ImageRecord>,
  {
    reference,
    repo,
    manifest,
    sizeBytes,
  }: { readonly reference: string; readonly repo: string; readonly manifest: string; readonly sizeBytes: number },
): ImageRecord {
  const id = configDigest(manifest);
  const tagged = reference.includes('@') ? [] : [reference];
  for (const [otherId, other] of images) {
    if (otherId !== id && other.repoTags.includes(reference))
      images.set(otherId, { ...other, repoTags: other.repoTags.filter((tag) => tag !== reference) });
  }
  const known = images.get(id);
  const image = {
    id,
    repoTags: union(known?.repoTags ?? [], tagged),
    repoDigests: union(known?.repoDigests ?? [], [`${repo}@${manifest}`]),
    sizeBytes: known?.sizeBytes ?? sizeBytes,
  };
  images.set(id, image);
  return image;
}

const union = (a: readonly string[], b: readonly string[]): readonly string[] => [...a, ...b.filter((item) => !a.includes(item))];
