// Ingresses and network policies. Models pkg/apis/networking/validation. Left out: certificates' secrets, resource
// backends, classes.
import type { Json, JsonObject } from '../../base/json';
import { cidr, parseIp } from '../ip';
import { dns1123Subdomain, portName, portNumber, wildcardDns1123Subdomain } from '../names';
import type { KubeObject, LabelSelector } from '../types';
import type { Findings } from './findings';
import { label1035Name, subdomainName, validateLabelSelector, validateMeta, validateMetaUpdate } from './meta';
import { validatePort } from './probes';

interface Backend {
  readonly service?: { readonly name?: string; readonly port?: { readonly number?: number; readonly name?: string } };
  readonly resource?: JsonObject;
}
interface Path {
  readonly path?: string;
  readonly pathType?: string;
  readonly backend: Backend;
}
export type Ingress = KubeObject & {
  readonly spec: {
    readonly defaultBackend?: Backend;
    readonly ingressClassName?: string;
    readonly tls?: readonly { readonly hosts?: readonly string[] }[];
    readonly rules?: readonly { readonly host?: string; readonly http?: { readonly paths?: readonly Path[] } }[];
  };
};

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_SUFFIXES = ['/..', '/.'];

export function validateIngress(found: Findings, { metadata, spec }: Ingress): void {
  validateMeta(found, metadata, true, subdomainName);
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  if (rules.length === 0 && defaultBackend === undefined)
    found.invalid('spec', spec as Json, 'either `defaultBackend` or `rules` must be specified');
  if (defaultBackend !== undefined) validateBackend(found, 'spec.defaultBackend', defaultBackend);
  rules.forEach(({ host = '', http }, i) => {
    if (host !== '') validateHost(found, `spec.rules[${i}].host`, host);
    if (http === undefined) return;
    const paths = http.paths ?? [];
    if (paths.length === 0) found.required(`spec.rules[${i}].http.paths`);
    paths.forEach((path, j) => void validatePath(found, `spec.rules[${i}].http.paths[${j}]`, path));
  });
  tls.forEach(({ hosts = [] }, i) => {
    hosts.forEach((host, j) => void found.complaints(`spec.tls[${i}].hosts[${j}]`, host, hostComplaints(host)));
  });
  if (ingressClassName !== undefined) found.complaints('spec.ingressClassName', ingressClassName, subdomainName(ingressClassName));
}

const hostComplaints = (host: string): readonly string[] => (host.includes('*') ? wildcardDns1123Subdomain(host) : dns1123Subdomain(host));

function validateHost(found: Findings, path: string, host: string): void {
  if (parseIp(host) !== null) found.invalid(path, host, 'must be a DNS name, not an IP address');
  found.complaints(path, host, hostComplaints(host));
}

function validatePath(found: Findings, at: string, { path = '', pathType, backend }: Path): void {
  if (pathType === undefined) return found.required(`${at}.pathType`, 'pathType must be specified');
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!path.startsWith('/')) found.invalid(`${at}.path`, path, 'must be an absolute path');
    for (const bad of path === '' ? [] : BAD_SEQUENCES)
      if (path.includes(bad)) found.invalid(`${at}.path`, path, `must not contain '${bad}'`);
    for (const bad of path === '' ? [] : BAD_SUFFIXES)
      if (path.endsWith(bad)) found.invalid(`${at}.path`, path, `cannot end with '${bad}'`);
  } else if (pathType === 'ImplementationSpecific') {
    if (path !== '' && !path.startsWith('/')) found.invalid(`${at}.path`, path, 'must be an absolute path');
  } else found.oneOf(`${at}.pathType`, pathType, PATH_TYPES);
  validateBackend(found, `${at}.backend`, backend ?? {});
}

