// The order of a slice's ports: by the hash of how Go prints them.
// Models kubernetes staging/src/k8s.io/endpointslice/util/controller_utils.go (portsInOrder) and k8s.io/utils/dump.
import { compareBytes } from '../../../base/order';
import type { EndpointSlice } from '../../../machinery/types';

type Ports = NonNullable<EndpointSlice['ports']>;

const OFFSET = 0x6c62272e07bb014262b821756295c58dn;
const PRIME = 0x1000000000000000000013bn;
const MASK = (1n << 128n) - 1n;

/** FNV-1a of 128 bits, as hex digits. Port names and protocols are ASCII. */
function fnv128a(text: string): string {
  let hash = OFFSET;
  for (let i = 0; i < text.length; i++) hash = ((hash ^ BigInt(text.charCodeAt(i))) * PRIME) & MASK;
  return hash.toString(16).padStart(32, '0');
}

const printed = ({ name = '', protocol = '', port = 0, appProtocol }: Ports[number]): string =>
  `(v1.EndpointPort){Name:(*string)${name} Protocol:(*v1.Protocol)${protocol} Port:(*int32)${port} AppProtocol:(*string)${appProtocol ?? '<nil>'}}`;

export function inOrder(ports: Ports): Ports {
  if (ports.length < 2) return ports;
  const hashed = ports.map((port) => ({ port, hash: fnv128a(printed(port)) }));
  return hashed.sort((a, b) => compareBytes(a.hash, b.hash)).map(({ port }) => port);
}
