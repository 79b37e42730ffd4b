// Services. Models core validation's ValidateServiceCreate and ValidateServiceUpdate. The lists clusterIPs and
// ipFamilies are those that the strategy has filled in. Left out: load balancers' status.
import type { JsonObject } from '../../base/json';
import { cidr, ipAddress, parseIp } from '../ip';
import { dns1123Label, dns1123Subdomain, portNumber, qualifiedName } from '../names';
import type { Service, ServicePort } from '../types';
import { validateAddress } from './addresses';
import type { Findings } from './findings';
import { goStruct } from './go-struct';
import { labelName, validateLabels, validateMeta, validateMetaUpdate } from './meta';
import { validatePort } from './probes';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const FAMILY_POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const TRAFFIC_POLICIES = ['Cluster', 'Local'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const MAX_AFFINITY_SECONDS = 86_400;
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";
const ONE_PER_FAMILY = 'may specify no more than one IP for each IP family';

type Spec = Service['spec'] & {
  readonly externalName?: string;
  readonly allocateLoadBalancerNodePorts?: boolean;
  readonly loadBalancerClass?: string;
  readonly trafficDistribution?: string;
};
const isHeadless = ({ clusterIPs }: Spec): boolean => clusterIPs?.length === 1 && clusterIPs[0] === 'None';

/** Whether traffic may come from outside the cluster. */
export const isExternallyAccessible = ({ type, externalIPs }: Service['spec']): boolean =>
  type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && (externalIPs?.length ?? 0) > 0);
export const needsHealthCheck = ({ type, externalTrafficPolicy }: Service['spec']): boolean =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local';

export function validateService(found: Findings, service: Service): void {
  validateMeta(found, service.metadata, true, labelName);
  validateSpec(found, service.spec);
}

function validateSpec(found: Findings, spec: Spec): void {
  const { ports = [], type, selector } = spec;
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') found.required('spec.ports');
  validateByType(found, spec);
  const names = new Set<string>();
  ports.forEach((port, i) => void validateServicePort(found, `spec.ports[${i}]`, port, ports.length > 1, names));
  validateLabels(found, 'spec.selector', selector);
  validateAffinity(found, spec);
  if (type !== 'ExternalName') validateClusterIps(found, spec);
  spec.externalIPs?.forEach((address, i) => {
    const complaints = ipAddress(address);
    if (complaints.length > 0) found.complaints(`spec.externalIPs[${i}]`, address, complaints);
    else validateAddress(found, `spec.externalIPs[${i}]`, address);
  });
  found.oneOfRequired('spec.type', type, TYPES);
  validatePortSets(found, spec);
  validateLoadBalancer(found, spec);
  validateTraffic(found, spec);
}

