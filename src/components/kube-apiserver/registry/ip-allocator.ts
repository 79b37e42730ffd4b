// Which addresses and ports a Service may get: ranges, and the lower band that is kept for those who choose
// their own. Pure. Models pkg/registry/core/service/{ipallocator,portallocator}.

/** `--service-node-port-range`. */
export const NODE_PORTS = { base: 30_000, size: 2_768 };

/** An IPv4 range; addresses are numbers. */
export interface Range {
  readonly base: number;
  readonly size: number;
}

export function parseRange(cidr: string): Range | null {
  const [address = '', bits = ''] = cidr.split('/');
  const base = addressNumber(address);
  const prefix = Number(bits);
  if (base === null || !Number.isInteger(prefix) || prefix < 0 || prefix > 32) return null;
  const size = 2 ** (32 - prefix);
  return { base: Math.floor(base / size) * size, size };
}

export function addressNumber(address: string): number | null {
  const bytes = address.split('.');
  if (bytes.length !== 4) return null;
  let number = 0;
  for (const byte of bytes) {
    const value = Number(byte);
    if (!/^[0-9]{1,3}$/.test(byte) || value > 255) return null;
    number = number * 256 + value;
  }
  return number;
}

export const addressText = (number: number): string => [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');

/** Without the network's and the broadcast address. */
export const inRange = ({ base, size }: Range, address: number): boolean => address > base && address < base + size - 1;

const MIN_BAND = 16;
const MAX_BAND = 256;
const BAND_STEP = 16;

/** How many addresses at the start of a range are given only to those who ask for them by name. */
export function staticBand(size: number): number {
  const hosts = size;
  const offset = Math.floor(hosts / BAND_STEP);
  if (hosts - 2 <= MIN_BAND || hosts <= MIN_BAND) return 0;
  return Math.min(Math.max(MIN_BAND, offset), MAX_BAND);
}
