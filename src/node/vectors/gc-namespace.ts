// Kubernetes' own tables about garbage collection and namespaces, against components/kube-controller-manager. Quotas,
// TTLs of Jobs and PodDisruptionBudgets are not supported.
import { SECOND, type SimTime, simTime } from '../../base/brand';
import { canonicalJson, type Json, jsonEqual } from '../../base/json';
import { type DeleteOptions, planDeletion, propagationOf } from '../../components/kube-apiserver/registry/deletion';
import { deleteOwnerRefPatch } from '../../components/kube-controller-manager/controller-ref';
import {
  type Decision,
  decideDeleted,
  decideOwned,
  type OwnerClass,
} from '../../components/kube-controller-manager/garbage-collector/decision';
import { FOREGROUND, GraphNode, ORPHAN } from '../../components/kube-controller-manager/garbage-collector/graph';
import { type News, troubles, updatedConditions } from '../../components/kube-controller-manager/namespace/conditions';
import {
  missingNodes,
  outOfServicePods,
  Quarantine,
  terminatedPods,
  unscheduledTerminatingPods,
} from '../../components/kube-controller-manager/pod-gc/collectable';
import { isPodTerminal } from '../../components/kube-controller-manager/pods';
import { missingAccounts } from '../../components/kube-controller-manager/serviceaccount/service-accounts-controller';
import { findKind, type ResourceInfo } from '../../machinery/resources';
import { rfc3339 } from '../../machinery/time';
import type { Condition, KubeObject, Namespace, Node, OwnerReference, Pod, ServiceAccount } from '../../machinery/types';
import type { Adapter } from './adapter';

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly input: never;
  readonly expect: Json;
}

const NOW = simTime(0);
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'ns', resourceVersion: '1' } };

const KINDS: { readonly [kind: string]: (input: never) => unknown } = {
  'gc-classify': classify,
  'delete-propagation': (options: { readonly propagationPolicy: string }) => {
    const deployments = findKind('apps/v1', 'Deployment') as ResourceInfo;
    const { object, gone } = planDeletion(deployments, DEPLOYMENT, options, NOW);
    const { finalizers = [], deletionTimestamp } = object.metadata;
    return {
      finalizersAdded: [...finalizers],
      ...(gone ? {} : { deletionTimestampSet: deletionTimestamp !== undefined }),
      removedAtOnce: gone,
    };
  },
  'default-propagation': ({ kind, deleteOptions }: { readonly kind: string; readonly deleteOptions: DeleteOptions }) => {
    const [apiVersion = '', name = ''] = kind.split(' ');
    return { effectivePolicy: propagationOf(findKind(apiVersion, name) as ResourceInfo, [], deleteOptions) };
  },
  'owner-ref-delete-patch': (input: {
    readonly ownerUID: readonly string[];
    readonly dependentUID: string;
    readonly finalizers: readonly string[];
  }) => ({ want: JSON.stringify(deleteOwnerRefPatch(input.dependentUID, input.ownerUID, input.finalizers)) }),
  'namespace-conditions': (input: {
    readonly newConditions: readonly News[];
    readonly startingStatus: { readonly conditions: readonly Condition[] };
  }) => {
    const before = input.startingStatus.conditions ?? [];
    return { expecteds: (updatedConditions(before, input.newConditions, NOW) ?? before).map(withRelativeTime) };
  },
  'namespace-content-totals': ({ contentTotals }: { readonly contentTotals: Totals }) => ({
    expecteds: troubles({
      errors: [],
      remaining: new Map(Object.entries(contentTotals.gvrToNumRemaining ?? {}).map(([gvr, count]) => [resourceAndGroup(gvr), count])),
      finalizers: new Map(Object.entries(contentTotals.finalizersToNumRemaining ?? {})),
    }),
  }),
  'podgc-terminated': ({ pods, threshold }: { readonly pods: readonly SmallPod[]; readonly threshold: number }) =>
    collected(terminatedPods(podsOf(pods), threshold)),
  'podgc-unscheduled-terminating': ({ pods }: { readonly pods: readonly SmallPod[] }) =>
    collected(unscheduledTerminatingPods(podsOf(pods))),
  'podgc-out-of-service': ({ pods, nodes }: { readonly pods: readonly SmallPod[]; readonly nodes: readonly SmallNode[] }) => {
    const known = new Map(nodes.map((node) => [node.name, nodeOf(node)]));
    return collected(outOfServicePods(podsOf(pods), (name) => known.get(name)));
  },
  'podgc-orphaned': orphaned,
  'serviceaccount-creation': createdAccounts,
};

