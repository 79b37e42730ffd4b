// Finds out which containers started and ended: lists all of them each second, and at once after the kubelet
// has changed something, and looks closer at the pods whose list entry changed.
// Models kubernetes pkg/kubelet/pleg/generic.go (Relist, RequestPodRelist) and pkg/kubelet/container/cache.go.
// Left out: events streamed by the engine, which are off by default.
import { MS, SECOND, type Seq } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import { compareBytes } from '../../base/order';
import type { Ctx } from '../../sim/process';
import { suspend, type Task } from '../../sim/task';
import type { Cri } from './cri';
import {
  containerStatusOf,
  emptyRuntimePod,
  ipsOf,
  type RuntimeContainer,
  type RuntimePod,
  type SandboxStatus,
  sandboxStatusOf,
} from './runtime-status';

const RELIST_US = SECOND;
/** Whoever waits for the next list keeps the run awake until it is there. */
const NEXT_LIST_US = 1_100 * MS;

type ListedState = 'running' | 'exited' | 'unknown';
interface Listed {
  readonly uid: string;
  readonly isSandbox: boolean;
  item: JsonObject;
  state: ListedState;
}
/** What became of the containers of one pod, sandboxes included. */
export interface PodChange {
  readonly uid: string;
  readonly started: boolean;
  readonly died: readonly string[];
  readonly removed: boolean;
}
interface Waiter {
  readonly sinceUs: number;
  readonly resume: () => void;
}

export class Pleg {
  private readonly listed = new Map<string, Listed>();
  private readonly idsByUid = new Map<string, Set<string>>();
  private readonly cache = new Map<string, { readonly status: RuntimePod; readonly modifiedUs: number }>();
  private readonly requested = new Map<string, Seq | null>();
  /** Pods that could not be looked at: they count as changed in the next list. */
  private readonly again = new Set<string>();
  private waiters: Waiter[] = [];
  private sandboxes: readonly JsonObject[] = [];
  private containers: readonly JsonObject[] = [];
  private lastListUs: number | null = null;
  private listing = false;

  constructor(
    private readonly ctx: Ctx,
    private readonly cri: Cri,
    private readonly nodeIp: string,
    private readonly onChange: (change: PodChange) => void,
  ) {}

  start(): void {
    this.list(true);
    this.ctx.every(RELIST_US, () => this.list(true), 1 + this.ctx.random('pleg').below(RELIST_US));
  }

  /** When the engine was last heard of; null if never. */
  get lastHeardUs(): number | null {
    return this.lastListUs;
  }

  /** The pods that the engine knows. */
  uids(): string[] {
    return [...this.idsByUid.keys()];
  }

  /** Name and namespace of such a pod, from the labels of what it runs. */
  nameOf(uid: string): { readonly name: string; readonly namespace: string } {
    const [first = ''] = this.idsByUid.get(uid) ?? [];
    const labels = (this.listed.get(first)?.item.labels ?? {}) as { readonly [label: string]: string };
    return { name: labels['io.kubernetes.pod.name'] ?? '', namespace: labels['io.kubernetes.pod.namespace'] ?? '' };
  }

  /** What is known of the pod now. */
  peek(uid: string): RuntimePod {
    return this.cache.get(uid)?.status ?? emptyRuntimePod(uid);
  }

  /** Lists at once: the kubelet has changed something about this pod. */
  request(uid: string): void {
    this.requested.set(uid, this.ctx.cause());
    this.list(false);
  }

  /** What is known of the pod, from a list made after `sinceUs`. */
  *newerThan(uid: string, sinceUs: number): Task<RuntimePod> {
    const known = this.cache.get(uid);
    const isNew = (this.lastListUs !== null && this.lastListUs >= sinceUs) || (known !== undefined && known.modifiedUs >= sinceUs);
    if (!isNew) {
      const awake = this.ctx.after(NEXT_LIST_US, () => undefined);
      yield* suspend<void>((resume) => void this.waiters.push({ sinceUs, resume: () => resume() }));
      awake.cancel();
    }
    return this.peek(uid);
  }

  /** Asks the engine for all about one pod. Null if it does not answer. */
  *inspect(uid: string): Task<RuntimePod | null> {
    const selector = { 'io.kubernetes.pod.uid': uid };
    const sandboxes = yield* this.cri.call('ListPodSandbox', { filter: { labelSelector: selector } });
    const containers = yield* this.cri.call('ListContainers', { filter: { labelSelector: selector } });
    if (!sandboxes.ok || !containers.ok) return null;
    return yield* this.statusOf(uid, newestFirst(itemsOf(sandboxes.value.items)), newestFirst(itemsOf(containers.value.containers)));
  }

  private list(idle: boolean): void {
    if (this.listing) return;
    this.listing = true;
    this.ctx.spawn(this.relist(idle), 'pleg');
  }

  private *relist(idle: boolean): Task<void> {
    const startedUs = this.ctx.now();
    const requests = new Map(this.requested);
    this.requested.clear();
    const sandboxes = yield* this.cri.call('ListPodSandbox', {}, { idle });
    const containers = yield* this.cri.call('ListContainers', {}, { idle });
    if (sandboxes.ok && containers.ok) {
      const changes = this.compare(itemsOf(sandboxes.value.items), itemsOf(containers.value.containers));
      for (const change of changes) yield* this.look(change, requests.get(change.uid));
      this.lastListUs = startedUs;
      this.tellWaiters();
    }
    this.listing = false;
    if (this.requested.size > 0) this.list(false);
  }

