// Containers of a sandbox: create, start, stop with a grace period, remove, exec.
// Models containerd internal/cri/server: container_create, _start, _stop, _remove, _status, _execsync.
import { MS, SECOND } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import { ok } from '../../base/result';
import type { Task } from '../../sim/task';
import type { ContainerRecord, ImageRecord, SandboxRecord } from './disk';
import type { Exits } from './exits';
import { done, type Host, nanos, notFound, type Outcome, refused, sparse, unknown } from './host';
import { findImage } from './images';
import { annotationsOf, bundleOf, hasLabels } from './sandboxes';
import type { Streams } from './streams';

/** Microseconds of containerd's own work: CreateContainer 5.5 ms, StartContainer 36 ms less runc's share,
 *  StopContainer 34 ms less the same, RemoveContainer 4 to 7 ms (medians in real-traces). */
const CREATE_US = 5 * MS;
const START_US = 5 * MS;
const STOP_US = 9 * MS;
/** A tenth of all StopContainer calls there take 37 ms, half 55, nine tenths 102. */
const STOP_SPREAD_US = 45 * MS;
const REMOVE_US = 4 * MS;

export class Containers {
  private readonly views = new Map<string, { readonly state: string; readonly status: JsonObject; readonly item: JsonObject }>();
  private listed: { readonly version: number; readonly body: JsonObject } | null = null;

  constructor(
    private readonly host: Host,
    private readonly exits: Exits,
  ) {}

  *create(body: JsonObject): Task<Outcome> {
    const { ctx, disk } = this.host;
    const sandbox = disk.sandboxes.get(String(body.podSandboxId));
    if (sandbox === undefined) return notFound(`failed to find sandbox id "${String(body.podSandboxId)}": not found`);
    if (!sandbox.ready)
      return notFound(`failed to get sandbox container task: no running task found: task ${sandbox.id} not found: not found`);
    const config = body.config as JsonObject;
    const { name, attempt = 0 } = config.metadata as { name: string; attempt?: number };
    const { name: pod, namespace, uid } = sandbox.config.metadata as JsonObject;
    const reserved = `${name}_${String(pod)}_${String(namespace)}_${String(uid)}_${attempt}`;
    for (const other of disk.containers.values()) {
      if (other.name === reserved)
        return unknown(`failed to reserve container name "${reserved}": name "${reserved}" is reserved for "${other.id}"`);
    }
    const wanted = String((config.image as JsonObject).image);
    const image = findImage(disk, wanted);
    if (image === null) return notFound(`failed to resolve image "${wanted}": not found`);
    yield* ctx.sleep(CREATE_US);
    const container = newRecord(
      this.host.newId(`container/${uid as string}/${name}/${attempt}`),
      reserved,
      sandbox,
      config,
      image,
      ctx.clock(),
    );
    disk.containers.set(container.id, container);
    this.host.noteContainer(container);
    return ok({ containerId: container.id });
  }

  *start(body: JsonObject): Task<Outcome> {
    const { ctx, disk, runc } = this.host;
    const container = disk.containers.get(String(body.containerId));
    if (container === undefined) return this.missing(body);
    const { id, state, config } = container;
    if (state !== 'CONTAINER_CREATED') return unknown(`failed to set starting state for container "${id}": container is in ${state} state`);
    yield* ctx.sleep(START_US);
    const created = yield* this.host.call(runc, 'runc', 'create', {
      id,
      bundle: bundleOf(id),
      args: argsOf(config),
      annotations: this.annotationsOf(container),
    });
    const started = created.ok ? yield* this.host.call(runc, 'runc', 'start', { id }) : created;
    if (!started.ok) {
      const message = `failed to create containerd task: failed to create shim task: OCI runtime create failed: ${started.error.message}: unknown`;
      Object.assign(container, { state: 'CONTAINER_EXITED', finishedAtUs: ctx.clock(), exitCode: 128, reason: 'StartError', message });
      this.host.noteContainer(container);
      return unknown(message);
    }
    container.state = 'CONTAINER_RUNNING';
    container.startedAtUs = ctx.clock();
    this.host.noteContainer(container);
    return done;
  }

  *stop(body: JsonObject): Task<Outcome> {
    const container = this.host.disk.containers.get(String(body.containerId));
    if (container === undefined) return this.missing(body);
    if (container.state !== 'CONTAINER_RUNNING') return done;
    const graceUs = Number(body.timeout ?? 0) * SECOND;
    yield* this.host.ctx.sleep(STOP_US + this.host.ctx.random(`stop/${container.id}`).below(STOP_SPREAD_US));
    if (graceUs > 0) {
      yield* this.exits.signal(container.id, 15);
      if (yield* this.exits.ofContainer(container.id, graceUs)) return done;
    }
    yield* this.exits.kill(container.id);
    return done;
  }

  *remove(body: JsonObject): Task<Outcome> {
    const { disk, ctx } = this.host;
    const container = disk.containers.get(String(body.containerId));
    if (container === undefined) return done;
    if (container.state === 'CONTAINER_RUNNING') yield* this.exits.kill(container.id);
    yield* ctx.sleep(REMOVE_US);
    disk.containers.delete(container.id);
    this.views.delete(container.id);
    this.host.noteGone('container', container.id);
    return done;
  }

