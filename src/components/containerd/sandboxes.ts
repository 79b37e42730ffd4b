// Pod sandboxes: a network namespace with an address from CNI, held open by a pause container.
// Models containerd internal/cri/server: sandbox_run, sandbox_stop, sandbox_remove, sandbox_list.
import { MS } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import { ok } from '../../base/result';
import type { Task } from '../../sim/task';
import type { SandboxRecord } from './disk';
import type { Exits } from './exits';
import { done, type Host, nanos, notFound, type Outcome, sparse, unknown } from './host';

/** Microseconds of containerd's own work in RunPodSandbox (96 ms in all in real-traces), StopPodSandbox
 *  (75 ms) and RemovePodSandbox (26 ms); the rest is CNI and runc. */
const PREPARE_US = 14 * MS;
const AFTER_NETWORK_US = 18 * MS;
const STOP_US = 10 * MS;
/** Half of all StopPodSandbox calls there take 64 to 95 ms. */
const STOP_SPREAD_US = 30 * MS;

export class Sandboxes {
  private readonly views = new Map<string, { readonly ready: boolean; readonly status: JsonObject; readonly item: JsonObject }>();
  private listed: { readonly version: number; readonly body: JsonObject } | null = null;

  constructor(
    private readonly host: Host,
    private readonly exits: Exits,
  ) {}

  *run(body: JsonObject): Task<Outcome> {
    const { ctx, disk } = this.host;
    const config = body.config as JsonObject;
    const { name, namespace, uid, attempt = 0 } = config.metadata as { name: string; namespace: string; uid: string; attempt?: number };
    const reserved = `${name}_${namespace}_${uid}_${attempt}`;
    for (const other of disk.sandboxes.values()) {
      if (other.name === reserved)
        return unknown(`failed to reserve sandbox name "${reserved}": name "${reserved}" is reserved for "${other.id}"`);
    }
    const id = this.host.newId(`sandbox/${uid}/${attempt}`);
    const sandbox: SandboxRecord = { id, name: reserved, config, createdAtUs: ctx.clock(), ready: false, ip: null };
    disk.sandboxes.set(id, sandbox);
    this.host.tellSandbox(sandbox);
    yield* ctx.sleep(PREPARE_US);
    if (!usesHostNetwork(config)) {
      const added = yield* this.network('ADD', sandbox);
      if (!added.ok) {
        this.giveUp(id);
        return unknown(`failed to setup network for sandbox "${id}": plugin type="bridge" failed (add): ${added.error.message}`);
      }
      sandbox.ip = addressIn(added.value);
      yield* ctx.sleep(AFTER_NETWORK_US);
    }
    const created = yield* this.host.call(this.host.runc, 'runc', 'create', {
      id,
      bundle: bundleOf(id),
      args: ['/pause'],
      annotations: annotationsOf(config, id),
    });
    const started = created.ok ? yield* this.host.call(this.host.runc, 'runc', 'start', { id }) : created;
    if (!started.ok) {
      this.giveUp(id);
      return unknown(`failed to start sandbox "${id}": failed to create containerd task: ${started.error.message}`);
    }
    sandbox.ready = true;
    this.host.noteSandbox(sandbox);
    return ok({ podSandboxId: id });
  }

  /** Stops what still runs in it, then takes the network away. */
  *stop(body: JsonObject): Task<Outcome> {
    const { disk } = this.host;
    const id = String(body.podSandboxId);
    const sandbox = disk.sandboxes.get(id);
    if (sandbox === undefined) return notFound(`an error occurred when try to find sandbox "${id}": not found`);
    for (const container of disk.containers.values()) {
      if (container.sandboxId === id && container.state === 'CONTAINER_RUNNING') yield* this.exits.kill(container.id);
    }
    yield* this.host.ctx.sleep(STOP_US + this.host.ctx.random(`stop/${sandbox.id}`).below(STOP_SPREAD_US));
    if (sandbox.ready) yield* this.exits.kill(id);
    if (!usesHostNetwork(sandbox.config)) yield* this.network('DEL', sandbox);
    if (sandbox.ip !== null) {
      sandbox.ip = null;
      this.views.delete(id);
    }
    return done;
  }

  *remove(body: JsonObject): Task<Outcome> {
    const { disk } = this.host;
    const id = String(body.podSandboxId);
    const sandbox = disk.sandboxes.get(id);
    if (sandbox === undefined) return done;
    if (sandbox.ready) yield* this.stop(body);
    if (!usesHostNetwork(sandbox.config)) yield* this.network('DEL', sandbox);
    for (const container of [...disk.containers.values()]) {
      if (container.sandboxId !== id) continue;
      disk.containers.delete(container.id);
      this.host.noteGone('container', container.id);
    }
    disk.sandboxes.delete(id);
    this.views.delete(id);
    this.host.noteGone('sandbox', id);
    return done;
  }

