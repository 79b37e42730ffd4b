// One port of a Service as kube-proxy sees it. Models kubernetes pkg/proxy/serviceport.go and
// pkg/api/v1/service/util.go. Left out: IPv6.
import type { Json, JsonObject } from '../../base/json';
import { parseCidr, parseIp } from '../../machinery/ip';
import type { Service, ServicePort } from '../../machinery/types';
import { type ServiceChains, serviceChains } from './chain-names';

export interface ServicePortInfo extends JsonObject {
  /** `namespace/service`. */
  readonly service: string;
  /** `namespace/service:port`; without the colon where the port has no name. */
  readonly name: string;
  readonly protocol: string;
  readonly clusterIP: string;
  readonly port: number;
  /** 0 if none; the same for healthCheckNodePort. */
  readonly nodePort: number;
  readonly externalIPs: readonly string[];
  readonly loadBalancerVIPs: readonly string[];
  readonly sourceRanges: readonly string[];
  readonly healthCheckNodePort: number;
  readonly externalPolicyLocal: boolean;
  readonly internalPolicyLocal: boolean;
  /** How long a client stays with its endpoint; null without session affinity. */
  readonly stickySeconds: number | null;
  readonly chains: ServiceChains & JsonObject;
}

/** Identifies a port of a Service, in Services and in EndpointSlices. */
export const servicePortKey = (service: string, port: string, protocol: string): string => `${servicePortName(service, port)}/${protocol}`;

export const servicePortName = (service: string, port: string): string => (port === '' ? service : `${service}:${port}`);

export const externallyAccessible = ({ nodePort, loadBalancerVIPs, externalIPs }: ServicePortInfo): boolean =>
  nodePort !== 0 || loadBalancerVIPs.length > 0 || externalIPs.length > 0;

/** Traffic from outside needs them even with local policy: from this node it goes to all endpoints. */
export const usesClusterEndpoints = (port: ServicePortInfo): boolean => !port.internalPolicyLocal || externallyAccessible(port);

export const usesLocalEndpoints = (port: ServicePortInfo): boolean =>
  port.internalPolicyLocal || (port.externalPolicyLocal && externallyAccessible(port));

/** What a Service gives kube-proxy to do, by key; nothing for a headless one or one of type ExternalName. */
export function servicePortsOf(service: Service): ReadonlyMap<string, ServicePortInfo> {
  const { metadata, spec } = service;
  const clusterIP = ipv4(spec.clusterIPs?.length ? spec.clusterIPs : [spec.clusterIP ?? ''])[0];
  if (clusterIP === undefined || spec.clusterIP === 'None' || !spec.clusterIP || spec.type === 'ExternalName') return new Map();
  const name = `${metadata.namespace ?? ''}/${metadata.name}`;
  const shared = sharedBy(service);
  return new Map(
    (spec.ports ?? []).map((port) => {
      const protocol = port.protocol ?? 'TCP';
      return [servicePortKey(name, port.name ?? '', protocol), { ...shared, clusterIP, ...ownOf(name, port, protocol) }];
    }),
  );
}

function ownOf(service: string, port: ServicePort, protocol: string) {
  const name = servicePortName(service, port.name ?? '');
  return { service, name, protocol, port: port.port, nodePort: port.nodePort ?? 0, chains: { ...serviceChains(name, protocol) } };
}

function sharedBy(service: Service) {
  const { spec } = service;
  const externalIPs = ipv4(spec.externalIPs ?? []);
  const fromOutside = spec.type === 'LoadBalancer' || spec.type === 'NodePort' || externalIPs.length > 0;
  const externalPolicyLocal = fromOutside && spec.externalTrafficPolicy === 'Local';
  return {
    externalIPs,
    loadBalancerVIPs: ipv4(virtualIngress(service)),
    sourceRanges: (spec.loadBalancerSourceRanges ?? []).flatMap((range) => cidrText(range.trim())),
    healthCheckNodePort: spec.type === 'LoadBalancer' && externalPolicyLocal ? (spec.healthCheckNodePort ?? 0) : 0,
    externalPolicyLocal,
    internalPolicyLocal: spec.internalTrafficPolicy === 'Local',
    stickySeconds: spec.sessionAffinity === 'ClientIP' ? stickySeconds(spec.sessionAffinityConfig) : null,
  };
}

const DEFAULT_STICKY_SECONDS = 10_800;

function stickySeconds(config: JsonObject | undefined): number {
  const clientIP = config?.['clientIP'] as JsonObject | undefined;
  return Number(clientIP?.['timeoutSeconds'] ?? DEFAULT_STICKY_SECONDS);
}

/** Addresses of load balancers that hand packets on as they are; those in proxy mode need no rules. */
function virtualIngress({ status }: Service): string[] {
  const loadBalancer = status?.['loadBalancer'] as { readonly ingress?: readonly { readonly [name: string]: Json }[] } | undefined;
  return (loadBalancer?.ingress ?? []).flatMap(({ ip, ipMode }) => (typeof ip === 'string' && (ipMode ?? 'VIP') === 'VIP' ? [ip] : []));
}

const ipv4 = (addresses: readonly string[]): string[] =>
  addresses.flatMap((address) => {
    const ip = parseIp(address);
    return ip?.family === 'IPv4' ? [ip.text] : [];
  });

function cidrText(range: string): string[] {
  const cidr = parseCidr(range);
  return cidr?.ip.family === 'IPv4' ? [cidr.text] : [];
}
