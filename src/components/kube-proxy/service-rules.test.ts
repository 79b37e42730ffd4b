// Tables for what the recordings do not show: topology, draining endpoints, odd Services.
import { describe, expect, it } from 'vitest';
import type { EndpointSlice, Service } from '../../machinery/types';
import { EndpointChanges } from './endpoint-changes';
import { ServiceChanges } from './service-changes';
import { servicePortsOf } from './service-port';
import { type ProxierConfig, serviceRules } from './service-rules';

const CONFIG: ProxierConfig = {
  node: 'here',
  nodeIP: '192.168.0.2',
  clusterCidr: '10.0.0.0/8',
  masqueradeAll: false,
  masqueradeMark: '0x00004000',
  randomFully: true,
};
const service = (spec: Service['spec'], rest: Partial<Service> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'ns', name: 'svc' },
  spec: { clusterIP: '172.30.0.41', ports: [{ port: 80, protocol: 'TCP' }], ...spec },
  ...rest,
});
type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];
const endpoint = (address: string, rest: Partial<Endpoint> = {}): Endpoint => ({
  addresses: [address],
  conditions: { ready: true },
  ...rest,
});
const slice = (endpoints: readonly Endpoint[], name = 'svc-1'): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { namespace: 'ns', name, labels: { 'kubernetes.io/service-name': 'svc' } },
  addressType: 'IPv4',
  endpoints,
  ports: [{ name: '', port: 80, protocol: 'TCP' }],
});

function rulesOf(spec: Service['spec'], endpoints: readonly Endpoint[], zone = '') {
  const changes = new EndpointChanges('here');
  changes.update(slice(endpoints), false);
  changes.apply();
  const [[key, port] = []] = servicePortsOf(service(spec));
  if (key === undefined || port === undefined) throw new Error('no port');
  return serviceRules(port, changes.endpoints.get(key) ?? [], { config: CONFIG, zone, large: false });
}
/** Where the chain for all traffic leads. */
const reached = (rules: readonly string[]): string[] => rules.flatMap((rule) => /svc -> ([\d.]+):80"/.exec(rule)?.[1] ?? []);

describe('topology', () => {
  const hinted = (address: string, zones: string[], nodes: string[] = []): Endpoint =>
    endpoint(address, {
      hints: {
        ...(zones.length ? { forZones: zones.map((name) => ({ name })) } : {}),
        ...(nodes.length ? { forNodes: nodes.map((name) => ({ name })) } : {}),
      },
    });

  it.each<[string, Endpoint[], string[]]>([
    ['the same zone, if every endpoint has a hint', [hinted('10.0.0.1', ['a']), hinted('10.0.0.2', ['b'])], ['10.0.0.1']],
    ['all, if one has none', [hinted('10.0.0.1', ['a']), endpoint('10.0.0.2')], ['10.0.0.1', '10.0.0.2']],
    ['all, if none is for here', [hinted('10.0.0.1', ['b']), hinted('10.0.0.2', ['b'])], ['10.0.0.1', '10.0.0.2']],
    ['the same node before the same zone', [hinted('10.0.0.1', ['a'], ['there']), hinted('10.0.0.2', ['a'], ['here'])], ['10.0.0.2']],
  ])('goes to %s', (_, endpoints, expected) => expect(reached(rulesOf({}, endpoints, 'a').rules)).toEqual(expected));
});

describe('endpoints', () => {
  const draining = (address: string, rest: Partial<Endpoint> = {}): Endpoint =>
    endpoint(address, { conditions: { ready: false, serving: true, terminating: true }, ...rest });

  it.each<[string, Endpoint[], string[]]>([
    ['ready ones', [endpoint('10.0.0.1'), draining('10.0.0.2')], ['10.0.0.1']],
    [
      'those that end but serve, if none is ready',
      [draining('10.0.0.2'), endpoint('10.0.0.3', { conditions: { ready: false } })],
      ['10.0.0.2'],
    ],
    ['one of two with the same address that does not end', [endpoint('10.0.0.1'), draining('10.0.0.1')], ['10.0.0.1']],
    [
      'all in the order of their texts',
      ['10.0.0.9', '10.0.0.10', '10.0.0.1'].map((address) => endpoint(address)),
      ['10.0.0.10', '10.0.0.1', '10.0.0.9'],
    ],
  ])('uses %s', (_, endpoints, expected) => expect(reached(rulesOf({}, endpoints).rules)).toEqual(expected));

  it('sends traffic of local policy to a draining endpoint here, and gives it a chain', () => {
    const { rules, chains } = rulesOf({ internalTrafficPolicy: 'Local' }, [
      draining('10.0.0.1', { nodeName: 'here' }),
      endpoint('10.0.0.2', { nodeName: 'there' }),
    ]);
    expect(reached(rules)).toEqual(['10.0.0.1']);
    expect(chains.map((chain) => chain.slice(0, 8))).toEqual(['KUBE-SVL', 'KUBE-SEP']);
  });

  it('puts two slices together and forgets one that is gone', () => {
    const changes = new EndpointChanges('here');
    const texts = (): string[] | undefined => changes.endpoints.get('ns/svc/TCP')?.map(({ text }) => text);
    const second = slice([endpoint('10.0.0.2')], 'svc-2');
    expect([changes.update(slice([endpoint('10.0.0.1')]), false), changes.update(second, false), changes.update(second, false)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(changes.apply()).toEqual(['ns/svc']);
    expect(texts()).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
    changes.update(second, true);
    changes.apply();
    expect(texts()).toEqual(['10.0.0.1:80']);
  });
});

describe('Services', () => {
  it.each([
    ['headless', service({ clusterIP: 'None' })],
    ['without an address', service({ clusterIP: '' })],
    ['of type ExternalName', service({ type: 'ExternalName' })],
    ['with an IPv6 address only', service({ clusterIP: 'fd00::1' })],
  ])('%s give nothing to do', (_, one) => expect(servicePortsOf(one).size).toBe(0));

  it('leave out a load balancer that hands packets on under its own address, and a name', () => {
    const ingress = [{ ip: '1.2.3.4' }, { ip: '1.2.3.5', ipMode: 'Proxy' }, { hostname: 'example' }];
    const [port] = servicePortsOf(service({ type: 'LoadBalancer' }, { status: { loadBalancer: { ingress } } })).values();
    expect(port?.loadBalancerVIPs).toEqual(['1.2.3.4']);
  });

  it('let this node through to a load balancer whose source ranges hold its address', () => {
    const balancer = service(
      { type: 'LoadBalancer', loadBalancerSourceRanges: ['192.168.0.0/16'] },
      { status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } } },
    );
    const [port] = servicePortsOf(balancer).values();
    if (port === undefined) throw new Error('no port');
    const changes = new EndpointChanges('here');
    changes.update(slice([endpoint('10.0.0.1')]), false);
    changes.apply();
    const { rules } = serviceRules(port, changes.endpoints.get('ns/svc/TCP') ?? [], { config: CONFIG, zone: '', large: false });
    expect(rules.filter((rule) => rule.startsWith('-A KUBE-FW') && rule.includes('-s 1.2.3.4'))).toHaveLength(1);
  });

  it('that come and go before a sync leave nothing to sync', () => {
    const changes = new ServiceChanges();
    const one = service({});
    expect([
      changes.update(null, one),
      changes.update(one, { ...one, metadata: { ...one.metadata, labels: { a: 'b' } } }),
      changes.update(one, null),
    ]).toEqual([true, true, false]);
    expect(changes.apply()).toEqual([]);
  });
});
