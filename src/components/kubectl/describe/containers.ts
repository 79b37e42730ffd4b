// Containers of a pod or of a pod template, as describe prints them. Models kubectl pkg/describe: describeContainers
// and what it calls, and pkg/util/resource ExtractContainerResourceValue.
import type { JsonObject } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { goPrint, goQuote } from '../../../machinery/go-json';
import { metaOf } from '../../../machinery/object';
import { canonicalQuantity, quantityMilli, quantityValue } from '../../../machinery/quantity';
import type { Container, ContainerPort, ContainerState, ContainerStatus, EnvVar, Pod, Probe, StringMap } from '../../../machinery/types';
import { boolText, type Description, dateText, objectOf, textOf } from './description';

/** Where containers stand: of a pod, or (`pod` is null) of a template, which is set in by one blank more. */
export interface Place {
  readonly pod: Pod | null;
  readonly space: '' | '  ';
}

export function describeContainers(
  w: Description,
  label: string,
  containers: readonly Container[],
  statuses: readonly ContainerStatus[],
  place: Place,
): void {
  w.line(0, `${place.space}${label}:${containers.length === 0 ? ' <none>' : ''}`);
  for (const container of containers) {
    const status = statuses.find(({ name }) => name === container.name);
    describeBasics(w, container, status, place);
    describeWords(w, 'Command', container.command);
    describeWords(w, 'Args', container.args);
    if (status !== undefined) describeStatus(w, status);
    describeResources(w, 2, container.resources ?? {});
    describeProbe(w, 'Liveness', container.livenessProbe);
    describeProbe(w, 'Readiness', container.readinessProbe);
    describeProbe(w, 'Startup', container.startupProbe);
    if (container.envFrom !== undefined && container.envFrom.length > 0) describeEnvFrom(w, container.envFrom);
    describeEnv(w, container, place.pod);
    describeMounts(w, container);
  }
}

function describeBasics(w: Description, container: Container, status: ContainerStatus | undefined, { space }: Place): void {
  w.line(1, `${space === '' ? '' : ' '}${container.name}:`);
  if (status !== undefined) w.line(2, 'Container ID:', status.containerID ?? '');
  w.line(2, 'Image:', container.image);
  if (status !== undefined) w.line(2, 'Image ID:', status.imageID);
  describePorts(w, 'Port', container.ports ?? [], (port) => port.containerPort);
  describePorts(w, 'Host Port', container.ports ?? [], (port) => port.hostPort ?? 0);
  const seccomp = objectOf(container.securityContext, 'seccompProfile');
  if (seccomp['type'] === undefined) return;
  w.line(2, 'SeccompProfile:', textOf(seccomp, 'type'));
  if (seccomp['type'] === 'Localhost') w.line(3, 'LocalhostProfile:', textOf(seccomp, 'localhostProfile'));
}

function describePorts(w: Description, title: string, ports: readonly ContainerPort[], number: (port: ContainerPort) => number): void {
  const text = ports.map((port) => `${number(port)}/${port.protocol ?? ''}${port.name ? ` (${port.name})` : ''}`).join(', ');
  w.line(2, text.includes(',') ? `${title}s:` : `${title}:`, text || '<none>');
}

function describeWords(w: Description, title: string, words: readonly string[] = []): void {
  if (words.length === 0) return;
  w.line(2, `${title}:`);
  for (const word of words) for (const line of word.split('\n')) w.line(3, line);
}

function describeStatus(w: Description, status: ContainerStatus): void {
  describeState(w, 'State', status.state ?? {});
  if (status.lastState?.terminated !== undefined) describeState(w, 'Last State', status.lastState);
  w.line(2, 'Ready:', boolText(status.ready));
  w.line(2, 'Restart Count:', String(status.restartCount));
}

function describeState(w: Description, title: string, { running, waiting, terminated }: ContainerState): void {
  if (running !== undefined) {
    w.line(2, `${title}:`, 'Running');
    w.line(3, 'Started:', dateText(running.startedAt));
  } else if (terminated !== undefined && waiting === undefined) {
    w.line(2, `${title}:`, 'Terminated');
    if (terminated.reason) w.line(3, 'Reason:', terminated.reason);
    if (terminated.message) w.line(3, 'Message:', terminated.message);
    w.line(3, 'Exit Code:', String(terminated.exitCode));
    if (terminated.signal) w.line(3, 'Signal:', String(terminated.signal));
    w.line(3, 'Started:', dateText(terminated.startedAt));
    w.line(3, 'Finished:', dateText(terminated.finishedAt));
  } else {
    w.line(2, `${title}:`, 'Waiting');
    if (waiting?.reason) w.line(3, 'Reason:', waiting.reason);
  }
}

export function describeResources(
  w: Description,
  level: number,
  { limits, requests }: { readonly limits?: StringMap; readonly requests?: StringMap },
): void {
  describeAmounts(w, level, 'Limits', limits ?? {});
  describeAmounts(w, level, 'Requests', requests ?? {});
}

function describeAmounts(w: Description, level: number, title: string, amounts: StringMap): void {
  const names = Object.keys(amounts).sort(compareBytes);
  if (names.length > 0) w.line(level, `${title}:`);
  for (const name of names) w.line(level + 1, `${name}:`, canonicalQuantity(amounts[name] ?? ''));
}

function describeProbe(w: Description, title: string, probe: Probe | undefined): void {
  if (probe !== undefined) w.line(2, `${title}:`, probeText(probe));
}

