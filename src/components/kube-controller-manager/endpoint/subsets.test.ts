// How addresses are put together in an Endpoints object.
import { describe, expect, test } from 'vitest';
import type { Pod, Service } from '../../../machinery/types';
import { subsetsOf, truncated } from './subsets';

const pod = (ip: string, ready = true, more: object = {}): Pod =>
  ({
    metadata: { name: `p-${ip}`, namespace: 'ns', uid: `u-${ip}` },
    spec: { nodeName: 'n', containers: [{ ports: [{ name: 'web', containerPort: 8080, protocol: 'TCP' }] }] },
    status: { podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
    ...more,
  }) as unknown as Pod;
const service = (ports: readonly object[], more: object = {}): Service =>
  ({
    metadata: { name: 's', namespace: 'ns' },
    spec: { clusterIP: '10.96.0.1', ipFamilies: ['IPv4'], ports, ...more },
  }) as unknown as Service;
const HTTP = { port: 80, targetPort: 8080, protocol: 'TCP' };
const ips = (subsets: ReturnType<typeof subsetsOf>): unknown =>
  subsets.map(({ addresses = [], notReadyAddresses = [], ports = [] }) => [
    addresses.map(({ ip }) => ip).join(' '),
    notReadyAddresses.map(({ ip }) => ip).join(' '),
    ports.map(({ port }) => port).join(' '),
  ]);

describe('subsets', () => {
  test('list addresses by their text, ready ones apart', () => {
    const pods = [pod('10.0.0.5'), pod('10.0.0.12'), pod('10.0.0.3', false)];
    expect(ips(subsetsOf(service([HTTP]), pods))).toEqual([['10.0.0.12 10.0.0.5', '10.0.0.3', '8080']]);
    expect(subsetsOf(service([HTTP]), pods.slice(0, 1))).toEqual([
      {
        addresses: [{ ip: '10.0.0.5', nodeName: 'n', targetRef: { kind: 'Pod', namespace: 'ns', name: 'p-10.0.0.5', uid: 'u-10.0.0.5' } }],
        ports: [{ port: 8080, protocol: 'TCP' }],
      },
    ]);
  });
  test('hold all ports that the same addresses offer, and are several where pods differ', () => {
    const other = pod('10.0.0.2', true, { spec: { nodeName: 'n', containers: [{ ports: [] }] } });
    const ports = [HTTP, { name: 'named', port: 81, targetPort: 'web', protocol: 'TCP' }];
    expect(ips(subsetsOf(service(ports), [pod('10.0.0.1')]))).toEqual([['10.0.0.1', '', '8080 8080']]);
    expect(ips(subsetsOf(service(ports), [pod('10.0.0.1'), other]))).toEqual([
      ['10.0.0.1 10.0.0.2', '', '8080'],
      ['10.0.0.1', '', '8080'],
    ]);
  });
  test('of a headless Service need no ports', () => {
    expect(ips(subsetsOf(service([], { clusterIP: 'None' }), [pod('10.0.0.1')]))).toEqual([['10.0.0.1', '', '']]);
    expect(subsetsOf(service([]), [pod('10.0.0.1')])).toEqual([]);
  });
  test('leave out what ended, has no address or is asked to end', () => {
    const gone = [
      pod('10.0.0.1', true, { status: { phase: 'Succeeded', podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] } }),
      pod('10.0.0.2', true, { status: {} }),
      pod('10.0.0.3', true, { metadata: { name: 'x', deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    ];
    expect(subsetsOf(service([HTTP]), gone)).toEqual([]);
  });
});

test('of more than a thousand addresses the ready ones stay', () => {
  const addresses = (count: number) => Array.from({ length: count }, (_, i) => ({ ip: String(i) }));
  expect(truncated([{ addresses: addresses(500), notReadyAddresses: addresses(500) }])).toBeNull();
  const [cut] = truncated([{ addresses: addresses(900), notReadyAddresses: addresses(500) }]) ?? [];
  expect([cut?.addresses?.length, cut?.notReadyAddresses?.length]).toEqual([900, 100]);
});
