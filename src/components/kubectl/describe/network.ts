// describe service, endpointslice, endpoints. Models kubectl pkg/describe.
import type { JsonObject } from '../../../base/json';
import { metaOf } from '../../../machinery/object';
import type { EndpointSlice, Service, ServicePort } from '../../../machinery/types';
import type { Task } from '../../../sim/task';
import type { Describer, Describing } from './describing';
import { type Description, labelsText, listOf, objectOf, textOf } from './description';

const SERVICE_NAME = 'kubernetes.io/service-name';
/** More endpoints than these are only counted. */
const SHOWN_ENDPOINTS = 3;

/** The slices behind a service. */
export function* slicesOf(describing: Describing, namespace: string, service: string): Task<EndpointSlice[]> {
  const query = { labelSelector: `${SERVICE_NAME}=${service}`, limit: undefined };
  return yield* describing.list<EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice', namespace, query);
}

export const describeService: Describer = function* (describing, object) {
  const { name = '', namespace = '' } = metaOf(object);
  const slices = yield* slicesOf(describing, namespace, name);
  const events = yield* describing.events(object);
  const w = describing.begin();
  w.names(object);
  w.marks(object);
  describeServiceSpec(w, object as unknown as Service, slices);
  describing.describeEvents(w, events);
  return w;
};

function describeServiceSpec(w: Description, service: Service, slices: readonly EndpointSlice[]): void {
  const { spec } = service;
  const more = spec as unknown as JsonObject;
  const line = (title: string, text: string | undefined): void => {
    if (text) w.line(0, title, text);
  };
  w.line(0, 'Selector:', labelsText(spec.selector));
  w.line(0, 'Type:', spec.type ?? '');
  line('IP Family Policy:', spec.ipFamilyPolicy);
  w.line(0, 'IP Families:', spec.ipFamilies?.join(',') || '<none>');
  w.line(0, 'IP:', spec.clusterIP ?? '');
  w.line(0, 'IPs:', spec.clusterIPs?.join(',') || '<none>');
  line('External IPs:', spec.externalIPs?.join(','));
  line('Desired LoadBalancer IP:', textOf(more, 'loadBalancerIP'));
  line('External Name:', textOf(more, 'externalName'));
  line('LoadBalancer Ingress:', listOf(objectOf(service.status, 'loadBalancer'), 'ingress').map(ingressText).join(', '));
  for (const port of spec.ports ?? []) describeServicePort(w, port, slices);
  w.line(0, 'Session Affinity:', spec.sessionAffinity ?? '');
  line('External Traffic Policy:', spec.externalTrafficPolicy);
  line('Internal Traffic Policy:', spec.internalTrafficPolicy);
  line('HealthCheck NodePort:', textOf(more, 'healthCheckNodePort'));
  line('LoadBalancer Source Ranges:', spec.loadBalancerSourceRanges?.join(','));
  line('Traffic Distribution:', textOf(more, 'trafficDistribution'));
}

function ingressText(ingress: JsonObject): string {
  const ip = textOf(ingress, 'ip');
  if (ip === '') return textOf(ingress, 'hostname');
  return ingress['ipMode'] === undefined ? ip : `${ip} (${textOf(ingress, 'ipMode')})`;
}

function describeServicePort(w: Description, port: ServicePort, slices: readonly EndpointSlice[]): void {
  const { protocol = '' } = port;
  const name = port.name || '<unset>';
  w.line(0, 'Port:', name, `${port.port}/${protocol}`);
  w.line(0, 'TargetPort:', `${port.targetPort ?? 0}/${protocol}`);
  if (port.appProtocol !== undefined) w.line(0, 'AppProtocol:', port.appProtocol);
  if (port.nodePort) w.line(0, 'NodePort:', name, `${port.nodePort}/${protocol}`);
  w.line(0, 'Endpoints:', endpointsText(slices, port.name ?? ''));
}

/** The ready addresses of a port: `10.244.1.4:80,10.244.2.3:80 + 2 more...`. */
export function endpointsText(slices: readonly EndpointSlice[], portName: string): string {
  if (slices.length === 0) return '<none>';
  const shown: string[] = [];
  let [ready, more] = [0, false];
  for (const { ports, endpoints } of slices) {
    const suffixes = ports?.length ? ports.filter(({ name = '' }) => name === portName).map(({ port }) => `:${port ?? 0}`) : [''];
    for (const suffix of suffixes) {
      for (const endpoint of endpoints ?? []) {
        // Upstream notices that there is more at any further endpoint, ready or not.
        if (shown.length === SHOWN_ENDPOINTS) more = true;
        if (endpoint.conditions.ready === false) continue;
        if (!more) shown.push(`${bracketed(endpoint.addresses[0] ?? '', suffix)}${suffix}`);
        ready++;
      }
    }
  }
  return more ? `${shown.join(',')} + ${ready - SHOWN_ENDPOINTS} more...` : shown.join(',');
}

const bracketed = (address: string, suffix: string): string => (suffix !== '' && address.includes(':') ? `[${address}]` : address);

export const describeEndpointSlice: Describer = function* (describing, object) {
  const events = yield* describing.events(object);
  const w = describing.begin();
  const slice = object as unknown as EndpointSlice;
  w.names(object);
  w.marks(object);
  w.line(0, 'AddressType:', slice.addressType);
  if (!slice.ports?.length) w.line(0, 'Ports: <unset>');
  else {
    w.line(0, 'Ports:');
    w.line(1, 'Name', 'Port', 'Protocol');
    w.line(1, '----', '----', '--------');
    for (const { name, port, protocol = '' } of slice.ports) w.line(1, name || '<unset>', String(port ?? '<unset>'), protocol);
  }
  if (!slice.endpoints?.length) w.line(0, 'Endpoints: <none>');
  else w.line(0, 'Endpoints:');
  for (const { addresses, conditions, hostname, targetRef, nodeName, zone } of slice.endpoints ?? []) {
    w.line(1, '- Addresses:', addresses.join(', ') || '<none>');
    w.line(2, 'Conditions:');
    w.line(3, 'Ready:', String(conditions.ready ?? '<unset>'));
    w.line(2, 'Hostname:', hostname ?? '<unset>');
    if (targetRef !== undefined) w.line(2, 'TargetRef:', `${targetRef.kind}/${targetRef.name}`);
    w.line(2, 'NodeName:', nodeName ?? '<unset>');
    w.line(2, 'Zone:', zone ?? '<unset>');
  }
  describing.describeEvents(w, events);
  return w;
};

export const describeEndpoints: Describer = function* (describing, object) {
  const events = yield* describing.events(object);
  const w = describing.begin();
  w.names(object);
  w.marks(object);
  w.line(0, 'Subsets:');
  const addresses = (subset: JsonObject, name: string): string =>
    listOf(subset, name)
      .map((address) => textOf(address, 'ip'))
      .join(',') || '<none>';
  for (const subset of listOf(object, 'subsets')) {
    w.line(1, 'Addresses:', addresses(subset, 'addresses'));
    w.line(1, 'NotReadyAddresses:', addresses(subset, 'notReadyAddresses'));
    const ports = listOf(subset, 'ports');
    if (ports.length > 0) {
      w.line(1, 'Ports:');
      w.line(2, 'Name', 'Port', 'Protocol');
      w.line(2, '----', '----', '--------');
    }
    for (const port of ports) w.line(2, textOf(port, 'name') || '<unset>', textOf(port, 'port'), textOf(port, 'protocol'));
    w.line(0, '');
  }
  describing.describeEvents(w, events);
  return w;
};