function probeText(probe: Probe): string {
  const {
    initialDelaySeconds: delay = 0,
    timeoutSeconds: timeout = 0,
    periodSeconds: period = 0,
    successThreshold: success = 0,
    failureThreshold: failure = 0,
  } = probe;
  const attributes = `delay=${delay}s timeout=${timeout}s period=${period}s #success=${success} #failure=${failure}`;
  const grpc = probe['grpc'] as JsonObject | undefined;
  if (probe.exec !== undefined) return `exec ${goPrint(probe.exec['command'] ?? [])} ${attributes}`;
  if (probe.httpGet !== undefined) {
    const host = textOf(probe.httpGet, 'host');
    const address = `${host.includes(':') ? `[${host}]` : host}:${textOf(probe.httpGet, 'port')}`;
    return `http-get ${textOf(probe.httpGet, 'scheme').toLowerCase()}://${address}${textOf(probe.httpGet, 'path')} ${attributes}`;
  }
  if (probe.tcpSocket !== undefined)
    return `tcp-socket ${textOf(probe.tcpSocket, 'host')}:${textOf(probe.tcpSocket, 'port')} ${attributes}`;
  if (grpc !== undefined) return `grpc <pod>:${textOf(grpc, 'port')} ${textOf(grpc, 'service')} ${attributes}`;
  return `unknown ${attributes}`;
}

const optional = (reference: JsonObject): string => `Optional: ${reference['optional'] === true}`;

function describeEnvFrom(w: Description, sources: readonly JsonObject[]): void {
  w.line(2, 'Environment Variables from:');
  for (const source of sources) {
    const kind = source['configMapRef'] === undefined ? 'Secret' : 'ConfigMap';
    const reference = objectOf(source, source['configMapRef'] === undefined ? 'secretRef' : 'configMapRef');
    const prefix = textOf(source, 'prefix');
    w.line(3, textOf(reference, 'name'), prefix === '' ? kind : `${kind} with prefix '${prefix}'`, optional(reference));
  }
}

function describeEnv(w: Description, container: Container, pod: Pod | null): void {
  const { env = [] } = container;
  w.line(2, 'Environment:', ...(env.length === 0 ? ['<none>'] : []));
  for (const variable of env) {
    if (variable.valueFrom === undefined) {
      for (const [i, line] of (variable.value ?? '').split('\n').entries()) w.line(3, i === 0 ? `${variable.name}:` : '', line);
    } else w.line(3, `${variable.name}:`, ...sourceCells(variable, container, pod));
  }
}

function sourceCells({ valueFrom }: EnvVar, container: Container, pod: Pod | null): string[] {
  const field = valueFrom?.['fieldRef'] as JsonObject | undefined;
  const resource = valueFrom?.['resourceFieldRef'] as JsonObject | undefined;
  const secret = valueFrom?.['secretKeyRef'] as JsonObject | undefined;
  const config = valueFrom?.['configMapKeyRef'] as JsonObject | undefined;
  if (field !== undefined) {
    const path = textOf(field, 'fieldPath');
    return [`${pod === null ? '' : fieldValue(pod, path)} (${textOf(field, 'apiVersion')}:${path})`];
  }
  if (resource !== undefined) {
    const name = textOf(resource, 'resource');
    const value = resourceValue(container, name, textOf(resource, 'divisor'));
    return [`${value === '0' && /^limits\.(cpu|memory)$/.test(name) ? 'node allocatable' : value} (${name})`];
  }
  if (secret !== undefined) return [`<set to the key '${textOf(secret, 'key')}' in secret '${textOf(secret, 'name')}'>`, optional(secret)];
  if (config === undefined) return [];
  return [`<set to the key '${textOf(config, 'key')}' of config map '${textOf(config, 'name')}'>`, optional(config)];
}

/** Only metadata is known to kubectl; of the rest it shows no value. */
function fieldValue(pod: Pod, path: string): string {
  const { name = '', namespace = '', uid = '', labels, annotations } = metaOf(pod);
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (subscript !== null) return (subscript[1] === 'labels' ? labels : annotations)?.[subscript[2] ?? ''] ?? '';
  return { 'metadata.name': name, 'metadata.namespace': namespace, 'metadata.uid': uid }[path] ?? '';
}

/** Rounded up to whole divisors; '' for a resource that containers do not have. */
function resourceValue({ resources }: Container, name: string, divisor: string): string {
  const [list = '', resource = ''] = name.split('.');
  const amounts = list === 'limits' ? resources?.limits : list === 'requests' ? resources?.requests : undefined;
  const of = resource === 'cpu' ? quantityMilli : quantityValue;
  if (!/^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.*)$/.test(name)) return '';
  return String(Math.ceil(of(amounts?.[resource]) / (of(divisor) || of('1'))));
}

function describeMounts(w: Description, container: Container): void {
  const { volumeMounts = [] } = container;
  w.line(2, 'Mounts:', ...(volumeMounts.length === 0 ? ['<none>'] : []));
  for (const { mountPath, name, readOnly, subPath } of [...volumeMounts].sort((a, b) => compareBytes(a.mountPath, b.mountPath))) {
    w.line(3, `${mountPath} from ${name} (${readOnly ? 'ro' : 'rw'}${subPath ? `,path=${goQuote(subPath)}` : ''})`);
  }
  const devices = (container as { readonly volumeDevices?: readonly JsonObject[] }).volumeDevices ?? [];
  if (devices.length === 0) return;
  w.line(2, 'Devices:', ...(volumeMounts.length === 0 ? ['<none>'] : []));
  for (const device of [...devices].sort((a, b) => compareBytes(textOf(a, 'devicePath'), textOf(b, 'devicePath'))))
    w.line(3, `${textOf(device, 'devicePath')} from ${textOf(device, 'name')}`);
}
