// describe pod. Models kubectl pkg/describe: PodDescriber.
import type { JsonObject } from '../../../base/json';
import { controllerOf, metaOf } from '../../../machinery/object';
import type { EventObject, Pod } from '../../../machinery/types';
import { describeContainers, describeResources, type Place } from './containers';
import type { Describer, Describing } from './describing';
import { type Description, dateText, objectOf, textOf } from './description';
import { describeSpread, tolerationTexts } from './pod-template';
import { describeVolumes } from './volumes';

const MIRROR = 'kubernetes.io/config.mirror';

export const describePod: Describer = function* (describing, object) {
  const mirrored = metaOf(object).annotations?.[MIRROR];
  const events = yield* describing.events(object, { kind: '', ...(mirrored === undefined ? {} : { uid: mirrored }) });
  return podText(describing, object as unknown as Pod, events);
};

function podText(describing: Describing, pod: Pod, events: readonly EventObject[] | null): Description {
  const w = describing.begin();
  const { spec, status = {} } = pod;
  describeIdentity(w, pod);
  describePhase(w, pod);
  w.line(0, 'IP:', status.podIP ?? '');
  if (status.podIPs?.length) w.line(0, 'IPs:');
  else w.line(0, 'IPs:', '<none>');
  for (const { ip } of status.podIPs ?? []) w.line(1, 'IP:', ip);
  const controller = controllerOf(pod);
  if (controller !== null) w.line(0, 'Controlled By:', `${controller.kind}/${controller.name}`);
  if (status.nominatedNodeName) w.line(0, 'NominatedNodeName:', status.nominatedNodeName);
  const { resources, ephemeralContainers } = spec as PodExtras;
  if (resources !== undefined) {
    w.line(0, 'Resources:');
    describeResources(w, 1, resources);
  }
  const place: Place = { pod, space: '' };
  if (spec.initContainers?.length) describeContainers(w, 'Init Containers', spec.initContainers, status.initContainerStatuses ?? [], place);
  describeContainers(w, 'Containers', spec.containers, status.containerStatuses ?? [], place);
  if (ephemeralContainers?.length) {
    const { ephemeralContainerStatuses = [] } = status as {
      readonly ephemeralContainerStatuses?: NonNullable<Pod['status']>['containerStatuses'];
    };
    describeContainers(w, 'Ephemeral Containers', ephemeralContainers, ephemeralContainerStatuses, place);
  }
  describeConditions(w, pod);
  describeVolumes(w, (spec.volumes ?? []) as unknown as readonly JsonObject[], '');
  w.line(0, 'QoS Class:', status.qosClass ?? 'BestEffort');
  w.labels('Node-Selectors', spec.nodeSelector);
  w.list('Tolerations', tolerationTexts(spec.tolerations));
  describeSpread(w, spec, '');
  describing.describeEvents(w, events);
  return w;
}

interface PodExtras {
  readonly resources?: Pod['spec']['containers'][number]['resources'];
  readonly ephemeralContainers?: Pod['spec']['containers'];
}

function describeIdentity(w: Description, pod: Pod): void {
  const { spec, status } = pod;
  w.names(pod as unknown as JsonObject);
  if (spec.priority !== undefined) w.line(0, 'Priority:', String(spec.priority));
  if (spec.priorityClassName) w.line(0, 'Priority Class Name:', spec.priorityClassName);
  if (spec.runtimeClassName) w.line(0, 'Runtime Class Name:', spec.runtimeClassName);
  if (spec.serviceAccountName) w.line(0, 'Service Account:', spec.serviceAccountName);
  w.line(0, 'Node:', spec.nodeName ? `${spec.nodeName}/${status?.hostIP ?? ''}` : '<none>');
  if (status?.startTime) w.line(0, 'Start Time:', dateText(status.startTime));
  w.marks(pod as unknown as JsonObject);
}

function describePhase(w: Description, { metadata, spec, status = {} }: Pod): void {
  const { phase = '', reason, message } = status;
  if (metadata.deletionTimestamp && phase !== 'Failed' && phase !== 'Succeeded') {
    w.line(0, 'Status:', `Terminating (lasts ${w.since(metadata.deletionTimestamp)})`);
    w.line(0, 'Termination Grace Period:', `${metadata.deletionGracePeriodSeconds ?? 0}s`);
  } else w.line(0, 'Status:', phase);
  if (reason) w.line(0, 'Reason:', reason);
  if (message) w.line(0, 'Message:', message);
  const seccomp = objectOf(spec.securityContext, 'seccompProfile');
  if (seccomp['type'] === undefined) return;
  w.line(0, 'SeccompProfile:', textOf(seccomp, 'type'));
  if (seccomp['type'] === 'Localhost') w.line(0, 'LocalhostProfile:', textOf(seccomp, 'localhostProfile'));
}

function describeConditions(w: Description, { spec, status }: Pod): void {
  const conditions = status?.conditions ?? [];
  if (spec.readinessGates?.length) {
    w.line(0, 'Readiness Gates:');
    w.line(1, 'Type', 'Status');
    for (const { conditionType } of spec.readinessGates)
      w.line(1, `${conditionType} `, `${conditions.find(({ type }) => type === conditionType)?.status ?? '<none>'} `);
  }
  if (conditions.length === 0) return;
  w.line(0, 'Conditions:');
  w.line(1, 'Type', 'Status');
  for (const condition of conditions) w.line(1, `${condition.type} `, `${condition.status} `);
}
