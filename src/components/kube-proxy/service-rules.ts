// The rules of one Service port, as iptables-restore reads them. Models the loop over services in kubernetes
// pkg/proxy/iptables/proxier.go: syncProxyRules, writeServiceToEndpointRules.
import { cidrContains, parseCidr, parseIp } from '../../machinery/ip';
import type { EndpointInfo } from './endpoint-changes';
import { externallyAccessible, type ServicePortInfo, usesClusterEndpoints, usesLocalEndpoints } from './service-port';
import { type Categories, categorizeEndpoints } from './topology';

export interface ProxierConfig {
  readonly node: string;
  /** Null while unknown. */
  readonly nodeIP: string | null;
  /** Sources in it are Pods of this cluster; null: no telling. */
  readonly clusterCidr: string | null;
  readonly masqueradeAll: boolean;
  /** Of packets that are to get this node's address: `0x00004000`. */
  readonly masqueradeMark: string;
  /** Whether iptables knows MASQUERADE --random-fully. */
  readonly randomFully: boolean;
}

export interface ServiceRules {
  /** In chains of the filter table that all Services share. */
  readonly filter: readonly string[];
  /** In chains of the nat table that all Services share: the ways into its own chains. */
  readonly jumps: readonly string[];
  /** Its own chains in the nat table. */
  readonly chains: readonly string[];
  /** What stands in them. */
  readonly rules: readonly string[];
}

/** Where the rules are rendered: this node as it is now. */
export interface Site {
  readonly config: ProxierConfig;
  readonly zone: string;
  /** So many endpoints that comments on their rules cost too much. */
  readonly large: boolean;
}

export function serviceRules(port: ServicePortInfo, endpoints: readonly EndpointInfo[], site: Site): ServiceRules {
  return new Writer(port, categorizeEndpoints(endpoints, port, site.config.node, site.zone), site).write();
}

/** As Go's `%0.10f` of 1/n. */
export const probability = (n: number): string => (1 / n).toFixed(10);

const MARK_MASQ = '-j KUBE-MARK-MASQ';

class Writer {
  private readonly filter: string[] = [];
  private readonly jumps: string[] = [];
  private readonly chains: string[] = [];
  private readonly rules: string[] = [];
  private readonly match: string;
  private readonly hasInternal: boolean;
  private readonly hasExternal: boolean;
  private readonly usesFirewall: boolean;

  constructor(
    private readonly port: ServicePortInfo,
    private readonly categories: Categories,
    private readonly site: Site,
  ) {
    const { any, local } = categories;
    const protocol = port.protocol.toLowerCase();
    this.match = `-m ${protocol} -p ${protocol}`;
    this.hasInternal = any && !(port.internalPolicyLocal && local.length === 0);
    this.hasExternal = any && !(port.externalPolicyLocal && local.length === 0);
    this.usesFirewall = any && port.loadBalancerVIPs.length > 0 && port.sourceRanges.length > 0;
  }

  write(): ServiceRules {
    const { port, categories } = this;
    this.captureClusterIP();
    this.captureExternalIPs();
    this.captureLoadBalancerVIPs();
    this.captureNodePort();
    if (port.healthCheckNodePort !== 0)
      this.filter.push(
        `-A KUBE-NODEPORTS ${comment(`${port.name} health check node port`)} -m tcp -p tcp --dport ${port.healthCheckNodePort} -j ACCEPT`,
      );
    if (this.hasInternal) this.masqueradeInternal();
    if (categories.any && externallyAccessible(port)) this.externalChain();
    if (this.usesFirewall) this.firewallChain();
    if (categories.cluster.length > 0 && usesClusterEndpoints(port)) this.policyChain(port.chains.cluster, categories.cluster);
    if (categories.local.length > 0 && usesLocalEndpoints(port)) this.policyChain(port.chains.local, categories.local);
    for (const endpoint of categories.reachable) this.endpointChain(endpoint);
    const { filter, jumps, chains, rules } = this;
    return { filter, jumps, chains, rules };
  }

  // ---- From the shared chains to the Service's own

  private captureClusterIP(): void {
    const { port, match } = this;
    const to = `${match} -d ${port.clusterIP} --dport ${port.port}`;
    const chain = port.internalPolicyLocal ? port.chains.local : port.chains.cluster;
    if (this.hasInternal) this.jumps.push(`-A KUBE-SERVICES ${comment(`${port.name} cluster IP`)} ${to} -j ${chain}`);
    else this.filter.push(`-A KUBE-SERVICES ${this.refusalComment} ${to} -j ${this.refusal}`);
  }

  private captureExternalIPs(): void {
    const { port, match } = this;
    for (const ip of port.externalIPs) {
      const to = `${match} -d ${ip} --dport ${port.port}`;
      if (this.categories.any) this.jumps.push(`-A KUBE-SERVICES ${comment(`${port.name} external IP`)} ${to} -j ${port.chains.external}`);
      if (!this.hasExternal) this.refuseExternal(to);
    }
  }

  private captureLoadBalancerVIPs(): void {
    const { port, match, usesFirewall } = this;
    const chain = usesFirewall ? port.chains.firewall : port.chains.external;
    const refused = comment(`${port.name} traffic not accepted by ${port.chains.firewall}`);
    const destinations = port.loadBalancerVIPs.map((ip) => `${match} -d ${ip} --dport ${port.port}`);
    for (const to of destinations) {
      if (this.categories.any) this.jumps.push(`-A KUBE-SERVICES ${comment(`${port.name} loadbalancer IP`)} ${to} -j ${chain}`);
      if (usesFirewall) this.filter.push(`-A KUBE-PROXY-FIREWALL ${refused} ${to} -j DROP`);
    }
    if (!this.hasExternal) for (const to of destinations) this.refuseExternal(to);
  }

