// What the scheduler does when it hears of a change: pods and nodes go into the cache or the queue, and
// waiting pods are moved if the change may help them. Models pkg/scheduler/eventhandlers.go.

import type { Seq } from '../../base/brand';
import { type Json, jsonEqual } from '../../base/json';
import type { Handler } from '../../client/informer';
import type { KubeObject, Namespace, Node, Pod } from '../../machinery/types';
import type { SchedulerCache } from './cache';
import { type ClusterEvent, nodeChanges } from './framework/cluster-event';
import { type PodInfo, podInfoOf } from './framework/pod-info';
import type { Nominator } from './nominator';
import type { SchedulingQueue } from './queue';

export interface Listening {
  readonly cache: SchedulerCache;
  readonly queue: SchedulingQueue;
  readonly nominator: Nominator;
  nowUs(): number;
  cause(): Seq | null;
  /** The queue may have changed because of `why`. */
  queueChanged(why: string, key: string): void;
  /** An assumed pod is assumed no longer: the server says that it is on its node, or that it is gone. */
  confirmed(key: string): void;
}

export const SCHEDULER_NAME = 'default-scheduler';
const isOurs = ({ spec }: Pod): boolean => (spec.schedulerName ?? SCHEDULER_NAME) === SCHEDULER_NAME;
const isAssigned = ({ spec }: Pod): boolean => Boolean(spec.nodeName);

export function podHandler(on: Listening): Handler<Pod> {
  return {
    add: (pod) => (isAssigned(pod) ? assigned(on, podInfoOf(pod), null) : waits(on, podInfoOf(pod), null)),
    update: (pod, old) => {
      const info = podInfoOf(pod);
      if (!isAssigned(pod)) waits(on, info, podInfoOf(old));
      else if (isAssigned(old)) assigned(on, info, podInfoOf(old));
      else {
        on.nominator.delete(info.key);
        on.queue.delete(info.key);
        on.queueChanged('assigned', info.key);
        assigned(on, info, null);
      }
    },
    delete: (pod) => gone(on, podInfoOf(pod)),
  };
}

/** A pod without a node came or changed. */
function waits(on: Listening, info: PodInfo, old: PodInfo | null): void {
  if (!isOurs(info.pod) || on.cache.isAssumed(info.key)) return;
  const promised = info.pod.status?.nominatedNodeName;
  if (promised) on.nominator.set(info, promised);
  else on.nominator.delete(info.key);
  if (old === null) on.queue.add(info, on.nowUs(), on.cause());
  else {
    const event: ClusterEvent | null = matters(info, old) ? { on: 'target-pod', what: 'update', pod: info, old } : null;
    on.queue.update(info, event, on.nowUs(), on.cause());
  }
  on.queueChanged(old === null ? 'added' : 'updated', info.key);
}

/** A pod with a node came (`old` null) or changed. */
function assigned(on: Listening, info: PodInfo, old: PodInfo | null): void {
  if (on.cache.setPod(info)) on.confirmed(info.key);
  if (!on.queue.someWait) return;
  if (old === null) move(on, { on: 'assigned-pod', what: 'add', pod: info }, info.key);
  else if (matters(info, old)) move(on, { on: 'assigned-pod', what: 'update', pod: info, old }, info.key);
}

function gone(on: Listening, info: PodInfo): void {
  on.nominator.delete(info.key);
  on.queue.delete(info.key);
  const wasAssumed = on.cache.isAssumed(info.key);
  on.cache.removePod(info.key);
  if (wasAssumed) on.confirmed(info.key);
  if (isAssigned(info.pod) || wasAssumed) move(on, { on: 'assigned-pod', what: 'delete', pod: info }, info.key);
  else on.queueChanged('deleted', info.key);
}

/** Status and deletion apart, which no plugin asks about. */
const matters = ({ pod }: PodInfo, { pod: old }: PodInfo): boolean =>
  differ(pod.metadata.labels, old.metadata.labels) ||
  differ(pod.metadata.annotations, old.metadata.annotations) ||
  differ(pod.spec, old.spec);

const differ = (a: unknown, b: unknown): boolean => a !== b && !jsonEqual(a as Json | undefined, b as Json | undefined);

export function nodeHandler(on: Listening): Handler<Node> {
  return {
    add: (node) => {
      on.cache.setNode(node);
      move(on, { on: 'node', what: 'add', node }, node.metadata.name);
    },
    update: (node, old) => {
      on.cache.setNode(node);
      if (!on.queue.someWait) return;
      const changes = nodeChanges(node, old);
      if (changes.length > 0) move(on, { on: 'node', what: 'update', node, old, changes }, node.metadata.name);
    },
    delete: (node) => {
      on.cache.removeNode(node.metadata.name);
      move(on, { on: 'node', what: 'delete', node }, node.metadata.name);
    },
  };
}

export const namespaceHandler = ({ cache }: Listening): Handler<Namespace> => ({
  add: (namespace) => cache.setNamespace(namespace),
  update: (namespace) => cache.setNamespace(namespace),
  delete: ({ metadata }) => cache.removeNamespace(metadata.name),
});

/** Volumes, claims and classes. */
export function storageHandler(on: Listening): Handler<KubeObject> {
  const changed = ({ metadata }: KubeObject): void => move(on, { on: 'storage', what: 'change' }, metadata.name);
  return { add: changed, update: changed };
}

function move(on: Listening, event: ClusterEvent, about: string): void {
  if (!on.queue.someWait) return;
  on.queue.move(event, on.nowUs(), on.cause());
  on.queueChanged(event.on === 'storage' ? 'storage changed' : `${event.on} ${event.what}`, about);
}