function validateBackend(found: Findings, path: string, { service, resource }: Backend): void {
  if (resource !== undefined && service !== undefined) return found.invalid(path, '', 'cannot set both resource and service backends');
  if (resource !== undefined) return;
  if (service === undefined) return found.required(path, 'port name or number is required');
  const { name = '', port } = service;
  if (name === '') found.required(`${path}.service.name`);
  else found.complaints(`${path}.service.name`, name, label1035Name(name));
  const number = port?.number ?? 0;
  const named = port?.name ?? '';
  if (number !== 0 && named !== '') found.invalid(path, '', 'cannot set both port name & port number');
  else if (named !== '') found.complaints(`${path}.service.port.name`, named, portName(named));
  else if (number !== 0) found.complaints(`${path}.service.port.number`, number, portNumber(number));
  else found.required(path, 'port name or number is required');
}

export function validateIngressUpdate(found: Findings, next: Ingress, old: Ingress): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  validateIngress(found, next);
}

// ---- NetworkPolicy

interface Peer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr?: string; readonly except?: readonly string[] };
}
interface PolicyPort {
  readonly protocol?: string;
  readonly port?: string | number;
  readonly endPort?: number;
}
export type NetworkPolicy = KubeObject & {
  readonly spec: {
    readonly podSelector?: LabelSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly { readonly ports?: readonly PolicyPort[]; readonly from?: readonly Peer[] }[];
    readonly egress?: readonly { readonly ports?: readonly PolicyPort[]; readonly to?: readonly Peer[] }[];
  };
};

export function validateNetworkPolicy(found: Findings, { metadata, spec }: NetworkPolicy): void {
  validateMeta(found, metadata, true, subdomainName);
  validateLabelSelector(found, 'spec.podSelector', spec.podSelector);
  spec.ingress?.forEach(({ ports, from }, i) => {
    validatePolicyPorts(found, `spec.ingress[${i}].ports`, ports);
    from?.forEach((peer, j) => void validatePeer(found, `spec.ingress[${i}].from[${j}]`, peer));
  });
  spec.egress?.forEach(({ ports, to }, i) => {
    validatePolicyPorts(found, `spec.egress[${i}].ports`, ports);
    to?.forEach((peer, j) => void validatePeer(found, `spec.egress[${i}].to[${j}]`, peer));
  });
  const types = spec.policyTypes ?? [];
  if (types.length > 2) return found.invalid('spec.policyTypes', types, 'may not specify more than two policyTypes');
  types.forEach((type, i) => void found.oneOf(`spec.policyTypes[${i}]`, type, ['Egress', 'Ingress']));
}

function validatePolicyPorts(found: Findings, path: string, ports: readonly PolicyPort[] = []): void {
  ports.forEach(({ protocol, port, endPort }, i) => {
    const at = `${path}[${i}]`;
    found.oneOf(`${at}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']);
    if (port === undefined) {
      if (endPort !== undefined) found.required(`${at}.port`, 'must be specified when `endPort` is set');
      return;
    }
    validatePort(found, `${at}.port`, port);
    if (endPort === undefined) return;
    if (typeof port === 'string') found.invalid(`${at}.endPort`, endPort, 'may not be specified when `port` is non-numeric');
    else if (endPort < port) found.invalid(`${at}.endPort`, port, 'must be greater than or equal to `port`');
    found.complaints(`${at}.endPort`, endPort, portNumber(endPort));
  });
}

function validatePeer(found: Findings, path: string, { podSelector, namespaceSelector, ipBlock }: Peer): void {
  validateLabelSelector(found, `${path}.podSelector`, podSelector);
  validateLabelSelector(found, `${path}.namespaceSelector`, namespaceSelector);
  if (ipBlock !== undefined) {
    const { cidr: block = '', except = [] } = ipBlock;
    if (block === '') found.required(`${path}.ipBlock.cidr`);
    else found.complaints(`${path}.ipBlock.cidr`, block, cidr(block));
    except.forEach((range, i) => void found.complaints(`${path}.ipBlock.except[${i}]`, range, cidr(range)));
  }
  const selects = podSelector !== undefined || namespaceSelector !== undefined;
  if (!selects && ipBlock === undefined) found.required(path, 'must specify a peer');
  else if (selects && ipBlock !== undefined) found.forbidden(path, 'may not specify both ipBlock and another peer');
}

export function validateNetworkPolicyUpdate(found: Findings, next: NetworkPolicy, old: NetworkPolicy): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  validateNetworkPolicy(found, next);
}