// ---- Garbage collection

interface ClassifyInput {
  readonly owners: readonly OwnerClass[];
  readonly item: {
    readonly deleting: boolean;
    readonly foregroundFinalizer: boolean;
    readonly orphanFinalizer: boolean;
    readonly dependents: readonly string[];
  };
}

function classify({ owners, item }: ClassifyInput): Json {
  const node = new GraphNode({ apiVersion: 'v1', kind: 'Pod', namespace: 'ns', name: 'item', uid: 'item' }, false);
  node.beingDeleted = item.deleting;
  node.deletingDependents = item.deleting && item.foregroundFinalizer;
  item.dependents.forEach((kind, i) => {
    const dependent = new GraphNode({ ...node.identity, name: `d${i}`, uid: `d${i}` }, false);
    dependent.deletingDependents = kind === 'deletingDependents';
    dependent.owners = [{ ...reference('item'), blockOwnerDeletion: !kind.includes('non-blocking') }];
    node.dependents.add(dependent);
  });
  const of = (wanted: OwnerClass): OwnerReference[] => owners.filter((one) => one === wanted).map(reference);
  const finalizers = [...(item.orphanFinalizer ? [ORPHAN] : []), ...(item.foregroundFinalizer ? [FOREGROUND] : [])];
  const latest: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'item', finalizers } };
  const early = decideDeleted(node);
  if (early !== null) return told(early);
  if (owners.length === 0) return { action: 'none' };
  return told(decideOwned(node, latest, { solid: of('solid'), dangling: of('dangling'), waiting: of('waiting') }));
}

const reference = (name: string): OwnerReference => ({ apiVersion: 'v1', kind: 'Owner', name, uid: name });

function told(decision: Decision): Json {
  switch (decision.type) {
    case 'leave':
      return { action: 'none' };
    case 'wait':
      return { action: 'enqueue-dependents' };
    case 'let-go':
      return { action: 'remove-foreground-finalizer' };
    case 'release':
      return { action: 'patch-remove-owner-refs', removed: decision.owners.map(({ name }) => name) };
    case 'delete':
      return { action: decision.unblock ? 'unblock-owner-refs-then-delete' : 'delete', propagationPolicy: decision.policy };
  }
}

// ---- Namespaces

interface Totals {
  readonly gvrToNumRemaining?: { readonly [gvr: string]: number } | null;
  readonly finalizersToNumRemaining?: { readonly [finalizer: string]: number } | null;
}

/** `apps.k8s.io/, Resource=daemonsets` or `daemonsets.apps.k8s.io` as `daemonsets.apps.k8s.io`. */
function resourceAndGroup(gvr: string): string {
  const match = /^([^/]*)\/.*, Resource=(.*)$/.exec(gvr);
  return match === null ? gvr : `${match[2]}.${match[1]}`;
}

const withRelativeTime = (condition: Condition): Json =>
  (condition.lastTransitionTime === rfc3339(NOW)
    ? { ...condition, lastTransitionTime: { nowPlusSeconds: 0 } }
    : condition) as unknown as Json;

function createdAccounts(input: {
  readonly ExistingNamespace: Namespace | null;
  readonly AddedNamespace: Namespace | null;
  readonly UpdatedNamespace: Namespace | null;
  readonly ExistingServiceAccounts: readonly ServiceAccount[] | null;
}): Json {
  const namespace = input.AddedNamespace ?? input.UpdatedNamespace ?? input.ExistingNamespace ?? undefined;
  const names = new Set((input.ExistingServiceAccounts ?? []).map(({ metadata }) => metadata.name));
  return { ExpectCreatedServiceAccounts: [...missingAccounts(namespace, ['default', 'managed'], (name) => names.has(name))] };
}