function validateByType(found: Findings, spec: Spec): void {
  const { type, externalName = '' } = spec;
  if (type === 'LoadBalancer' || type === 'NodePort') {
    if (isHeadless(spec)) found.invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`);
    return;
  }
  if (type !== 'ExternalName') return;
  const why = 'may not be set for ExternalName services';
  if ((spec.clusterIPs?.length ?? 0) > 0) found.forbidden('spec.clusterIPs', why);
  if ((spec.ipFamilies?.length ?? 0) > 0) found.forbidden('spec.ipFamilies', why);
  if (spec.ipFamilyPolicy !== undefined) found.forbidden('spec.ipFamilyPolicy', why);
  const name = externalName.replace(/\.$/, '');
  if (name === '') found.required('spec.externalName');
  else found.complaints('spec.externalName', name, dns1123Subdomain(name));
}

function validateServicePort(found: Findings, path: string, port: ServicePort, needsName: boolean, names: Set<string>): void {
  const { name, protocol, targetPort, appProtocol } = port;
  if (!name) {
    if (needsName) found.required(`${path}.name`);
  } else {
    found.complaints(`${path}.name`, name, dns1123Label(name));
    if (names.has(name)) found.duplicate(`${path}.name`, name);
    names.add(name);
  }
  found.complaints(`${path}.port`, port.port ?? 0, portNumber(port.port ?? 0));
  found.oneOfRequired(`${path}.protocol`, protocol, PROTOCOLS);
  validatePort(found, `${path}.targetPort`, targetPort);
  if (appProtocol !== undefined) found.complaints(`${path}.appProtocol`, appProtocol, qualifiedName(appProtocol));
}

function validateAffinity(found: Findings, { sessionAffinity, sessionAffinityConfig }: Spec): void {
  const path = 'spec.sessionAffinityConfig';
  found.oneOfRequired('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']);
  if (sessionAffinity === 'None' && sessionAffinityConfig !== undefined)
    found.forbidden(path, 'must not be set when session affinity is None');
  if (sessionAffinity !== 'ClientIP') return;
  const why = 'when session affinity type is ClientIP';
  const client = sessionAffinityConfig?.clientIP as { readonly timeoutSeconds?: number } | undefined;
  if (sessionAffinityConfig === undefined) return found.required(path, why);
  if (client === undefined) return found.required(`${path}.clientIP`, why);
  const { timeoutSeconds: seconds } = client;
  const at = `${path}.clientIP.timeoutSeconds`;
  if (seconds === undefined) found.required(at, why);
  else if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS)
    found.invalid(at, seconds, `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`);
}

// ---- Addresses

function validateClusterIps(found: Findings, spec: Spec): void {
  const { clusterIP = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  if (clusterIP !== '') {
    if (clusterIPs.length === 0) found.required('spec.clusterIPs');
    else if (clusterIPs[0] !== clusterIP) found.invalid('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`');
  } else if (clusterIPs.length > 0) found.invalid('spec.clusterIPs', clusterIPs, 'must be empty when `clusterIP` is not specified');
  ipFamilies.forEach((family, i) => {
    found.oneOf(`spec.ipFamilies[${i}]`, family, ['IPv4', 'IPv6']);
    if (ipFamilies.indexOf(family) < i) found.duplicate(`spec.ipFamilies[${i}]`, family);
  });
  found.oneOf('spec.ipFamilyPolicy', ipFamilyPolicy, FAMILY_POLICIES);
  const before = found.errors.length;
  clusterIPs.forEach((address, i) => {
    if (i > 0 || address !== 'None') found.complaints(`spec.clusterIPs[${i}]`, address, ipAddress(address));
    else if (clusterIPs.length > 1) found.invalid('spec.clusterIPs', clusterIPs, "'None' must be the first and only value");
  });
  const bad = found.errors.length > before;
  if (clusterIPs.length > 2) found.invalid('spec.clusterIPs', clusterIPs, 'may only hold up to 2 values');
  if (bad) return;
  const families = clusterIPs.map((address) => parseIp(address)?.family);
  if (clusterIPs.length > 1 && families[0] === families[1]) found.invalid('spec.clusterIPs', clusterIPs, ONE_PER_FAMILY);
  if (isHeadless(spec)) return;
  clusterIPs.forEach((address, i) => {
    const family = ipFamilies[i];
    if (family !== undefined && families[i] !== family)
      found.invalid(`spec.clusterIPs[${i}]`, address, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``);
  });
}

