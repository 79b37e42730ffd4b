// describe deployment, replicaset, replicationcontroller, daemonset, statefulset. Models kubectl pkg/describe and
// pkg/util/deployment.
import { type JsonObject, jsonEqual } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { controllerOf, isControlledBy, metaOf } from '../../../machinery/object';
import { canonicalQuantity } from '../../../machinery/quantity';
import { type LabelSelector, selectorOf, selectorText } from '../../../machinery/selector';
import type { Condition, DaemonSet, Deployment, PodTemplateSpec, ReplicaSet, StringMap } from '../../../machinery/types';
import { CommandError } from '../errors';
import type { Describer } from './describing';
import { type Description, dateText, labelsText, listOf, objectOf, textOf } from './description';
import { describePodTemplate, labelSelectorText } from './pod-template';

const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

function describeReasons(w: Description, conditions: readonly Condition[] = []): void {
  if (conditions.length === 0) return;
  w.line(0, 'Conditions:');
  w.line(1, 'Type', 'Status', 'Reason');
  w.line(1, '----', '------', '------');
  for (const { type, status, reason = '' } of conditions) w.line(1, `${type} `, status, reason);
}

export const describeDeployment: Describer = function* (describing, object) {
  const events = yield* describing.events(object);
  const deployment = object as unknown as Deployment;
  const { metadata, spec, status = {} } = deployment;
  const labelSelector = selectorText(selectorOf(spec.selector));
  let sets: ReplicaSet[] = [];
  try {
    sets = yield* describing.list<ReplicaSet>('apps/v1', 'ReplicaSet', metadata.namespace ?? '', { labelSelector });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
  }
  const w = describing.begin();
  w.names(object);
  w.line(0, 'CreationTimestamp:', dateText(metadata.creationTimestamp));
  w.marks(object);
  w.line(0, 'Selector:', labelSelector);
  w.line(
    0,
    'Replicas:',
    `${number(spec.replicas)} desired | ${number(status.updatedReplicas)} updated | ${number(status.replicas)} total | ${number(status.availableReplicas)} available | ${number(status.unavailableReplicas)} unavailable`,
  );
  w.line(0, 'StrategyType:', spec.strategy?.type ?? '');
  w.line(0, 'MinReadySeconds:', String(number(spec.minReadySeconds)));
  const rolling = spec.strategy?.rollingUpdate;
  if (rolling) w.line(0, 'RollingUpdateStrategy:', `${rolling.maxUnavailable} max unavailable, ${rolling.maxSurge} max surge`);
  describePodTemplate(w, spec.template);
  describeReasons(w, status.conditions);
  describeReplicaSets(w, deployment, sets);
  describing.describeEvents(w, events);
  return w;
};

function describeReplicaSets(w: Description, deployment: Deployment, sets: readonly ReplicaSet[]): void {
  const own = sets.filter((set) => isControlledBy(set, deployment.metadata.uid ?? '')).sort(byAge);
  const current = own.find(({ spec }) => sameTemplate(spec.template, deployment.spec.template));
  if (own.length === 0) return;
  w.line(0, 'OldReplicaSets:', replicasText(own.filter((set) => set !== current)));
  w.line(0, 'NewReplicaSet:', replicasText(current === undefined ? [] : [current]));
}

const byAge = (a: ReplicaSet, b: ReplicaSet): number =>
  compareBytes(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compareBytes(a.metadata.name, b.metadata.name);

const replicasText = (sets: readonly ReplicaSet[]): string =>
  sets.map(({ metadata, spec, status }) => `${metadata.name} (${status?.replicas ?? 0}/${spec.replicas} replicas created)`).join(', ') ||
  '<none>';

function sameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  const plain = ({ metadata, ...template }: PodTemplateSpec): JsonObject => {
    const { 'pod-template-hash': _, ...labels } = (metadata?.labels ?? {}) as StringMap;
    return { ...template, metadata: { ...metadata, labels } } as unknown as JsonObject;
  };
  return jsonEqual(plain(a), plain(b));
}

export const describeReplicaSet: Describer = function* (describing, object) {
  const set = object as unknown as ReplicaSet;
  let phases: string;
  try {
    phases = yield* describing.podPhases(object, set.spec.selector);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    phases = `error in fetching pods: ${error.text}`;
  }
  const events = yield* describing.events(object);
  const w = describing.begin();
  w.names(object);
  w.line(0, 'Selector:', labelSelectorText(set.spec.selector));
  w.marks(object);
  const controller = controllerOf(object);
  if (controller !== null) w.line(0, 'Controlled By:', `${controller.kind}/${controller.name}`);
  w.line(0, 'Replicas:', `${set.status?.replicas ?? 0} current / ${number(set.spec.replicas)} desired`);
  w.line(0, 'Pods Status:', phases);
  describePodTemplate(w, set.spec.template);
  describeReasons(w, set.status?.conditions);
  describing.describeEvents(w, events);
  return w;
};