  *exec(body: JsonObject): Task<Outcome> {
    const id = String(body.containerId);
    const container = this.host.disk.containers.get(id);
    const failed = 'failed to exec in container';
    if (container === undefined) return notFound(`${failed}: failed to find container "${id}" in store: not found`);
    if (container.state !== 'CONTAINER_RUNNING') return unknown(`${failed}: container is in ${container.state} state`);
    const seconds = Number(body.timeout ?? 0);
    const request = { protocol: 'runc', kind: 'request', rpc: 'exec', body: { id, args: body.cmd ?? [] } } as const;
    const answer = yield* this.host.ctx.call(this.host.runc, request, seconds > 0 ? { timeoutUs: seconds * SECOND } : {});
    if (!answer.ok) return refused('DEADLINE_EXCEEDED', `${failed}: timeout ${seconds}s exceeded: context deadline exceeded`);
    const { body: said, error } = answer.payload as { body: JsonObject; error: { message: string } | null };
    return error === null
      ? ok(sparse({ stdout: said.stdout, stderr: said.stderr, exitCode: said.exitCode }))
      : unknown(`${failed}: ${error.message}`);
  }

  /** Prepares a command whose streams the kubelet fetches by a URL of its own. */
  execUrl(body: JsonObject, streams: Streams): Outcome {
    const id = String(body.containerId);
    const container = this.host.disk.containers.get(id);
    if (container === undefined) return notFound(`failed to find container "${id}" in store: not found`);
    if (container.state !== 'CONTAINER_RUNNING') return unknown(`container is in ${container.state} state`);
    return ok({ url: streams.prepare('exec', body) });
  }

  status(body: JsonObject): Outcome {
    const container = this.host.disk.containers.get(String(body.containerId));
    return container === undefined ? this.missing(body) : ok(this.view(container).status);
  }

  list(body: JsonObject): Outcome {
    const filter = body.filter as JsonObject | undefined;
    if (filter === undefined && this.listed?.version === this.host.version) return ok(this.listed.body);
    const containers = [...this.host.disk.containers.values()]
      .filter((container) => matches(container, filter))
      .map((container) => this.view(container).item);
    const listed = containers.length === 0 ? {} : { containers };
    if (filter === undefined) this.listed = { version: this.host.version, body: listed };
    return ok(listed);
  }

  private missing(body: JsonObject): Outcome {
    return notFound(`an error occurred when try to find container "${String(body.containerId)}": not found`);
  }

  private annotationsOf({ sandboxId, config, image }: ContainerRecord): JsonObject {
    const sandbox = this.host.disk.sandboxes.get(sandboxId);
    const { name } = config.metadata as JsonObject;
    return {
      ...(sandbox === undefined ? {} : annotationsOf(sandbox.config, sandboxId)),
      'io.kubernetes.cri.container-type': 'container',
      'io.kubernetes.cri.container-name': name ?? '',
      'io.kubernetes.cri.image-name': nameOf(config, image),
    };
  }

  private view(container: ContainerRecord): { readonly status: JsonObject; readonly item: JsonObject } {
    const known = this.views.get(container.id);
    if (known?.state === container.state) return known;
    const { id, sandboxId, state, config, image } = container;
    const { metadata = {}, labels = {}, annotations = {} } = config as { [name: string]: JsonObject };
    const shown = state === 'CONTAINER_CREATED' ? null : state;
    const common = { metadata, image: { image: nameOf(config, image) }, imageRef: image.repoDigests[0] ?? image.id };
    const { startedAtUs, finishedAtUs } = container;
    const view = {
      state,
      item: sparse({
        id,
        podSandboxId: sandboxId,
        ...common,
        imageId: image.id,
        state: shown,
        createdAt: nanos(container.createdAtUs),
        labels,
        annotations,
      }),
      status: {
        status: sparse({
          id,
          ...common,
          imageId: image.id,
          state: shown,
          createdAt: nanos(container.createdAtUs),
          startedAt: startedAtUs === null ? null : nanos(startedAtUs),
          finishedAt: finishedAtUs === null ? null : nanos(finishedAtUs),
          exitCode: container.exitCode,
          reason: container.reason,
          message: container.message,
          labels,
          annotations,
          mounts: config.mounts ?? null,
          logPath: container.logPath,
          user: { linux: { supplementalGroups: [0] } },
        }),
      },
    };
    this.views.set(id, view);
    return view;
  }
}

const newRecord = (
  id: string,
  name: string,
  sandbox: SandboxRecord,
  config: JsonObject,
  image: ImageRecord,
  createdAtUs: number,
): ContainerRecord => ({
  id,
  name,
  sandboxId: sandbox.id,
  config,
  image,
  createdAtUs,
  logPath: `${String(sandbox.config.logDirectory ?? '')}/${String(config.logPath ?? '')}`,
  state: 'CONTAINER_CREATED',
  startedAtUs: null,
  finishedAtUs: null,
  exitCode: 0,
  reason: '',
  message: '',
});

/** Command and arguments; none leaves the image's own. */
const argsOf = ({ command, args }: JsonObject): readonly string[] => [
  ...((command ?? []) as readonly string[]),
  ...((args ?? []) as readonly string[]),
];

/** The name by which the image was asked for, with its registry. */
function nameOf(config: JsonObject, image: ImageRecord): string {
  const { userSpecifiedImage, image: given } = config.image as { userSpecifiedImage?: string; image: string };
  const wanted = userSpecifiedImage ?? given;
  return (
    image.repoTags.find((tag) => tag === wanted || tag.endsWith(`/${wanted}`) || tag.endsWith(`/${wanted}:latest`)) ??
    image.repoTags[0] ??
    image.id
  );
}

function matches(container: ContainerRecord, filter: JsonObject | undefined): boolean {
  if (filter === undefined) return true;
  const { id, podSandboxId, labelSelector, state } = filter as {
    id?: string;
    podSandboxId?: string;
    labelSelector?: JsonObject;
    state?: { state?: string };
  };
  if (id !== undefined && !container.id.startsWith(id)) return false;
  if (podSandboxId !== undefined && container.sandboxId !== podSandboxId) return false;
  if (state !== undefined && container.state !== (state.state ?? 'CONTAINER_CREATED')) return false;
  return hasLabels(container.config, labelSelector);
}
