// The text of a whole run as the body of a link, and back: `VERSION.TEXT`, TEXT being JSON, deflated, as base64url.
// Format 1 supposes no dictionary, format 2 the text in dictionary-2.json, which is published and never changes: a
// better one is another format. The page loads this only when it meets such a link.
import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';
import { err, ok, type Result } from '../base/result';
import dictionary2 from './dictionary-2.json' with { type: 'json' };
import type { Packer } from './link';

const WRITES = '2';
const MAX_TEXT = 262144;
/** Deeper JSON is no run, and who walks through it should not have to count. */
const MAX_DEPTH = 16;
/** In small portions, so that a bomb is noticed before it has grown. */
const PORTION = 512;

const dictionary = strToU8(dictionary2);
const FORMATS: { readonly [version: string]: { readonly dictionary?: Uint8Array } } = { 1: {}, [WRITES]: { dictionary } };

export const packer: Packer = {
  pack: (text) => `${WRITES}.${base64url(deflateSync(strToU8(text), { level: 9, dictionary }))}`,
  unpack(body) {
    const [version = '', text, ...rest] = body.split('.');
    const format = Object.hasOwn(FORMATS, version) ? FORMATS[version] : undefined;
    if (format === undefined) return err(/^\d{1,9}$/.test(version) ? 'other-version' : 'not-a-link');
    const bytes = text === undefined || rest.length > 0 ? null : fromBase64url(text);
    const inflated = bytes === null ? null : inflate(bytes, format);
    return inflated === null ? err('damaged') : parsed(strFromU8(inflated));
  },
};

function parsed(text: string): Result<unknown, 'damaged' | 'bad-run'> {
  if (depthOf(text) > MAX_DEPTH) return err('bad-run');
  try {
    return ok(JSON.parse(text));
  } catch {
    return err('damaged');
  }
}

/** How deep the brackets of a JSON text go. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (quoted && letter === '\\') i++;
    else if (letter === '"') quoted = !quoted;
    else if (!quoted && (letter === '[' || letter === '{')) deepest = Math.max(deepest, ++depth);
    else if (!quoted && (letter === ']' || letter === '}')) depth--;
  }
  return deepest;
}

/** Null if the bytes are damaged, cut off, or give more than a link may. */
function inflate(bytes: Uint8Array, format: { readonly dictionary?: Uint8Array }): Uint8Array | null {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  const stream = new Inflate(format, (chunk, final) => {
    size += chunk.length;
    if (size > MAX_TEXT) throw new RangeError('too much');
    chunks.push(chunk);
    ended = final;
  });
  try {
    for (let at = 0; at < bytes.length; at += PORTION) stream.push(bytes.subarray(at, at + PORTION), at + PORTION >= bytes.length);
  } catch {
    return null;
  }
  if (!ended) return null;
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function base64url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const word = (a << 16) | (b << 8) | c;
    const digits = Math.min(4, bytes.length - i + 1);
    for (let digit = 0; digit < digits; digit++) text += ALPHABET[(word >> (18 - 6 * digit)) & 63];
  }
  return text;
}

function fromBase64url(text: string): Uint8Array | null {
  if (text.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 255;
    }
  }
  return bytes;
}
