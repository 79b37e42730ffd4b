// Addresses and networks: parsing, canonical text, and upstream's complaints. Models apimachinery
// pkg/util/validation/ip.go, k8s.io/utils/net's sloppy parsers (leading zeros pass) and net/netip's texts.
import type { Complaints } from './names';

/** 4 or 16 bytes. */
export interface Ip {
  readonly bytes: readonly number[];
  /** As text: no leading zeros, the longest run of zeros shortened. An IPv4 in IPv6 form counts as IPv4. */
  readonly text: string;
  readonly family: 'IPv4' | 'IPv6';
  /** What net/netip would refuse: `1.1.1.01`. */
  readonly leadingZeros: boolean;
  readonly mappedInIPv6: boolean;
}

export interface Cidr {
  readonly ip: Ip;
  readonly prefix: number;
  /** The network's own text: `10.1.2.3/8` -> `10.0.0.0/8`. */
  readonly text: string;
}

function parseIPv4(text: string): number[] | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part))) return null;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte < 256) ? bytes : null;
}

function parseIPv6(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return null;
  const [left, right] = halves.map(groupsOf);
  if (!left || (halves.length === 2 && !right)) return null;
  const missing = 16 - left.length - (right?.length ?? 0);
  if (halves.length === 2 ? missing < 2 : missing !== 0) return null;
  return [...left, ...new Array<number>(missing).fill(0), ...(right ?? [])];
}

/** `a:b` as bytes; the last group may be an IPv4 address. */
function groupsOf(text: string): number[] | null {
  const bytes: number[] = [];
  const groups = text === '' ? [] : text.split(':');
  for (const [i, group] of groups.entries()) {
    const four = i === groups.length - 1 && group.includes('.') ? parseIPv4(group) : null;
    if (four) bytes.push(...four);
    else if (/^[0-9a-fA-F]{1,4}$/.test(group)) bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255);
    else return null;
  }
  return bytes;
}

const isMapped = (bytes: readonly number[]): boolean =>
  bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;

export function parseIp(text: string): Ip | null {
  const four = parseIPv4(text);
  const bytes = four ?? parseIPv6(text);
  if (!bytes) return null;
  const mapped = isMapped(bytes);
  const own = mapped ? bytes.slice(12) : bytes;
  const dotted = /[^:]*\..*$/.exec(text)?.[0] ?? '';
  return {
    bytes: own,
    text: ipText(own),
    family: own.length === 4 ? 'IPv4' : 'IPv6',
    mappedInIPv6: mapped,
    leadingZeros: dotted.split('.').some((part) => part.length > 1 && part.startsWith('0')),
  };
}

function ipText(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => (((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0)).toString(16));
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}

export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf('/');
  const digits = text.slice(slash + 1);
  const ip = slash < 0 ? null : parseIp(text.slice(0, slash));
  if (!ip || !/^\d{1,3}$/.test(digits)) return null;
  const written = Number(digits);
  const bits = ip.mappedInIPv6 ? 128 : ip.bytes.length * 8;
  if (written > bits) return null;
  const prefix = ip.mappedInIPv6 ? Math.max(0, written - 96) : written;
  return { ip, prefix, text: `${ipText(masked(ip.bytes, prefix))}/${prefix}` };
}

const masked = (bytes: readonly number[], prefix: number): number[] =>
  bytes.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, prefix - i * 8))) & 255);

/** Whether an address lies in a network of its family. */
export const cidrContains = ({ ip, prefix }: Cidr, address: Ip): boolean =>
  ip.family === address.family && ipText(masked(ip.bytes, prefix)) === ipText(masked(address.bytes, prefix));

const IP_COMPLAINT = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const CIDR_COMPLAINT = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** IsValidIPForLegacyField: what older fields accept. */
export const legacyIpAddress = (value: string): Complaints => (parseIp(value) ? [] : [IP_COMPLAINT]);

/** IsValidIP: canonical text only, for newer fields. */
export function ipAddress(value: string): Complaints {
  const ip = parseIp(value);
  if (!ip) return [IP_COMPLAINT];
  if (ip.leadingZeros) return ['must not have leading 0s'];
  if (ip.mappedInIPv6) return ['must not be an IPv4-mapped IPv6 address'];
  return ip.text === value ? [] : [`must be in canonical form ("${ip.text}")`];
}

/** IsValidCIDRForLegacyField. */
export const legacyCidr = (value: string): Complaints => (parseCidr(value) ? [] : [CIDR_COMPLAINT]);

/** IsValidCIDR. */
export function cidr(value: string): Complaints {
  const parsed = parseCidr(value);
  if (!parsed) return [CIDR_COMPLAINT];
  const { ip, prefix, text } = parsed;
  if (ip.leadingZeros || /\/0\d/.test(value)) return ['must not have leading 0s in IP or prefix length'];
  if (ip.mappedInIPv6) return ['must not have an IPv4-mapped IPv6 address'];
  if (`${ip.text}/${prefix}` !== text) return ['must not have bits set beyond the prefix length'];
  return text === value ? [] : [`must be in canonical form ("${text}")`];
}