// ---- Pods

interface SmallPod {
  readonly name: string;
  readonly phase?: string;
  readonly reason?: string;
  readonly nodeName?: string;
  readonly deletionTimeStamp?: string | null;
}
interface SmallNode {
  readonly name: string;
  readonly readyCondition: string;
  readonly taints?: readonly Json[];
}

/** Pods that were created an hour apart. */
const podsOf = (pods: readonly SmallPod[]): Pod[] =>
  pods.map(
    ({ name, phase, reason, nodeName, deletionTimeStamp }, i) =>
      ({
        metadata: {
          name,
          namespace: 'default',
          creationTimestamp: rfc3339((i * 3_600 * SECOND) as SimTime),
          deletionTimestamp: deletionTimeStamp ?? undefined,
        },
        spec: { nodeName: nodeName ?? '' },
        status: { phase, reason },
      }) as unknown as Pod,
  );
const nodeOf = ({ name, readyCondition, taints }: SmallNode): Node =>
  ({ metadata: { name }, spec: { taints }, status: { conditions: [{ type: 'Ready', status: readyCondition }] } }) as unknown as Node;

/** What is deleted, and what is failed before that. */
function collected(pods: readonly Pod[]): Json {
  const names = (of: readonly Pod[]): Json => (of.length === 0 ? null : of.map(({ metadata }) => metadata.name).sort());
  return { deletedPodNames: names(pods), patchedPodNames: names(pods.filter((pod) => !isPodTerminal(pod))) };
}

type Nodes = readonly Node[] | null;
function orphaned(input: {
  readonly pods: readonly Pod[];
  readonly delay: { readonly seconds: number };
  readonly initialInformerNodes: Nodes;
  readonly addedInformerNodes: Nodes;
  readonly deletedInformerNodes: Nodes;
  readonly initialClientNodes: Nodes;
  readonly addedClientNodes: Nodes;
  readonly deletedClientNodes: Nodes;
}): Json {
  const names = (nodes: Nodes): string[] => (nodes ?? []).map(({ metadata }) => metadata.name);
  const after = (initial: Nodes, added: Nodes, deleted: Nodes): Set<string> =>
    new Set([...names(initial), ...names(added)].filter((name) => !names(deleted).includes(name)));
  const quarantine = new Quarantine();
  const before = new Set(names(input.initialInformerNodes));
  const known = after(input.initialInformerNodes, input.addedInformerNodes, input.deletedInformerNodes);
  const live = after(input.initialClientNodes, input.addedClientNodes, input.deletedClientNodes);
  quarantine.pass(
    missingNodes(input.pods, (name) => before.has(name)),
    NOW,
  );
  const due = quarantine.pass(
    missingNodes(input.pods, (name) => known.has(name)),
    simTime(input.delay.seconds * SECOND),
  );
  const gone = due.filter((name) => !known.has(name) && !live.has(name));
  return collected(input.pods.filter(({ spec }) => gone.includes(spec.nodeName ?? '')));
}

export const adapter: Adapter = (file) =>
  (file as { readonly cases: readonly Case[] }).cases.map(({ id, kind, input, expect }) => ({
    group: kind,
    id,
    run: () => {
      const answer = KINDS[kind];
      if (answer === undefined) return 'unsupported';
      const got = answer(input) as Json;
      return jsonEqual(got, sorted(expect)) || canonicalJson(got) === canonicalJson(expect) ? null : JSON.stringify(got);
    },
  }));

/** Names of pods are a set. */
const sorted = (expect: Json): Json =>
  Object.fromEntries(
    Object.entries(expect as { [name: string]: Json }).map(([name, value]) => [
      name,
      name.endsWith('PodNames') && Array.isArray(value) ? [...value].sort() : value,
    ]),
  );
