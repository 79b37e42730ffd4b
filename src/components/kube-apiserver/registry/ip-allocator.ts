// Which addresses and ports a Service may get: ranges, and the lower band that is kept for those who choose
// their own. Pure. Models pkg/registry/core/service/{ipallocator,portallocator}.
import { type Ip, parseCidr, parseIp } from '../../../machinery/ip';

/** `--service-node-port-range`. */
export const NODE_PORTS = { base: 30_000, size: 2_768 };

/** Addresses of a range are told by their offset in it. */
export interface Range {
  readonly family: Ip['family'];
  readonly base: bigint;
  /** Of the IPv6 addresses only the first 64 Ki are given. */
  readonly size: number;
}

const MAX_IPV6 = 65_536;

export function parseRange(text: string): Range | null {
  const cidr = parseCidr(text);
  if (cidr === null) return null;
  const { family, bytes } = cidr.ip;
  const bits = bytes.length * 8 - cidr.prefix;
  const base = (numberOf(bytes) >> BigInt(bits)) << BigInt(bits);
  return { family, base, size: family === 'IPv4' ? 2 ** bits : Math.min(2 ** bits, MAX_IPV6) };
}

const numberOf = (bytes: readonly number[]): bigint => bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n);

export function addressAt({ family, base }: Range, offset: number): string {
  const number = base + BigInt(offset);
  const unit = (shift: number, mask: bigint): bigint => (number >> BigInt(shift)) & mask;
  if (family === 'IPv4') return [24, 16, 8, 0].map((shift) => unit(shift, 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => unit(112 - 16 * i, 65_535n).toString(16));
  return parseIp(groups.join(':'))?.text ?? '';
}

/** The first address is the network's, the last of an IPv4 network everybody's: both are not given. */
export const hostsIn = ({ family, size }: Range): number => Math.max(0, size - (family === 'IPv4' ? 2 : 1));

export function inRange(range: Range, address: string): boolean {
  const ip = parseIp(address);
  if (ip === null || ip.family !== range.family) return false;
  const offset = numberOf(ip.bytes) - range.base;
  return offset > 0n && offset <= BigInt(hostsIn(range));
}

/** How many addresses at the start of a range are given only to those who ask for them by name. */
export const staticBand = (size: number): number => band(size, 16, 256);
/** The same of node ports. */
export const staticPortBand = (size: number): number => band(size, 32, 128);

const LEAST = 16;
const band = (size: number, step: number, most: number): number =>
  size <= LEAST ? 0 : Math.min(Math.max(LEAST, Math.floor(size / step)), most);
