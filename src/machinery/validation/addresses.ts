// Addresses that endpoints and external IPs may not have. Models core validation's ValidateEndpointIP.
import { parseIp } from '../ip';
import type { Findings } from './findings';

/** `address` is a valid one. */
export function validateAddress(found: Findings, path: string, address: string): void {
  const ip = parseIp(address);
  if (ip === null) return found.invalid(path, address, 'must be a valid IP address');
  const { bytes, family } = ip;
  const [a = 0, b = 0, c = 0] = bytes;
  const four = family === 'IPv4';
  const lastOnly = (last: number): boolean => bytes.every((byte, i) => byte === (i === bytes.length - 1 ? last : 0));
  if (lastOnly(0)) found.invalid(path, address, `may not be unspecified (${address})`);
  if (four ? a === 127 : lastOnly(1)) found.invalid(path, address, 'may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (four ? a === 169 && b === 254 : a === 0xfe && (b & 0xc0) === 0x80)
    found.invalid(path, address, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  if (four ? a === 224 && b === 0 && c === 0 : a === 0xff && (b & 0x0f) === 0x02)
    found.invalid(path, address, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
}
