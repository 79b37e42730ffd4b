// A machine as packets see it: its interfaces, and the way out for an address.
import { type Cidr, cidrContains, type Ip, parseCidr, parseIp } from '../../machinery/ip';

export interface Host {
  /** Addresses with their networks: `10.244.1.1/24`. */
  readonly interfaces: readonly { readonly name: string; readonly address: string }[];
  /** Where everything goes that is in no network of an interface. */
  readonly defaultInterface: string;
}
export const LOOPBACK = 'lo';

const LOOPBACK_NETWORK = parseCidr('127.0.0.0/8') as Cidr;

export function contains(network: Cidr, address: string): boolean {
  const ip: Ip | null = parseIp(address);
  return ip !== null && cidrContains(network, ip);
}

/** It is this machine's own. */
export const isLocal = ({ interfaces }: Host, address: string): boolean =>
  contains(LOOPBACK_NETWORK, address) || interfaces.some((one) => one.address.split('/')[0] === address);

/** Where a packet to an address goes out. */
export function routeTo({ interfaces, defaultInterface }: Host, address: string): string {
  const found = interfaces.find((one) => {
    const network = parseCidr(one.address);
    return network !== null && contains(network, address);
  });
  return found?.name ?? defaultInterface;
}

/** The address that this machine has on an interface. */
export const addressOn = ({ interfaces }: Host, name: string): string =>
  interfaces.find((one) => one.name === name)?.address.split('/')[0] ?? '127.0.0.1';
