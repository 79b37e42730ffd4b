// What a real kube-proxy in iptables mode ran, and the rules that its kernel then held, against
// components/kube-proxy and components/node-kernel. nftables mode is left out.
import type { Json, JsonObject } from '../../base/json';
import type { ProxierConfig } from '../../components/kube-proxy/service-rules';
import type { EndpointSlice, Service } from '../../machinery/types';
import type { Adapter, VectorCase } from './adapter';
import { type Call, comparable, finish, firstDifference, nameOf, ProxySite, type State } from './local-iptables';

interface RecordedCall {
  readonly argv: readonly string[];
  readonly stdin?: string;
}
interface RecordedStep {
  readonly id: string;
  readonly services: readonly { readonly name: string; readonly spec: Service['spec']; readonly status?: JsonObject }[];
  readonly endpointSlices: readonly (Omit<EndpointSlice, 'metadata'> & {
    readonly name: string;
    readonly labels: { readonly [key: string]: string };
  })[];
  readonly iptablesCalls: readonly RecordedCall[];
  readonly after: { readonly iptables: string };
}
interface Recording {
  readonly start: { readonly iptables: readonly RecordedCall[] };
  readonly steps: readonly RecordedStep[];
}

const NAMESPACE = 'kp';
const CONFIG: ProxierConfig = {
  node: 'node-1',
  nodeIP: '192.168.49.11',
  clusterCidr: '10.244.0.0/16',
  masqueradeAll: false,
  masqueradeMark: '0x00004000',
  randomFully: true,
};

// ---- The cluster: what stood in it before, and what a step shows

const service = (namespace: string, name: string, spec: Service['spec'], status?: JsonObject): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace, name },
  spec,
  ...(status === undefined ? {} : { status }),
});
const slice = (
  namespace: string,
  name: string,
  labels: { readonly [key: string]: string },
  rest: Pick<EndpointSlice, 'addressType' | 'endpoints' | 'ports'>,
): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { namespace, name, labels },
  ...rest,
});
const BEFORE: State = {
  services: [
    service('default', 'kubernetes', { clusterIP: '10.96.0.1', ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }] }),
    service('default', 'web', { clusterIP: '10.101.130.252', ports: [{ protocol: 'TCP', port: 80, targetPort: 80 }] }),
  ],
  endpointSlices: [
    slice(
      'default',
      'kubernetes',
      { 'kubernetes.io/service-name': 'kubernetes' },
      {
        addressType: 'IPv4',
        endpoints: [{ addresses: ['192.168.49.2'], conditions: { ready: true } }],
        ports: [{ name: 'https', protocol: 'TCP', port: 6443 }],
      },
    ),
  ],
};

/** What kube-proxy's watches would have let through of a step's objects. */
const stateOf = ({ services, endpointSlices }: RecordedStep): State => ({
  services: [
    ...BEFORE.services,
    ...services.filter(({ spec }) => spec.clusterIP !== 'None').map(({ name, spec, status }) => service(NAMESPACE, name, spec, status)),
  ],
  endpointSlices: [
    ...BEFORE.endpointSlices,
    ...endpointSlices
      .filter(({ labels }) => !('service.kubernetes.io/headless' in labels))
      .map(({ name, labels, addressType, endpoints, ports }) => slice(NAMESPACE, name, labels, { addressType, endpoints, ports })),
  ],
});

/** Slices in a new version where the state is as before: a change that changes nothing for kube-proxy. */
const touched = (state: State, version: string, before: State): State =>
  JSON.stringify(state) !== JSON.stringify(before)
    ? state
    : {
        ...state,
        endpointSlices: state.endpointSlices.map((one) =>
          one.metadata.namespace === NAMESPACE ? { ...one, metadata: { ...one.metadata, resourceVersion: version } } : one,
        ),
      };
const withoutStatus = (state: State): State => ({ ...state, services: state.services.map(({ status: _, ...rest }) => rest) });

// ---- Comparing

