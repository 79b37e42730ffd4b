// Which records begin a step of the story. Each rule is a pattern over one record and its exchange; `told` is
// the step's number where it is one of the 17 of the call flow, the chapter its name here. What is told
// follows what was sent: nothing here orders anything, and no rule knows a command.
import { binaryOf } from '../wire/names';
import type { Kind } from '../wire/payload';
import type { Chapter } from './chapters';
import {
  about,
  by,
  byActor,
  calls,
  changesReadiness,
  creates,
  fails,
  type Here,
  heardBy,
  hears,
  httpOf,
  insideOf,
  isAnswerPacket,
  isChainOf,
  isDeleting,
  isFirstPacket,
  isGone,
  isGoodStatus,
  isOfLoad,
  isOwnStatus,
  isPending,
  isSideline,
  isStatus,
  isStatusPatch,
  isTopic,
  isTurn,
  objectOf,
  perRequest,
  persists,
  persistsStep,
  reportsRunning,
  writes,
} from './here';
import { conditionOf, field } from './naming';

export interface Rule {
  readonly chapter: Chapter;
  readonly told: number | null;
  readonly matches: (here: Here) => boolean;
  /** Steps with the same key are told once. */
  readonly once?: (here: Here) => string;
  /** What is said of it instead of what is said of any such record. */
  readonly what?: (here: Here) => string;
}

const POD_MAKERS = ['replicaset-controller', 'daemon-set-controller', 'job-controller', 'statefulset-controller'];
/** What a person creates to get Pods: there the 17 steps begin. */
const makesPods = (h: Here): boolean => ['deployments', 'replicasets', 'daemonsets', 'pods'].some((resource) => about(h, resource));
const CAST = new Set(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'kubelet', 'containerd']);

// ---- Rules, by kind of record; the first that matches counts

const REQUESTS: readonly Rule[] = [
  {
    chapter: 'Request',
    told: 1,
    matches: (h) => by(h, 'kubectl') && httpOf(h.record)?.method === 'POST' && makesPods(h),
  },
  { chapter: 'Request', told: null, matches: (h) => by(h, 'kubectl') && h.subject !== null },
  { chapter: 'Request', told: null, matches: (h) => by(h, 'kube-apiserver') && binaryOf(h.record.to) === 'kubelet' },
  {
    chapter: 'Persist',
    told: 2,
    matches: (h) => persistsStep(h) && h.served?.from === 'kubectl' && creates(h.served) && makesPods(h),
    once: perRequest,
  },
  {
    chapter: 'Persist',
    told: 4,
    matches: (h) => persists(h) && about(h, 'deployments') && byActor(h.served, 'deployment-controller'),
    once: perRequest,
  },
  {
    chapter: 'Persist',
    told: 7,
    matches: (h) => persistsStep(h) && about(h, 'pods') && byActor(h.served, ...POD_MAKERS) && creates(h.served),
    once: perRequest,
  },
  {
    chapter: 'Persist',
    told: 16,
    matches: (h) => persists(h) && isStatusPatch(h.served, h.subject) && reportsRunning(h.served),
    once: perRequest,
  },
  { chapter: 'Persist', told: null, matches: persistsStep, once: perRequest },
  {
    chapter: 'Reconcile',
    told: 5,
    matches: (h) => byActor(h.record, 'deployment-controller') && creates(h.record) && about(h, 'replicasets'),
  },
  { chapter: 'Reconcile', told: 6, matches: (h) => byActor(h.record, ...POD_MAKERS) && creates(h.record) && about(h, 'pods') },
  { chapter: 'Schedule', told: 9, matches: (h) => by(h, 'kube-scheduler') && about(h, 'pods', 'binding') },
  { chapter: 'Schedule', told: null, matches: (h) => by(h, 'kube-scheduler') && writes(h) && !isSideline(h) },
  {
    chapter: 'Run',
    told: 12,
    matches: (h) =>
      by(h, 'kubelet') &&
      httpOf(h.record) !== null &&
      (about(h, 'serviceaccounts', 'token') || about(h, 'configmaps') || about(h, 'secrets')),
  },
  { chapter: 'Run', told: 13, matches: (h) => calls(h, 'RunPodSandbox', 'PullImage', 'CreateContainer', 'StartContainer') },
  { chapter: 'Run', told: null, matches: (h) => by(h, 'kubelet') && calls(h, 'StopContainer', 'StopPodSandbox') },
  { chapter: 'Report', told: 15, matches: (h) => isStatusPatch(h.record, h.subject) && reportsRunning(h.record) },
  { chapter: 'Report', told: null, matches: (h) => by(h, 'kubelet') && writes(h) && h.subject?.resource === 'pods' },
  {
    chapter: 'Route',
    told: null,
    matches: (h) => by(h, 'kube-proxy') && calls(h, 'iptables-restore'),
    once: ({ record, trace }) => `rules for ${heardBy(record, trace)}`,
  },
  { chapter: 'Report', told: null, matches: (h) => isOwnStatus(h) && changesReadiness(h) },
  {
    chapter: 'Reconcile',
    told: null,
    matches: (h) => by(h, 'kube-controller-manager') && httpOf(h.record)?.method === 'DELETE' && h.subject?.name === null,
    once: ({ record, subject }) => `${record.actor} empties ${subject?.namespace}`,
    what: ({ subject }) => `delete all that is in ${subject?.namespace}, one kind after the other`,
  },
  { chapter: 'Reconcile', told: null, matches: (h) => by(h, 'kube-controller-manager') && writes(h) && !isSideline(h) && !isOwnStatus(h) },
];

