// Base64 of text as UTF-8, for continue tokens, JSON web tokens and secrets. The core has no btoa.
import { utf8 } from './utf8';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const PAIRS = [...DIGITS].flatMap((first) => [...DIGITS].map((second) => first + second));

/** URL alphabet, no padding. */
export function toBase64Url(text: string): string {
  const bytes = utf8(text);
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out += `${PAIRS[bits >> 12]}${PAIRS[bits & 4095]}`;
  }
  return out.slice(0, Math.ceil((bytes.length * 4) / 3));
}

/** The usual alphabet, with padding. */
export function toBase64(text: string): string {
  const plain = toBase64Url(text).replaceAll('-', '+').replaceAll('_', '/');
  return plain.padEnd(Math.ceil(plain.length / 4) * 4, '=');
}

/** Accepts both alphabets and padding; null if it is none. Bytes that are no UTF-8 become one character each. */
export function fromBase64Url(encoded: string): string | null {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const char of encoded.replace(/=+$/, '')) {
    const digit = DIGITS.indexOf(char === '+' ? '-' : char === '/' ? '_' : char);
    if (digit < 0) return null;
    held = (held << 6) | digit;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 255);
      held &= (1 << bits) - 1;
    }
  }
  const text = String.fromCharCode(...bytes);
  try {
    return decodeURIComponent(bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));
  } catch {
    return text;
  }
}