  private captureNodePort(): void {
    const { port, match } = this;
    if (port.nodePort === 0) return;
    const rule = `-A KUBE-NODEPORTS -m comment --comment ${port.name} ${match}`;
    const to = `--dport ${port.nodePort}`;
    if (this.categories.any)
      this.jumps.push(
        `${rule} -d 127.0.0.0/8 ${to} -m nfacct --nfacct-name localhost_nps_accepted_pkts -j ${port.chains.external}`,
        `${rule} ${to} -j ${port.chains.external}`,
      );
    if (!this.hasExternal) this.refuseExternal(`-m addrtype --dst-type LOCAL ${match} ${to}`);
  }

  private refuseExternal(to: string): void {
    this.filter.push(`-A KUBE-EXTERNAL-SERVICES ${this.refusalComment} ${to} -j ${this.refusal}`);
  }

  /** With endpoints elsewhere the sender had better try again: it is not told. */
  private get refusal(): string {
    return this.categories.any ? 'DROP' : 'REJECT';
  }
  private get refusalComment(): string {
    return comment(`${this.port.name} has no ${this.categories.any ? 'local ' : ''}endpoints`);
  }

  // ---- The Service's own chains

  /** Who is no Pod gets this node's address, so that the answer comes back this way. */
  private masqueradeInternal(): void {
    const { port, match, site } = this;
    const { masqueradeAll, clusterCidr } = site.config;
    const chain = port.internalPolicyLocal ? port.chains.local : port.chains.cluster;
    const rule = `-A ${chain} ${comment(`${port.name} cluster IP`)} ${match} -d ${port.clusterIP} --dport ${port.port}`;
    if (masqueradeAll) this.rules.push(`${rule} ${MARK_MASQ}`);
    else if (clusterCidr !== null) this.rules.push(`${rule} ! -s ${clusterCidr} ${MARK_MASQ}`);
  }

  private externalChain(): void {
    const { port, site } = this;
    const { external, cluster, local } = port.chains;
    const destinations = `${port.name} external destinations`;
    this.chains.push(external);
    if (!port.externalPolicyLocal) this.rules.push(`-A ${external} ${comment(`masquerade traffic for ${destinations}`)} ${MARK_MASQ}`);
    else {
      const { clusterCidr } = site.config;
      const fromHere = '-m addrtype --src-type LOCAL';
      if (clusterCidr !== null)
        this.rules.push(`-A ${external} ${comment(`pod traffic for ${destinations}`)} -s ${clusterCidr} -j ${cluster}`);
      this.rules.push(
        `-A ${external} ${comment(`masquerade LOCAL traffic for ${destinations}`)} ${fromHere} ${MARK_MASQ}`,
        `-A ${external} ${comment(`route LOCAL traffic for ${destinations}`)} ${fromHere} -j ${cluster}`,
      );
    }
    if (this.hasExternal) this.rules.push(`-A ${external} -j ${port.externalPolicyLocal ? local : cluster}`);
  }

  private firewallChain(): void {
    const { name, chains, sourceRanges, loadBalancerVIPs } = this.port;
    const rule = `-A ${chains.firewall} ${comment(`${name} loadbalancer IP`)} -s`;
    this.chains.push(chains.firewall);
    for (const range of sourceRanges) this.rules.push(`${rule} ${range} -j ${chains.external}`);
    // A request from this node to the address comes back with that address as its source.
    if (sourceRanges.some((range) => contains(range, this.site.config.nodeIP)))
      for (const ip of loadBalancerVIPs) this.rules.push(`${rule} ${ip} -j ${chains.external}`);
    this.rules.push(`-A ${chains.firewall} ${comment(`other traffic to ${name} will be dropped by KUBE-PROXY-FIREWALL`)}`);
  }

  private policyChain(chain: string, endpoints: readonly EndpointInfo[]): void {
    const { name, stickySeconds } = this.port;
    const rule = (endpoint: EndpointInfo): string => `-A ${chain}${this.endpointComment(`"${name} -> ${endpoint.text}"`)}`;
    this.chains.push(chain);
    if (stickySeconds !== null) {
      for (const endpoint of endpoints)
        this.rules.push(
          `${rule(endpoint)} -m recent --name ${endpoint.chain} --rcheck --seconds ${stickySeconds} --reap -j ${endpoint.chain}`,
        );
    }
    endpoints.forEach((endpoint, i) => {
      const left = endpoints.length - i;
      const chance = left > 1 ? ` -m statistic --mode random --probability ${probability(left)}` : '';
      this.rules.push(`${rule(endpoint)}${chance} -j ${endpoint.chain}`);
    });
  }

  private endpointChain({ ip, text, chain }: EndpointInfo): void {
    const { name, stickySeconds } = this.port;
    const rule = `-A ${chain}${this.endpointComment(name)}`;
    const remember = stickySeconds === null ? '' : ` -m recent --name ${chain} --set`;
    this.chains.push(chain);
    // Who reaches itself must not see itself as the sender.
    this.rules.push(`${rule} -s ${ip} ${MARK_MASQ}`, `${rule}${remember} ${this.match} -j DNAT --to-destination ${text}`);
  }

  private endpointComment(text: string): string {
    return this.site.large ? '' : ` -m comment --comment ${text}`;
  }
}

const comment = (text: string): string => `-m comment --comment "${text}"`;

function contains(range: string, address: string | null): boolean {
  const cidr = parseCidr(range);
  const ip = address === null ? null : parseIp(address);
  return cidr !== null && ip !== null && cidrContains(cidr, ip);
}
