// describe node. Models kubectl pkg/describe: NodeDescriber. Left out: the devices of ResourceSlices, which are asked
// for as the real one does.
import type { JsonObject } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { metaOf } from '../../../machinery/object';
import { approximateQuantity, canonicalQuantity, parseQuantity, type Quantity, quantityText } from '../../../machinery/quantity';
import type { Lease, Node, Pod, StringMap } from '../../../machinery/types';
import type { Task } from '../../../sim/task';
import { ApiError, CommandError } from '../errors';
import type { Describer } from './describing';
import { type Description, dateText } from './description';
import { type Amounts, podAmounts, sum } from './pod-resources';

export const describeNode: Describer = function* (describing, object) {
  const { name = '' } = metaOf(object);
  let pods: Pod[] | null = null;
  try {
    const fieldSelector = `spec.nodeName=${name},status.phase!=Failed,status.phase!=Succeeded`;
    pods = yield* describing.list<Pod>('v1', 'Pod', null, { fieldSelector });
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'Forbidden') throw error;
  }
  // Controllers tell of a node by its uid, its kubelet by its name.
  const byUid = yield* describing.events(object);
  const byName = yield* describing.events(object, { uid: name });
  const slices = describing.list('resource.k8s.io/v1', 'ResourceSlice', null, { fieldSelector: `spec.nodeName=${name}`, limit: undefined });
  yield* quietly(slices);
  const lease = yield* describing.get('coordination.k8s.io/v1', 'Lease', 'kube-node-lease', name);
  const w = describing.begin();
  const node = object as unknown as Node;
  describeIdentity(w, node);
  describeLease(w, lease);
  describeStatus(w, node);
  if (pods === null) w.line(0, 'Pods:', 'not authorized');
  else describePods(w, node, pods);
  describing.describeEvents(w, byUid === null ? null : [...byUid, ...(byName ?? [])]);
  return w;
};

/** A refusal is nothing to say. */
function* quietly<T>(task: Task<T>): Task<T | null> {
  try {
    return yield* task;
  } catch (error) {
    if (error instanceof CommandError) return null;
    throw error;
  }
}