  /** Nothing stays of a sandbox that could not be made. */
  private giveUp(id: string): void {
    this.host.disk.sandboxes.delete(id);
    this.host.noteGone('sandbox', id);
  }

  status(body: JsonObject): Outcome {
    const sandbox = this.host.disk.sandboxes.get(String(body.podSandboxId));
    return sandbox === undefined ? notFound('an error occurred when try to find sandbox: not found') : ok(this.view(sandbox).status);
  }

  list(body: JsonObject): Outcome {
    const filter = body.filter as JsonObject | undefined;
    if (filter === undefined && this.listed?.version === this.host.version) return ok(this.listed.body);
    const items = [...this.host.disk.sandboxes.values()]
      .filter((sandbox) => matches(sandbox, filter))
      .map((sandbox) => this.view(sandbox).item);
    const listed = items.length === 0 ? {} : { items };
    if (filter === undefined) this.listed = { version: this.host.version, body: listed };
    return ok(listed);
  }

  private view(sandbox: SandboxRecord): { readonly status: JsonObject; readonly item: JsonObject } {
    const known = this.views.get(sandbox.id);
    if (known?.ready === sandbox.ready) return known;
    const { metadata, labels = {}, annotations = {}, linux } = sandbox.config as { [name: string]: JsonObject };
    const base = sparse({
      id: sandbox.id,
      metadata: metadata ?? {},
      state: sandbox.ready ? null : 'SANDBOX_NOTREADY',
      createdAt: nanos(sandbox.createdAtUs),
    });
    const options = (linux?.securityContext as JsonObject | undefined)?.namespaceOptions ?? {};
    const view = {
      ready: sandbox.ready,
      item: { ...base, labels, annotations },
      status: { status: { ...base, network: sparse({ ip: sandbox.ip }), linux: { namespaces: { options } }, labels, annotations } },
    };
    this.views.set(sandbox.id, view);
    return view;
  }

  private *network(verb: 'ADD' | 'DEL', { id, config }: SandboxRecord): Task<Outcome> {
    const { name, namespace, uid } = config.metadata as JsonObject;
    return yield* this.host.call(this.host.cni, 'cni', verb, {
      containerId: id,
      netns: `/var/run/netns/cni-${id.slice(0, 8)}`,
      ifName: 'eth0',
      plugins: ['bridge', 'portmap'],
      args: {
        IgnoreUnknown: '1',
        K8S_POD_NAMESPACE: namespace ?? '',
        K8S_POD_NAME: name ?? '',
        K8S_POD_INFRA_CONTAINER_ID: id,
        K8S_POD_UID: uid ?? '',
      },
    });
  }
}

/** What the OCI bundle says about where a container belongs. */
export function annotationsOf(sandboxConfig: JsonObject, sandboxId: string): JsonObject {
  const { name, namespace, uid } = sandboxConfig.metadata as JsonObject;
  const prefix = 'io.kubernetes.cri.';
  return {
    [`${prefix}container-type`]: 'sandbox',
    [`${prefix}sandbox-id`]: sandboxId,
    [`${prefix}sandbox-name`]: name ?? '',
    [`${prefix}sandbox-namespace`]: namespace ?? '',
    [`${prefix}sandbox-uid`]: uid ?? '',
  };
}
export const bundleOf = (id: string): string => `/run/containerd/io.containerd.runtime.v2.task/k8s.io/${id}`;

const usesHostNetwork = (config: JsonObject): boolean => {
  const { securityContext } = (config.linux ?? {}) as { securityContext?: { namespaceOptions?: JsonObject } };
  return securityContext?.namespaceOptions?.network === 'NODE';
};

const addressIn = (result: JsonObject): string => {
  const [first] = (result.ips ?? []) as readonly { readonly address: string }[];
  return first?.address.replace(/\/.*/, '') ?? '';
};

function matches(sandbox: SandboxRecord, filter: JsonObject | undefined): boolean {
  if (filter === undefined) return true;
  const { id, labelSelector, state } = filter as { id?: string; labelSelector?: JsonObject; state?: { state?: string } };
  if (id !== undefined && !sandbox.id.startsWith(id)) return false;
  if (state !== undefined && (state.state === 'SANDBOX_NOTREADY') === sandbox.ready) return false;
  return hasLabels(sandbox.config, labelSelector);
}

export function hasLabels(config: JsonObject, selector: JsonObject | undefined): boolean {
  const labels = (config.labels ?? {}) as JsonObject;
  for (const key in selector) if (labels[key] !== selector[key]) return false;
  return true;
}
