// kube-proxy's rules and where packets go by them, against components/kube-proxy and components/node-kernel.
import { endpointChain, serviceChains } from '../../components/kube-proxy/chain-names';
import { type ProxierConfig, probability } from '../../components/kube-proxy/service-rules';
import type { Host } from '../../components/node-kernel/host';
import { type Packet, walk } from '../../components/node-kernel/walk';
import type { EndpointSlice, Service } from '../../machinery/types';
import type { Adapter } from './adapter';
import { comparable, firstDifference, type LocalIptables, nameOf, ProxySite, type State } from './local-iptables';

interface Sent {
  readonly sourceIP: string;
  readonly protocol: string;
  readonly destIP: string;
  readonly destPort: number;
}
interface ChainName {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly port: string;
  readonly protocol: string;
  readonly endpoint?: string;
}
interface Case {
  readonly id: string;
  readonly group: string;
  readonly input: unknown;
  readonly expect: unknown;
}

const MARK = 0x4000;
const CONFIG: ProxierConfig = {
  node: 'test-node',
  nodeIP: '192.168.0.2',
  clusterCidr: '10.0.0.0/8',
  masqueradeAll: false,
  masqueradeMark: '0x4000',
  randomFully: false,
};
const HOST: Host = {
  interfaces: [
    { name: 'eth0', address: '192.168.0.2/24' },
    { name: 'eth1', address: '192.168.1.2/24' },
    { name: 'eth2', address: '192.168.99.11/24' },
  ],
  defaultInterface: 'eth0',
};

/** What a site gave iptables-restore to get into a state. */
const restoredBy = (site: ProxySite, state: State): string => site.become(state).at(-1)?.stdin ?? '';

function packetFlow(input: State & { packet: Sent; masqueradeAll?: boolean; localDetector?: boolean }, expect: unknown): string | null {
  const { packet, masqueradeAll = false, localDetector = true } = input;
  const site = new ProxySite({ ...CONFIG, masqueradeAll, clusterCidr: localDetector ? CONFIG.clusterCidr : null });
  site.become(input);
  const endpoints = input.endpointSlices.reduce((count, slice) => count + (slice.endpoints?.length ?? 0), 1);
  const found: string[] = [];
  let masq = false;
  for (let i = 0; i < endpoints; i++) {
    const { output, marked } = sendOne(site.kernel, packet, (i + 0.5) / endpoints);
    if (output !== '' && !found.includes(output)) found.push(output);
    masq ||= marked;
  }
  const answer = JSON.stringify({ output: found.join(', '), masq });
  return answer === JSON.stringify(expect) ? null : answer;
}

function sendOne(kernel: LocalIptables, sent: Sent, chance: number): { output: string; marked: boolean } {
  const fromHere = sent.sourceIP.startsWith('127.') || HOST.interfaces.some(({ address }) => address.split('/')[0] === sent.sourceIP);
  const packet: Packet = {
    protocol: sent.protocol,
    source: sent.sourceIP,
    sourcePort: 40_000,
    destination: sent.destIP,
    destinationPort: sent.destPort,
    mark: 0,
    states: ['NEW'],
  };
  const { outcome, packet: after, traversals } = walk(kernel.tables, HOST, packet, { input: fromHere ? null : 'eth0', chance });
  const marked = traversals.some((one) => (one.packet.mark & MARK) !== 0);
  if (outcome !== 'accepted') return { output: outcome === 'dropped' ? 'DROP' : 'REJECT', marked };
  const accepted = traversals.some(({ steps }) => steps.some(({ chain, verdict }) => chain === 'KUBE-NODEPORTS' && verdict === 'ACCEPT'));
  const moved = after.states.includes('DNAT');
  return { output: moved ? `${after.destination}:${after.destinationPort}` : accepted ? 'ACCEPT' : '', marked };
}

function chainName({ kind, namespace, name, port, protocol, endpoint }: ChainName): string {
  const servicePort = `${namespace}/${name}${port === '' ? '' : `:${port}`}`;
  if (kind === 'KUBE-SEP') return endpointChain(servicePort, protocol, endpoint ?? '');
  const { cluster, local, firewall, external } = serviceChains(servicePort, protocol);
  return { 'KUBE-SVC': cluster, 'KUBE-SVL': local, 'KUBE-FW': firewall, 'KUBE-EXT': external }[kind] ?? '';
}

/** The text after some earlier sync. The cases between are not all in one file, so a state that may have been the
 *  one before is looked for: the last one we have, the same one, or this one less what may just have come. */
function partialSync(previous: State | null, state: State, expected: string): string | null {
  if (previous === null && !/^-X/m.test(expected)) {
    const full = firstDifference(comparable(restoredBy(new ProxySite(CONFIG), state)), comparable(expected));
    if (full === null) return null;
  }
  const before = previous ?? state;
  const candidates: State[] = [
    before,
    state,
    { services: union(state.services, before.services), endpointSlices: union(state.endpointSlices, before.endpointSlices) },
    { services: state.services, endpointSlices: before.endpointSlices },
    ...state.services.map((one) => ({ ...state, services: state.services.filter((other) => other !== one) })),
    ...state.endpointSlices.map((one) => ({ ...state, endpointSlices: state.endpointSlices.filter((other) => other !== one) })),
  ];
  const differences = candidates.map((candidate) => {
    const site = new ProxySite(CONFIG);
    site.become(candidate);
    return firstDifference(comparable(restoredBy(site, state)), comparable(expected));
  });
  return differences.includes(null) ? null : (differences[0] ?? 'no candidate');
}

const union = <T extends Service | EndpointSlice>(now: readonly T[], before: readonly T[]): T[] => [
  ...now,
  ...before.filter((one) => !now.some((other) => nameOf(other) === nameOf(one))),
];

export const adapter: Adapter = (file) => {
  const { cases } = file as { readonly cases: readonly Case[] };
  const partial = cases.filter(({ group }) => group === 'rules-partial-sync');
  return cases.map((one) => ({
    group: one.group,
    id: one.id,
    run() {
      const { group, input, expect } = one;
      const text = typeof expect === 'string' ? expect : String((expect as { iptablesRestore?: string }).iptablesRestore);
      switch (group) {
        case 'rules-full':
          return firstDifference(comparable(restoredBy(new ProxySite(CONFIG), input as State)), comparable(text));
        case 'rules-partial-sync':
          return partialSync((partial[partial.indexOf(one) - 1]?.input as State | undefined) ?? null, input as State, text);
        case 'packet-flow':
        case 'packet-flow-masquerade':
          return packetFlow(input as State & { packet: Sent }, expect);
        case 'probability':
          return probability(input as number) === expect ? null : probability(input as number);
        case 'chain-names':
          return chainName(input as ChainName) === expect ? null : chainName(input as ChainName);
        default:
          return 'unsupported group';
      }
    },
  }));
};