function describeIdentity(w: Description, node: Node): void {
  const { spec } = node;
  w.line(0, 'Name:', node.metadata.name);
  w.line(0, 'Roles:', rolesOf(node.metadata.labels ?? {}).join(',') || '<none>');
  w.marks(node as unknown as JsonObject);
  w.line(0, 'CreationTimestamp:', dateText(node.metadata.creationTimestamp));
  const taints = [...(spec.taints ?? [])].sort((a, b) => compareBytes(`${a.effect},${a.key}`, `${b.effect},${b.key}`));
  w.list(
    'Taints',
    taints.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}${effect ? `:${effect}` : ''}`),
  );
  w.line(0, 'Unschedulable:', String(spec.unschedulable ?? false));
}

const ROLE = 'node-role.kubernetes.io/';
function rolesOf(labels: StringMap): string[] {
  const roles = Object.entries(labels).flatMap(([key, value]) =>
    key.startsWith(ROLE) ? [key.slice(ROLE.length)] : key === 'kubernetes.io/role' ? [value] : [],
  );
  return [...new Set(roles)].filter((role) => role !== '').sort(compareBytes);
}

function describeLease(w: Description, lease: JsonObject | CommandError): void {
  if (lease instanceof CommandError) {
    w.line(0, 'Lease:', `Failed to get lease: ${lease instanceof ApiError ? lease.message : lease.text}`);
    return;
  }
  const { holderIdentity, acquireTime, renewTime } = (lease as unknown as Lease).spec;
  w.line(0, 'Lease:');
  w.line(1, 'HolderIdentity:', holderIdentity ?? '<unset>');
  w.line(1, 'AcquireTime:', acquireTime ? dateText(acquireTime) : '<unset>');
  w.line(1, 'RenewTime:', renewTime ? dateText(renewTime) : '<unset>');
}

const INFO: readonly (readonly [title: string, field: string])[] = [
  ['Machine ID', 'machineID'],
  ['System UUID', 'systemUUID'],
  ['Boot ID', 'bootID'],
  ['Kernel Version', 'kernelVersion'],
  ['OS Image', 'osImage'],
  ['Operating System', 'operatingSystem'],
  ['Architecture', 'architecture'],
  ['Container Runtime Version', 'containerRuntimeVersion'],
  ['Kubelet Version', 'kubeletVersion'],
];

function describeStatus(w: Description, { spec, status }: Node): void {
  const conditions = status?.conditions ?? [];
  if (conditions.length > 0) {
    w.line(0, 'Conditions:');
    w.line(1, 'Type', 'Status', 'LastHeartbeatTime', 'LastTransitionTime', 'Reason', 'Message');
    w.line(1, '----', '------', '-----------------', '------------------', '------', '-------');
  }
  for (const { type, status: is, lastHeartbeatTime, lastTransitionTime, reason = '', message = '' } of conditions) {
    const cells = [type, is, dateText(lastHeartbeatTime), dateText(lastTransitionTime), reason];
    w.line(1, ...cells.map((cell) => `${cell} `), message);
  }
  w.line(0, 'Addresses:');
  for (const { type, address } of status?.addresses ?? []) w.line(1, `${type}:`, address);
  describeList(w, 'Capacity', status?.capacity ?? {});
  describeList(w, 'Allocatable', status?.allocatable ?? {});
  w.line(0, 'System Info:');
  for (const [title, field] of INFO) w.line(1, `${title}:`, status?.nodeInfo?.[field] ?? '');
  if (spec.podCIDR) w.line(0, 'PodCIDR:', spec.podCIDR);
  if (spec.podCIDRs?.length) w.line(0, 'PodCIDRs:', spec.podCIDRs.join(','));
  if (spec.providerID) w.line(0, 'ProviderID:', spec.providerID);
}

function describeList(w: Description, title: string, list: StringMap): void {
  const names = Object.keys(list).sort(compareBytes);
  if (names.length > 0) w.line(0, `${title}:`);
  for (const name of names) w.line(1, `${name}:`, canonicalQuantity(list[name] ?? ''));
}

// ---- Pods and what they ask for

function describePods(w: Description, { status }: Node, pods: readonly Pod[]): void {
  const allocatable = Object.keys(status?.allocatable ?? {}).length > 0 ? (status?.allocatable ?? {}) : (status?.capacity ?? {});
  const cell = (amounts: Amounts, name: string): string =>
    `${amountText(amounts.get(name))} (${percent(amounts.get(name), allocatable[name])}%)`;
  w.line(0, 'Non-terminated Pods:', `(${pods.length} in total)`);
  w.line(1, 'Namespace', 'Name', '', 'CPU Requests', 'CPU Limits', 'Memory Requests', 'Memory Limits', 'Age');
  w.line(1, '---------', '----', '', '------------', '----------', '---------------', '-------------', '---');
  const requests: Amounts[] = [];
  const limits: Amounts[] = [];
  for (const pod of pods) {
    const [asked, most] = [podAmounts(pod, 'requests'), podAmounts(pod, 'limits')];
    requests.push(asked);
    limits.push(most);
    const { namespace = '', name, creationTimestamp } = pod.metadata;
    const cells = [cell(asked, 'cpu'), cell(most, 'cpu'), cell(asked, 'memory'), cell(most, 'memory')];
    w.line(1, namespace, name, '', ...cells, w.since(creationTimestamp));
  }
  const [asked, most] = [sum(requests), sum(limits)];
  w.line(0, 'Allocated resources:');
  w.line(1, '(Total limits may be over 100 percent, i.e., overcommitted.)');
  w.line(1, 'Resource', 'Requests', 'Limits');
  w.line(1, '--------', '--------', '------');
  const names = Object.keys(allocatable).sort(compareBytes);
  for (const name of [...STANDARD, ...names.filter((n) => n.startsWith('hugepages-'))])
    w.line(1, name, cell(asked, name), cell(most, name));
  for (const name of names.filter((n) => !STANDARD.includes(n) && !n.startsWith('hugepages-') && n !== 'pods'))
    w.line(1, name, amountText(asked.get(name)), amountText(most.get(name)));
}

const STANDARD = ['cpu', 'memory', 'ephemeral-storage'];

const amountText = (amount: Quantity | undefined): string => (amount === undefined ? '0' : quantityText(amount));

function percent(amount: Quantity | undefined, of: string | undefined): number {
  const all = of === undefined ? null : parseQuantity(of);
  if (amount === undefined || all === null || all.nanos === 0n) return 0;
  return Math.trunc((approximateQuantity(amount) / approximateQuantity(all)) * 100);
}
