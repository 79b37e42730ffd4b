// The names of the chains that belong to one port of a Service: a prefix and 16 characters of a hash, since
// iptables allows 28. Models kubernetes pkg/proxy/iptables/proxier.go: portProtoHash and its callers.
import { sha256 } from '../../base/sha256';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const HASH_LENGTH = 16;

/** Cluster policy, local policy, source ranges of a load balancer, traffic from outside, one endpoint. */
const PREFIXES = ['KUBE-SVC-', 'KUBE-SVL-', 'KUBE-FW-', 'KUBE-EXT-', 'KUBE-SEP-'];

export const isServiceChain = (name: string): boolean => PREFIXES.some((prefix) => name.startsWith(prefix));

export interface ServiceChains {
  readonly cluster: string;
  readonly local: string;
  readonly firewall: string;
  readonly external: string;
}

/** `name` is `namespace/service:port`; `protocol` as in the API. */
export function serviceChains(name: string, protocol: string): ServiceChains {
  const hash = hashOf(name + protocol.toLowerCase());
  return { cluster: `KUBE-SVC-${hash}`, local: `KUBE-SVL-${hash}`, firewall: `KUBE-FW-${hash}`, external: `KUBE-EXT-${hash}` };
}

/** `endpoint` is `address:port`. */
export const endpointChain = (name: string, protocol: string, endpoint: string): string =>
  `KUBE-SEP-${hashOf(name + protocol.toLowerCase() + endpoint)}`;

// Every slice that changes names all its endpoints again, on every node.
const hashes = new Map<string, string>();
const MAX_HASHES = 50_000;

function hashOf(text: string): string {
  let hash = hashes.get(text);
  if (hash === undefined) {
    if (hashes.size >= MAX_HASHES) hashes.clear();
    hash = base32(sha256(text)).slice(0, HASH_LENGTH);
    hashes.set(text, hash);
  }
  return hash;
}

/** As many whole groups of five bits as the name needs; no padding. */
function base32(bytes: Uint8Array): string {
  let text = '';
  for (let bit = 0; text.length < HASH_LENGTH; bit += 5) {
    const at = bit >> 3;
    const pair = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    text += BASE32[(pair >> (11 - (bit & 7))) & 31];
  }
  return text;
}