/** Real kube-proxy goes through Services in an order that chance makes; only the last rule has its place. */
function byService(rules: string[]): readonly string[] {
  const chain = rules[0]?.split(' ')[1] ?? '';
  if (!['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-NODEPORTS', 'KUBE-PROXY-FIREWALL'].includes(chain)) return rules;
  const last = rules.at(-1) ?? '';
  return last.includes('must be the last rule') ? [...rules.slice(0, -1).sort(), last] : rules.sort();
}

function sameCalls(ours: readonly Call[], theirs: readonly RecordedCall[]): string | null {
  const commands = firstDifference(ours.map(({ argv }) => argv.join(' ')).join('\n'), theirs.map(({ argv }) => argv.join(' ')).join('\n'));
  if (commands !== null) return commands;
  for (const [i, { stdin }] of theirs.entries()) {
    const difference =
      stdin === undefined ? null : firstDifference(comparable(ours[i]?.stdin ?? '', byService), comparable(stdin, byService));
    if (difference !== null) return difference;
  }
  return null;
}

function rules(step: RecordedStep): string | null {
  const site = new ProxySite(CONFIG);
  finish(site.iptables.ensureCanaries());
  site.become(stateOf(step));
  return firstDifference(comparable(site.kernel.saved(), byService), comparable(step.after.iptables, byService));
}

/** The recording shows objects after a step only. Several syncs mean that parts of the change came first: a
 *  Service before its endpoints or its load balancer, or endpoints that ended before they went. */
function calls(before: RecordedStep, step: RecordedStep): string | null {
  const [from, to] = [stateOf(before), stateOf(step)];
  if (step.iptablesCalls.length === 0) return JSON.stringify(from) === JSON.stringify(to) ? null : 'there is something to do';
  const syncs = step.iptablesCalls.filter(({ argv }) => argv[0] === 'iptables-restore').length;
  let ways: State[][] = [[]];
  for (let i = 1; i < syncs; i++) ways = ways.flatMap((way) => partsOf(from, to).map((part) => [...way, part]));
  const differences = ways.map((way) => {
    const site = new ProxySite(CONFIG);
    site.become(from);
    return sameCalls(
      [...way, to].flatMap((state, i) => site.become(touched(state, `version-${i}`, i === 0 ? from : (way[i - 1] ?? from)))),
      step.iptablesCalls,
    );
  });
  return differences.includes(null) ? null : (differences[0] ?? 'no way');
}

const partsOf = (from: State, to: State): State[] => [
  { ...to, endpointSlices: from.endpointSlices },
  { ...withoutStatus(to), endpointSlices: from.endpointSlices },
  to,
  ...to.endpointSlices.map((one) => ({
    ...to,
    endpointSlices: [...from.endpointSlices.filter((other) => nameOf(other) !== nameOf(one)), one],
  })),
];

/** The commands of a start, as far as they were recorded. */
function start(recorded: readonly RecordedCall[]): string | null {
  const theirs = recorded.filter(({ argv }) => argv[0] !== 'nft');
  const site = new ProxySite(CONFIG);
  for (let i = 0; i < 2; i++) finish(site.iptables.present());
  finish(site.iptables.ensureCanaries());
  site.become(BEFORE);
  return sameCalls(site.kernel.calls.slice(0, theirs.length), theirs);
}

export const adapter: Adapter = (file) => {
  const { start: recorded, steps } = file as Recording & Json;
  const numberOf = ({ id }: RecordedStep): number => Number.parseInt(id, 10);
  return [
    ...(recorded?.iptables === undefined ? [] : [{ group: 'start', id: 'start', run: () => start(recorded.iptables) }]),
    ...steps.flatMap((step): VectorCase[] => {
      const before = steps.find((other) => numberOf(other) === numberOf(step) - 1);
      return [
        { group: 'rules', id: `${step.id} rules`, run: () => rules(step) },
        ...(before === undefined ? [] : [{ group: 'calls', id: `${step.id} calls`, run: () => calls(before, step) }]),
      ];
    }),
  ];
};
