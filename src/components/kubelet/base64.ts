// Secrets carry their values in base64; containers get the text.

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The UTF-8 text that `encoded` stands for; bytes that are no UTF-8 become one character each. */
export function base64Text(encoded: string): string {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const char of encoded.replace(/[=\s]+/g, '')) {
    held = ((held << 6) | Math.max(DIGITS.indexOf(char), 0)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 255);
  }
  const escaped = bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  try {
    return decodeURIComponent(escaped);
  } catch {
    return String.fromCharCode(...bytes);
  }
}
