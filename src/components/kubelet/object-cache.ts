// ConfigMaps or Secrets that pods of this node use: one watch per object, shared by all pods that refer to it,
// closed with the last of them. Models kubernetes pkg/kubelet/util/manager/watch_based_manager.go and the
// names from pkg/api/v1/pod/util.go. Left out: closing the watch of an immutable object, and of one that
// nobody asked for in a while.
import { SECOND } from '../../base/brand';
import { err, ok, type Result } from '../../base/result';
import type { ApiClient, ResourceRef } from '../../client/api-client';
import { Informer } from '../../client/informer';
import type { Container, KubeObject, Pod } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import { suspend, type Task } from '../../sim/task';
import { allContainersOf } from './containers-of';

const SYNC_TIMEOUT_US = SECOND;
const WATCH_SECONDS = [1_800, 3_599] as const;

interface Item<T extends KubeObject> {
  readonly informer: Informer<T>;
  readonly users: Set<string>;
}

export class ObjectCache<T extends KubeObject> {
  private readonly items = new Map<string, Item<T>>();
  private readonly namesByPod = new Map<string, readonly string[]>();

  constructor(
    private readonly ctx: Ctx,
    private readonly api: ApiClient,
    private readonly resource: ResourceRef,
    /** `configmap`, as error texts have it. */
    private readonly kind: string,
    private readonly namesIn: (pod: Pod) => readonly string[],
  ) {}

  register(pod: Pod): void {
    const { uid = '', namespace = '' } = pod.metadata;
    if (this.namesByPod.has(uid)) return;
    const names = [...new Set(this.namesIn(pod))];
    this.namesByPod.set(uid, names);
    for (const name of names) this.itemOf(namespace, name).users.add(uid);
  }

  unregister(pod: Pod): void {
    const { uid = '', namespace = '' } = pod.metadata;
    for (const name of this.namesByPod.get(uid) ?? []) {
      const key = `${namespace}/${name}`;
      const item = this.items.get(key);
      item?.users.delete(uid);
      if (item?.users.size !== 0) continue;
      item.informer.stop();
      this.items.delete(key);
    }
    this.namesByPod.delete(uid);
  }

  /** Waits a moment for the first answer; the error is client-go's text. */
  *fetch(namespace: string, name: string): Task<Result<T>> {
    const item = this.items.get(`${namespace}/${name}`);
    if (item !== undefined && !item.informer.synced) yield* this.firstAnswer(item.informer);
    return this.get(namespace, name);
  }

  get(namespace: string, name: string): Result<T> {
    const item = this.items.get(`${namespace}/${name}`);
    if (item === undefined) return err(`object "${namespace}"/"${name}" not registered`);
    if (!item.informer.synced) return err(`failed to sync ${this.kind} cache: timed out waiting for the condition`);
    const object = item.informer.get(`${namespace}/${name}`);
    return object === undefined ? err(`${this.kind} "${name}" not found`) : ok(object);
  }

  private *firstAnswer(informer: Informer<T>): Task<void> {
    yield* suspend<void>((resume) => {
      const timer = this.ctx.after(SYNC_TIMEOUT_US, () => resume());
      informer.whenSynced(() => {
        timer.cancel();
        resume();
      });
    });
  }

  private itemOf(namespace: string, name: string): Item<T> {
    const key = `${namespace}/${name}`;
    let item = this.items.get(key);
    if (item === undefined) {
      const informer = new Informer<T>(this.ctx, this.api, {
        resource: this.resource,
        namespace,
        fieldSelector: `metadata.name=${name}`,
        timeoutSeconds: WATCH_SECONDS,
      });
      item = { informer, users: new Set() };
      this.items.set(key, item);
      informer.start();
    }
    return item;
  }
}

interface Named {
  readonly name: string;
}

/** ConfigMaps a pod refers to, in the order of its spec. */
export const configMapsOf = (pod: Pod): readonly string[] => [
  ...allContainersOf(pod.spec).flatMap((container) => inEnvironment(container, 'configMapRef', 'configMapKeyRef')),
  ...(pod.spec.volumes ?? []).flatMap(({ configMap, projected }) => [
    ...(configMap === undefined ? [] : [String(configMap.name)]),
    ...inProjection(projected?.sources, 'configMap'),
  ]),
];

export const secretsOf = (pod: Pod): readonly string[] => [
  ...(pod.spec.imagePullSecrets ?? []).map(({ name }) => name),
  ...allContainersOf(pod.spec).flatMap((container) => inEnvironment(container, 'secretRef', 'secretKeyRef')),
  ...(pod.spec.volumes ?? []).flatMap(({ secret, projected }) => [
    ...(secret === undefined ? [] : [String(secret.secretName)]),
    ...inProjection(projected?.sources, 'secret'),
  ]),
];

const inEnvironment = ({ env = [], envFrom = [] }: Container, all: string, one: string): readonly string[] => [
  ...envFrom.flatMap((source) => nameIn(source[all])),
  ...env.flatMap(({ valueFrom }) => nameIn(valueFrom?.[one])),
];

const inProjection = (sources: unknown, kind: string): readonly string[] =>
  ((sources ?? []) as readonly { readonly [kind: string]: unknown }[]).flatMap((source) => nameIn(source[kind]));

const nameIn = (reference: unknown): readonly string[] => (reference === undefined ? [] : [(reference as Named).name]);