  private *look(change: PodChange, cause: Seq | null | undefined): Task<void> {
    if (cause !== undefined) yield* suspend<void>((resume) => resume(undefined, cause));
    const { uid } = change;
    const lookedUs = this.ctx.now();
    const ids = this.idsByUid.get(uid);
    if (ids === undefined) this.cache.delete(uid);
    else {
      const items = [...ids].flatMap((id) => this.listed.get(id) ?? []);
      const sandboxes = items.filter(({ isSandbox }) => isSandbox).map(({ item }) => item);
      const containers = items.filter(({ isSandbox }) => !isSandbox).map(({ item }) => item);
      const status = yield* this.statusOf(uid, newestFirst(sandboxes), newestFirst(containers));
      if (status === null) {
        this.again.add(uid);
        return;
      }
      this.cache.set(uid, { status, modifiedUs: lookedUs });
    }
    this.onChange(change);
  }

  private *statusOf(uid: string, sandboxes: readonly JsonObject[], containers: readonly JsonObject[]): Task<RuntimePod | null> {
    const sandboxStatuses: SandboxStatus[] = [];
    for (const { id } of sandboxes) {
      const status = yield* this.sandboxStatus(String(id));
      if (status === null) return null;
      sandboxStatuses.push(status);
    }
    const containerStatuses: RuntimeContainer[] = [];
    for (const { id } of containers) {
      const answer = yield* this.cri.call('ContainerStatus', { containerId: String(id) });
      if (answer.ok) containerStatuses.push(containerStatusOf(answer.value.status as JsonObject));
      else if (answer.error.code !== 'NOT_FOUND') return null;
    }
    const before = this.cache.get(uid)?.status.ips ?? [];
    return { uid, ips: ipsOf(sandboxStatuses, before, this.nodeIp), sandboxes: sandboxStatuses, containers: containerStatuses };
  }

  /** One that is ready is asked twice, as recorded. */
  private *sandboxStatus(id: string): Task<SandboxStatus | null> {
    const answer = yield* this.cri.call('PodSandboxStatus', { podSandboxId: id });
    if (!answer.ok) return null;
    const status = sandboxStatusOf(answer.value.status as JsonObject);
    if (status.ready) yield* this.cri.call('PodSandboxStatus', { podSandboxId: id });
    return status;
  }

  // ---- What changed

  private compare(sandboxes: readonly JsonObject[], containers: readonly JsonObject[]): readonly PodChange[] {
    const changes = new Changes();
    for (const uid of this.again) changes.of(uid);
    this.again.clear();
    // Most of a list is what it was, in the same place.
    sandboxes.forEach((item, i) => void (item === this.sandboxes[i] || this.note(item, true, sandboxState(item.state), changes)));
    containers.forEach((item, i) => void (item === this.containers[i] || this.note(item, false, containerState(item.state), changes)));
    if (sandboxes.length + containers.length < this.listed.size) this.noteRemoved([...sandboxes, ...containers], changes);
    this.sandboxes = sandboxes;
    this.containers = containers;
    return changes.all();
  }

  private note(item: JsonObject, isSandbox: boolean, state: ListedState, changes: Changes): void {
    const id = item.id as string;
    const known = this.listed.get(id);
    if (known?.state === state) return;
    const uid = known?.uid ?? uidIn(item.labels);
    if (known !== undefined) Object.assign(known, { item, state });
    else {
      this.listed.set(id, { uid, isSandbox, item, state });
      this.idsByUid.set(uid, (this.idsByUid.get(uid) ?? new Set()).add(id));
    }
    const change = changes.of(uid);
    if (state === 'running') change.started = true;
    if (state === 'exited') change.died.push(id);
  }

  private noteRemoved(items: readonly JsonObject[], changes: Changes): void {
    const present = new Set(items.map(({ id }) => id));
    for (const [id, { uid, state }] of [...this.listed]) {
      if (present.has(id)) continue;
      this.listed.delete(id);
      const ids = this.idsByUid.get(uid);
      ids?.delete(id);
      if (ids?.size === 0) this.idsByUid.delete(uid);
      const change = changes.of(uid);
      change.removed = true;
      if (state !== 'exited') change.died.push(id);
    }
  }

  private tellWaiters(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) {
      if (this.lastListUs !== null && this.lastListUs >= waiter.sinceUs) waiter.resume();
      else this.waiters.push(waiter);
    }
  }
}

class Changes {
  private readonly byUid = new Map<string, { uid: string; started: boolean; died: string[]; removed: boolean }>();

  of(uid: string): { started: boolean; readonly died: string[]; removed: boolean } {
    let change = this.byUid.get(uid);
    if (change === undefined) this.byUid.set(uid, (change = { uid, started: false, died: [], removed: false }));
    return change;
  }
  all(): readonly PodChange[] {
    return [...this.byUid.values()];
  }
}

const sandboxState = (state: unknown): ListedState => (state === 'SANDBOX_NOTREADY' ? 'exited' : 'running');
const containerState = (state: unknown): ListedState =>
  state === 'CONTAINER_RUNNING' ? 'running' : state === 'CONTAINER_EXITED' ? 'exited' : 'unknown';

const itemsOf = (items: unknown): readonly JsonObject[] => (items ?? []) as readonly JsonObject[];
const newestFirst = (items: readonly JsonObject[]): readonly JsonObject[] =>
  [...items].sort((a, b) => compareBytes(String(b.createdAt), String(a.createdAt)));
const uidIn = (labels: unknown): string => String((labels as JsonObject | undefined)?.['io.kubernetes.pod.uid'] ?? '');
