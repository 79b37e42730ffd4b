// What kube-proxy gives iptables-restore in one sync. Models kubernetes pkg/proxy/iptables/proxier.go:
// syncProxyRules. Left out: an address list for node ports, nf_conntrack_tcp_be_liberal.
import { isServiceChain } from './chain-names';
import type { ProxierConfig, ServiceRules } from './service-rules';

export interface SyncContents {
  /** Of all Service ports. */
  readonly services: readonly { readonly rules: ServiceRules /** Its own chains are written anew. */; readonly written: boolean }[];
  /** Chains of the nat table that are of no use any more. */
  readonly stale: readonly string[];
}

export function restoreInput({ services, stale }: SyncContents, config: ProxierConfig): string {
  const written = services.flatMap(({ rules, written }) => (written ? [rules] : []));
  const filterChains = [
    'KUBE-SERVICES',
    'KUBE-EXTERNAL-SERVICES',
    'KUBE-FORWARD',
    'KUBE-NODEPORTS',
    'KUBE-PROXY-FIREWALL',
    'KUBE-FIREWALL',
  ];
  const natChains = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ', ...written.flatMap(({ chains }) => chains)];
  return [
    '*filter',
    ...filterChains.map(chainLine),
    LOCALNET_RULE,
    ...services.flatMap(({ rules }) => rules.filter),
    ...forwardRules(config),
    'COMMIT',
    '*nat',
    ...[...natChains, ...stale].map(chainLine),
    ...masqueradeRules(config),
    ...services.flatMap(({ rules, written }) => (written ? [...rules.jumps, ...rules.rules] : rules.jumps)),
    ...stale.map((chain) => `-X ${chain}`),
    NODE_PORTS_RULE,
    'COMMIT',
    '',
  ].join('\n');
}

/** Chains of Services that stand in the output of iptables-save and that nobody needs. */
export function staleChains(saved: string, services: readonly ServiceRules[]): string[] {
  const active = new Set(services.flatMap(({ chains }) => chains));
  return chainsIn(saved).filter((chain) => isServiceChain(chain) && !active.has(chain));
}

/** The lines `:NAME POLICY [..]`, which stand before all rules. */
function chainsIn(saved: string): string[] {
  const chains: string[] = [];
  const end = saved.indexOf('\n-A ');
  for (let at = saved.indexOf('\n:'); at >= 0 && (end < 0 || at < end); at = saved.indexOf('\n:', at + 1))
    chains.push(saved.slice(at + 2, saved.indexOf(' ', at)));
  return chains;
}

const chainLine = (name: string): string => `:${name} - [0:0]`;

/** Addresses of this machine alone are reachable from outside once node ports work on localhost. */
const LOCALNET_RULE =
  '-A KUBE-FIREWALL -m comment --comment "block incoming localnet connections" -d 127.0.0.0/8 ! -s 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP';
const NODE_PORTS_RULE =
  '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS';

const forwardRules = ({ masqueradeMark: mark }: ProxierConfig): string[] => [
  '-A KUBE-FORWARD -m conntrack --ctstate INVALID -m nfacct --nfacct-name ct_state_invalid_dropped_pkts -j DROP',
  `-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark ${mark}/${mark} -j ACCEPT`,
  '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
];

const masqueradeRules = ({ masqueradeMark: mark, randomFully }: ProxierConfig): string[] => [
  `-A KUBE-POSTROUTING -m mark ! --mark ${mark}/${mark} -j RETURN`,
  `-A KUBE-POSTROUTING -j MARK --xor-mark ${mark}`,
  `-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE${randomFully ? ' --random-fully' : ''}`,
  `-A KUBE-MARK-MASQ -j MARK --or-mark ${mark}`,
];
