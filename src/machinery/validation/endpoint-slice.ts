// EndpointSlices. Models pkg/apis/discovery/validation. Left out: topology of deprecated endpoints.
import type { Json } from '../../base/json';
import { ipAddress, parseIp } from '../ip';
import { dns1123Label, dns1123Subdomain, labelValue, portNumber, qualifiedName } from '../names';
import type { Endpoint, EndpointSlice } from '../types';
import { validateAddress } from './addresses';
import type { Findings } from './findings';
import { subdomainName, validateImmutable, validateMeta, validateMetaUpdate } from './meta';

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const MAX_ENDPOINTS = 1_000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20_000;
const MAX_ZONE_HINTS = 8;

export function validateEndpointSlice(found: Findings, slice: EndpointSlice): void {
  validateMeta(found, slice.metadata, true, subdomainName);
  found.oneOfRequired('addressType', slice.addressType, ADDRESS_TYPES);
  validateEndpoints(found, slice.endpoints ?? [], slice.addressType);
  validatePorts(found, slice.ports ?? []);
}

export function validateEndpointSliceUpdate(found: Findings, next: EndpointSlice, old: EndpointSlice): void {
  validateMetaUpdate(found, next.metadata, old.metadata);
  validateEndpointSlice(found, next);
  validateImmutable(found, 'addressType', next.addressType, old.addressType);
}

function validateEndpoints(found: Findings, endpoints: readonly Endpoint[], type: string): void {
  if (endpoints.length > MAX_ENDPOINTS) return found.tooMany('endpoints', endpoints.length, MAX_ENDPOINTS);
  endpoints.forEach((endpoint, i) => {
    const at = `endpoints[${i}]`;
    const addresses = endpoint.addresses ?? [];
    if (addresses.length === 0) found.required(`${at}.addresses`, 'must contain at least 1 address');
    else if (addresses.length > MAX_ADDRESSES) found.tooMany(`${at}.addresses`, addresses.length, MAX_ADDRESSES);
    addresses.forEach((address, j) => void validateOne(found, `${at}.addresses[${j}]`, address, type));
    const { nodeName, hostname } = endpoint as Endpoint & { readonly hostname?: string };
    if (nodeName !== undefined) found.complaints(`${at}.nodeName`, nodeName, subdomainName(nodeName));
    if (hostname !== undefined) found.complaints(`${at}.hostname`, hostname, dns1123Label(hostname));
    validateHints(found, `${at}.hints`, endpoint.hints);
  });
}

function validateOne(found: Findings, path: string, address: string, type: string): void {
  if (type === 'FQDN') return found.complaints(path, address, dns1123Subdomain(address));
  if (type !== 'IPv4' && type !== 'IPv6') return;
  const complaints = ipAddress(address);
  found.complaints(path, address, complaints);
  if (complaints.length > 0) return;
  if (parseIp(address)?.family !== type) found.invalid(path, address, `must be an ${type} address`);
  validateAddress(found, path, address);
}

function validateHints(found: Findings, path: string, hints: Endpoint['hints']): void {
  const zones = (hints?.forZones ?? []) as readonly { readonly name: string }[];
  if (zones.length > MAX_ZONE_HINTS) return found.tooMany(`${path}.forZones`, zones.length, MAX_ZONE_HINTS);
  zones.forEach(({ name }, i) => {
    const at = `${path}.forZones[${i}].name`;
    found.complaints(at, name, labelValue(name));
    if (zones.findIndex((other) => other.name === name) < i) found.duplicate(at, name);
  });
}

function validatePorts(found: Findings, ports: NonNullable<EndpointSlice['ports']>): void {
  if (ports.length > MAX_PORTS) return found.tooMany('ports', ports.length, MAX_PORTS);
  const names = new Set<string>();
  ports.forEach(({ name = '', port, protocol, appProtocol }, i) => {
    const at = `ports[${i}]`;
    if (name !== '') found.complaints(`${at}.name`, name, dns1123Label(name));
    if (names.has(name)) found.duplicate(`${at}.name`, name as Json);
    names.add(name);
    if (port !== undefined) found.complaints(`${at}.port`, port, portNumber(port));
    found.oneOfRequired(`${at}.protocol`, protocol, PROTOCOLS);
    if (appProtocol !== undefined) found.complaints(`${at}.appProtocol`, appProtocol, qualifiedName(appProtocol));
  });
}
