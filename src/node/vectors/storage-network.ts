// Kubernetes' own tables about Endpoints and EndpointSlices, against components/kube-controller-manager. What is about
// volumes is not supported.
import type { Json } from '../../base/json';
import {
  addressOf,
  type EndpointSubset,
  endpointPort,
  subsetsOf,
  truncated,
} from '../../components/kube-controller-manager/endpoint/subsets';
import {
  addressTypesOf,
  endpointPorts,
  podToEndpoint,
  reconcile,
  serviceKeyOf,
} from '../../components/kube-controller-manager/endpointslice/reconciler';
import { findPort, shouldBeInEndpoints, shouldSetHostname } from '../../components/kube-controller-manager/endpointslice/service-members';
import { parseIp } from '../../machinery/ip';
import type { Container, EndpointSlice, Node, Pod, Service, ServicePort } from '../../machinery/types';
import { adapterOf } from './adapter';

interface PodAndService {
  readonly pod: Pod;
  readonly service: Service;
}

const KINDS: { readonly [kind: string]: (input: never, expect: never) => unknown } = {
  'endpoints-truncate': truncate,
  'endpoints-addresses': ({ pod, service }: PodAndService) => {
    const subsets = subsetsOf(service, [pod]);
    const count = (of: 'addresses' | 'notReadyAddresses'): number => subsets.reduce((sum, subset) => sum + (subset[of]?.length ?? 0), 0);
    return { expectedReady: count('addresses'), expectedUnready: count('notReadyAddresses') };
  },
  'endpoints-pod-family': ({ ipFamilies, service }: { readonly ipFamilies: readonly string[]; readonly service: Service }) => {
    const podIPs = ipFamilies.map((family) => ({ ip: family === 'IPv6' ? '2000::1' : '1.2.3.1' }));
    const pod = { metadata: { name: 'pod0', namespace: 'test' }, spec: {}, status: { podIP: podIPs[0]?.ip, podIPs } } as unknown as Pod;
    const address = addressOf({ ...service, metadata: { name: 's' } } as Service, pod);
    return { expectedEndpointFamily: address === null ? null : (parseIp(address.ip)?.family ?? null), expectError: address === null };
  },
  'endpoints-port': ({ serviceAppProtocol }: { readonly serviceAppProtocol: string | null }) => {
    const port = { name: 'http', port: 80, ...(serviceAppProtocol === null ? {} : { appProtocol: serviceAppProtocol }) };
    return { expectedEndpointsAppProtocol: endpointPort(port, 80).appProtocol ?? null };
  },
  'endpointslice-findport': (input: {
    readonly containers: readonly Container[] | null;
    readonly initContainers: readonly Container[] | null;
    readonly port: string | number;
  }) => {
    const spec = { containers: input.containers ?? [], initContainers: input.initContainers ?? [] };
    const port: ServicePort = { port: 0, protocol: 'TCP', targetPort: input.port };
    const found = findPort({ metadata: { name: 'p' }, spec } as unknown as Pod, port);
    return { expected: found ?? 0, pass: found !== null };
  },
  'endpointslice-shouldpodbeinendpoints': ({ pod, includeTerminating }: { readonly pod: Pod; readonly includeTerminating: boolean }) => ({
    expected: shouldBeInEndpoints({ ...pod, metadata: pod.metadata ?? { name: 'p' } }, includeTerminating),
  }),
  'endpointslice-shouldsethostname': ({ pod, service }: PodAndService) => ({ expected: shouldSetHostname(pod, service) }),
  'endpointslice-getendpointports': ({ pod, service }: PodAndService) => ({ expectedPorts: endpointPorts(service, pod) }),
  'endpointslice-podtoendpoint': (input: { readonly pod: Pod; readonly svc: Service; readonly node: Node | null }) => {
    const endpoint = podToEndpoint(input.pod, input.node ?? undefined, input.svc, input.svc.spec.ipFamilies?.[0] ?? 'IPv4');
    return { expectedEndpoint: { ...endpoint, targetRef: { ...endpoint.targetRef, uid: endpoint.targetRef?.uid ?? null } } };
  },
  'endpointslice-supportedserviceaddresstype': ({ service }: PodAndService, { expectedAddressTypes }: ExpectedTypes) => {
    const types = addressTypesOf(service);
    const same = types.length === expectedAddressTypes.length && types.every((type) => expectedAddressTypes.includes(type));
    return { expectedAddressTypes: same ? expectedAddressTypes : types };
  },
  'endpointslice-servicecontrollerkey': ({ endpointSlice }: { readonly endpointSlice: EndpointSlice | null }) => {
    // Upstream guards against a nil pointer; our types do not let one through.
    if (endpointSlice === null) return { expectedKey: '', expectedErr: { error: 'nil EndpointSlice passed to ServiceControllerKey()' } };
    const key = serviceKeyOf({ ...endpointSlice, metadata: endpointSlice.metadata ?? { name: '' } });
    return {
      expectedKey: key ?? '',
      expectedErr: key === null ? { error: 'EndpointSlice missing kubernetes.io/service-name label' } : null,
    };
  },
  'endpointslice-reconcilemaxendpointsperslice': sliceLengths,
};

interface ExpectedTypes {
  readonly expectedAddressTypes: readonly string[];
}

function truncate(input: { readonly subsetsReady: readonly number[]; readonly subsetsNotReady: readonly number[] }): Json {
  const addresses = (count: number): { readonly ip: string }[] => Array.from({ length: count }, () => ({ ip: '1.2.3.4' }));
  const subsets: EndpointSubset[] = input.subsetsReady.map((ready, i) => ({
    addresses: addresses(ready),
    notReadyAddresses: addresses(input.subsetsNotReady[i] ?? 0),
  }));
  const cut = truncated(subsets) ?? subsets;
  return {
    expectedReady: cut.map((subset) => subset.addresses?.length ?? 0),
    expectedNotReady: cut.map((subset) => subset.notReadyAddresses?.length ?? 0),
  };
}

function sliceLengths(input: { readonly maxEndpointsPerSlice: number; readonly readyPods: number; readonly notReadyPods: number }): Json {
  const pods = Array.from({ length: input.readyPods + input.notReadyPods }, (_, i) => {
    const ip = `1.2.${i >> 8}.${i & 255}`;
    const conditions = [{ type: 'Ready', status: i < input.readyPods ? 'True' : 'False' }];
    const status = { podIP: ip, podIPs: [{ ip }], conditions };
    return { metadata: { name: `pod${i}`, namespace: 'test' }, spec: { containers: [], nodeName: 'node-1' }, status } as unknown as Pod;
  });
  const service = {
    metadata: { name: 'foo', namespace: 'test', uid: 'foo' },
    spec: { selector: { foo: 'bar' }, ports: [{ name: 'p', port: 80, targetPort: 80, protocol: 'TCP' }], ipFamilies: ['IPv4'] },
  } as unknown as Service;
  const node = { metadata: { name: 'node-1' } } as Node;
  const { create } = reconcile(service, pods, [], () => node, input.maxEndpointsPerSlice);
  return { expectedSliceLengths: create.map(({ endpoints }) => endpoints?.length ?? 0) };
}

export const adapter = adapterOf(KINDS);