const ANSWERS: readonly Rule[] = [
  { chapter: 'Run', told: 14, matches: (h) => calls(h, 'StartContainer') && !fails(h) && h.record.payload.protocol === 'cri' },
  {
    chapter: 'Run',
    told: null,
    matches: (h) =>
      h.record.payload.protocol === 'cri' && fails(h) && calls(h, 'RunPodSandbox', 'PullImage', 'CreateContainer', 'StartContainer'),
  },
  { chapter: 'Request', told: null, matches: (h) => h.record.to === 'kubectl' && fails(h) && h.servesIn !== null },
  { chapter: 'Persist', told: null, matches: (h) => isStatus(h, 409) && !isSideline(h) },
  { chapter: 'Admit', told: null, matches: (h) => isStatus(h, 403) && h.servesIn !== null },
];

const DELIVERIES: readonly Rule[] = [
  {
    chapter: 'Notify',
    told: 3,
    matches: (h) => hears(h, 'kube-controller-manager', 'deployments') && !isGone(h) && !isDeleting(objectOf(h)),
  },
  {
    chapter: 'Notify',
    told: null,
    matches: (h) =>
      hears(
        h,
        'kube-controller-manager',
        'replicasets',
        'daemonsets',
        'statefulsets',
        'jobs',
        'services',
        'nodes',
        'namespaces',
        'deployments',
      ),
  },
  {
    chapter: 'Notify',
    told: null,
    matches: (h) => hears(h, 'kube-controller-manager', 'pods') && (isGone(h) || conditionOf(objectOf(h), 'Ready') !== null),
  },
  {
    chapter: 'Notify',
    told: 8,
    matches: (h) => hears(h, 'kube-scheduler', 'pods') && !isGone(h) && !isDeleting(objectOf(h)) && !field(objectOf(h), 'spec', 'nodeName'),
    once: (h) => `queued ${String(field(objectOf(h), 'metadata', 'uid'))}`,
  },
  {
    chapter: 'Notify',
    told: 10,
    matches: (h) => hears(h, 'kubelet', 'pods') && !isGone(h) && !isDeleting(objectOf(h)) && isPending(objectOf(h)),
    once: (h) => `${h.record.to} has ${String(field(objectOf(h), 'metadata', 'uid'))}`,
  },
  {
    chapter: 'Notify',
    told: null,
    matches: (h) => hears(h, 'kubelet', 'pods') && !isGone(h) && isDeleting(objectOf(h)),
    once: (h) => `${h.record.to} ends ${String(field(objectOf(h), 'metadata', 'uid'))}`,
  },
  { chapter: 'Route', told: 11, matches: (h) => hears(h, 'kube-proxy', 'endpointslices', 'services') },
  { chapter: 'Notify', told: null, matches: (h) => hears(h, 'kubectl') },
];

const INSIDE: readonly Rule[] = [
  {
    chapter: 'Admit',
    told: null,
    matches: (h) => isChainOf(h, h.served) && h.served?.from === 'kubectl' && h.servesIn !== null && httpOf(h.served)?.method !== 'GET',
  },
  { chapter: 'Schedule', told: null, matches: (h) => isTopic(h, 'schedule') },
  { chapter: 'Run', told: null, matches: (h) => (isTopic(h, 'started') || isTopic(h, 'stopped')) && CAST.has(binaryOf(h.record.from)) },
  { chapter: 'Reconcile', told: null, matches: (h) => isTopic(h, 'leader') },
  { chapter: 'Route', told: null, matches: (h) => isTurn(h) && !isOfLoad(h) },
  {
    chapter: 'Route',
    told: null,
    matches: (h) => isTopic(h, 'request') && insideOf(h)?.load !== undefined && !isGoodStatus(insideOf(h)?.outcome),
    once: (h) => `${h.record.from} ${String(insideOf(h)?.load)}: ${String(insideOf(h)?.outcome)}`,
  },
];

/** Of a request: what asks, what the rules make of it, what answers. Packets on their way are not told. */
const PACKETS: readonly Rule[] = [{ chapter: 'Route', told: null, matches: (h) => isFirstPacket(h) || isAnswerPacket(h) }];

const ALWAYS = (): boolean => true;
export const RULES: { readonly [kind in Kind]?: readonly Rule[] } = {
  request: REQUESTS,
  response: ANSWERS,
  'watch-delivery': DELIVERIES,
  inside: INSIDE,
  packet: PACKETS,
  fault: [{ chapter: 'Request', told: null, matches: ALWAYS }],
  stream: [{ chapter: 'Run', told: null, matches: (h) => calls(h, 'exit') && h.subject?.container != null }],
};

/** What of the start of the cluster is told. */
export const BOOT_RULES: { readonly [kind in Kind]?: readonly Rule[] } = {
  inside: [
    { chapter: 'Boot', told: null, matches: (h) => (isTopic(h, 'started') && CAST.has(binaryOf(h.record.from))) || isTopic(h, 'leader') },
    {
      chapter: 'Boot',
      told: null,
      matches: (h) => h.record.payload.kind === 'inside' && h.record.payload.topic === 'boot' && h.record.payload.detail.ready === true,
    },
  ],
  response: [
    { chapter: 'Boot', told: null, matches: (h) => isStatus(h, 201) && hears(h, 'kubelet', 'nodes'), once: (h) => `${h.record.to} joins` },
  ],
};