function validatePortSets(found: Findings, { ports = [], type }: Spec): void {
  if (type === 'ClusterIP')
    ports.forEach(({ nodePort }, i) => {
      if (nodePort) found.forbidden(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'");
    });
  const seen = new Set<string>();
  ports.forEach(({ protocol, nodePort }, i) => {
    if (!nodePort) return;
    if (seen.has(`${protocol} ${nodePort}`)) found.duplicate(`spec.ports[${i}].nodePort`, nodePort);
    seen.add(`${protocol} ${nodePort}`);
  });
  const numbers = new Set<string>();
  ports.forEach(({ protocol, port }, i) => {
    const key = `${protocol} ${port}`;
    if (numbers.has(key)) found.duplicate(`spec.ports[${i}]`, goStruct('ServicePort', { protocol, port } as JsonObject));
    numbers.add(key);
  });
}

// ---- Traffic

function validateLoadBalancer(found: Findings, spec: Spec): void {
  const { type, loadBalancerSourceRanges: ranges = [], allocateLoadBalancerNodePorts: allocate, loadBalancerClass } = spec;
  if (ranges.length > 0) {
    if (type !== 'LoadBalancer') found.forbidden('spec.LoadBalancerSourceRanges', ONLY_LOAD_BALANCER);
    ranges.forEach((range, i) => void found.complaints(`spec.LoadBalancerSourceRanges[${i}]`, range.trim(), cidr(range.trim())));
  }
  if (allocate !== undefined && type !== 'LoadBalancer') found.forbidden('spec.allocateLoadBalancerNodePorts', ONLY_LOAD_BALANCER);
  if (allocate === undefined && type === 'LoadBalancer') found.required('allocateLoadBalancerNodePorts');
  if (loadBalancerClass === undefined) return;
  if (type !== 'LoadBalancer') found.forbidden('spec.loadBalancerClass', ONLY_LOAD_BALANCER);
  else found.complaints('spec.loadBalancerClass', loadBalancerClass, qualifiedName(loadBalancerClass));
}

function validateTraffic(found: Findings, spec: Spec): void {
  const { type, externalTrafficPolicy: external, internalTrafficPolicy: internal, healthCheckNodePort: health } = spec;
  if (isExternallyAccessible(spec)) found.oneOfRequired('spec.externalTrafficPolicy', external, TRAFFIC_POLICIES);
  else if (external) found.invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services');
  const path = 'spec.healthCheckNodePort';
  if (!needsHealthCheck(spec)) {
    if (health) found.invalid(path, health, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
  } else if (health) found.complaints(path, health, portNumber(health));
  if (internal === undefined && type !== 'ExternalName' && TYPES.includes(type ?? '')) found.required('spec.internalTrafficPolicy');
  found.oneOf('spec.internalTrafficPolicy', internal, TRAFFIC_POLICIES);
  found.oneOf('spec.trafficDistribution', spec.trafficDistribution, DISTRIBUTIONS);
}

// ---- Update

export function validateServiceUpdate(found: Findings, next: Service, old: Service): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  if (next.spec === old.spec) return;
  if (next.spec.type !== 'ExternalName' && old.spec.type !== 'ExternalName') addressUpdate(found, next.spec, old.spec);
  const [a, b] = [next.spec.healthCheckNodePort, old.spec.healthCheckNodePort];
  if (needsHealthCheck(next.spec) && needsHealthCheck(old.spec) && a !== b)
    found.forbidden('spec.healthCheckNodePort', 'field is immutable');
  validateSpec(found, next.spec);
}

/** The first address and family stay; a second may come and go. */
function addressUpdate(found: Findings, next: Spec, old: Spec): void {
  if (isHeadless(next) && isHeadless(old)) return;
  const [addresses, before] = [next.clusterIPs ?? [], old.clusterIPs ?? []];
  if (before.length > 0 && addresses.length === 0) found.invalid('spec.clusterIPs[0]', addresses, 'primary clusterIP can not be unset');
  before.forEach((address, i) => {
    if (addresses[i] !== undefined && addresses[i] !== address)
      found.invalid(`spec.clusterIPs[${i}]`, addresses, 'may not change once set');
  });
  const release = (what: string): void => {
    if (next.ipFamilyPolicy !== 'SingleStack')
      found.invalid('spec.ipFamilyPolicy', next.ipFamilyPolicy, `must be set to 'SingleStack' when releasing the secondary ${what}`);
  };
  if (before.length === 2 && addresses.length === 1) release('clusterIP');
  const [families, known] = [next.ipFamilies ?? [], old.ipFamilies ?? []];
  known.forEach((family, i) => {
    if (families[i] !== undefined && families[i] !== family) found.invalid(`spec.ipFamilies[${i}]`, families, 'may not change once set');
  });
  if (known.length === 2 && families.length === 1) release('ipFamily');
}