export const describeReplicationController: Describer = function* (describing, object) {
  const spec = objectOf(object, 'spec');
  const status = objectOf(object, 'status');
  const selector = objectOf(spec, 'selector') as StringMap;
  const phases = yield* describing.podPhases(object, { matchLabels: selector });
  const events = yield* describing.events(object);
  const w = describing.begin();
  w.names(object);
  w.line(0, 'Selector:', labelsText(selector));
  w.marks(object);
  w.line(0, 'Replicas:', `${number(status['replicas'])} current / ${number(spec['replicas'])} desired`);
  w.line(0, 'Pods Status:', phases);
  describePodTemplate(w, objectOf(spec, 'template') as unknown as PodTemplateSpec);
  describeReasons(w, listOf(status, 'conditions') as unknown as readonly Condition[]);
  describing.describeEvents(w, events);
  return w;
};

export const describeDaemonSet: Describer = function* (describing, object) {
  const { spec, status } = object as unknown as DaemonSet;
  const phases = yield* describing.podPhases(object, spec.selector);
  const events = yield* describing.events(object);
  const w = describing.begin();
  w.names(object);
  w.line(0, 'Selector:', selectorText(selectorOf(spec.selector)));
  w.line(0, 'Node-Selector:', labelsText(spec.template.spec.nodeSelector));
  w.marks(object);
  w.line(0, `Desired Number of Nodes Scheduled: ${number(status?.desiredNumberScheduled)}`);
  w.line(0, `Current Number of Nodes Scheduled: ${number(status?.currentNumberScheduled)}`);
  w.line(0, `Number of Nodes Scheduled with Up-to-date Pods: ${number(status?.updatedNumberScheduled)}`);
  w.line(0, `Number of Nodes Scheduled with Available Pods: ${number(status?.numberAvailable)}`);
  w.line(0, `Number of Nodes Misscheduled: ${number(status?.numberMisscheduled)}`);
  w.line(0, 'Pods Status:', phases);
  describePodTemplate(w, spec.template);
  describing.describeEvents(w, events);
  return w;
};

export const describeStatefulSet: Describer = function* (describing, object) {
  const spec = objectOf(object, 'spec');
  const selector = spec['selector'] as LabelSelector;
  const phases = yield* describing.podPhases(object, selector);
  const events = yield* describing.events(object);
  const w = describing.begin();
  w.names(object);
  w.line(0, 'CreationTimestamp:', dateText(textOf(objectOf(object, 'metadata'), 'creationTimestamp')));
  w.line(0, 'Selector:', selectorText(selectorOf(selector)));
  w.marks(object);
  w.line(0, 'Replicas:', `${number(spec['replicas'])} desired | ${number(objectOf(object, 'status')['replicas'])} total`);
  const strategy = objectOf(spec, 'updateStrategy');
  w.line(0, 'Update Strategy:', textOf(strategy, 'type'));
  const rolling = objectOf(strategy, 'rollingUpdate');
  if (rolling['partition'] !== undefined) {
    w.line(1, 'Partition:', textOf(rolling, 'partition'));
    if (rolling['maxUnavailable'] !== undefined) w.line(1, 'MaxUnavailable:', textOf(rolling, 'maxUnavailable'));
  }
  w.line(0, 'Pods Status:', phases);
  describePodTemplate(w, objectOf(spec, 'template') as unknown as PodTemplateSpec);
  describeClaims(w, listOf(spec, 'volumeClaimTemplates'));
  describing.describeEvents(w, events);
  return w;
};

function describeClaims(w: Description, claims: readonly JsonObject[]): void {
  if (claims.length === 0) return w.line(0, 'Volume Claims:', '<none>');
  w.line(0, 'Volume Claims:');
  for (const claim of claims) {
    const spec = objectOf(claim, 'spec');
    const { name = '', labels, annotations } = metaOf(claim);
    const storage = textOf(objectOf(objectOf(spec, 'resources'), 'requests'), 'storage');
    w.line(1, 'Name:', name);
    w.line(1, 'StorageClass:', textOf(spec, 'storageClassName'));
    w.labels('  Labels', labels);
    w.labels('  Annotations', annotations);
    w.line(1, 'Capacity:', storage === '' ? '<default>' : canonicalQuantity(storage));
    w.line(1, 'Access Modes:', `[${(spec['accessModes'] as readonly string[] | undefined)?.join(' ') ?? ''}]`);
  }
}
