import { expect, test } from 'vitest';
import { inOrder } from './port-order';

test('ports of kube-dns stand as a real cluster prints them, whatever order the Service has', () => {
  const dns = { name: 'dns', protocol: 'UDP', port: 53 };
  const tcp = { name: 'dns-tcp', protocol: 'TCP', port: 53 };
  const metrics = { name: 'metrics', protocol: 'TCP', port: 9153 };
  for (const ports of [
    [dns, tcp, metrics],
    [metrics, tcp, dns],
  ])
    expect(inOrder(ports).map(({ port }) => port)).toEqual([53, 53, 9153]);
});
