// Go's way with JSON text: keys in byte order and the escapes of encoding/json (`<`, `>`, `&`, U+2028, U+2029).
import { isObject, type Json } from '../base/json';
import { compareBytes } from '../base/order';

const ESCAPED = /[<>&\u2028\u2029]/g;
const escapeHtml = (text: string): string => text.replace(ESCAPED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** As json.Marshal prints a value: no blanks. */
export function goJson(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return goNumber(value);
  if (typeof value === 'string') return goJsonString(value);
  if (!isObject(value)) return `[${(value as readonly Json[]).map(goJson).join(',')}]`;
  return `{${membersOf(value)
    .map(([key, member]) => `${goJsonString(key)}:${goJson(member)}`)
    .join(',')}}`;
}

/** As `kubectl -o json` prints: 4 blanks a level, no newline at the end. */
export function goJsonIndent(value: Json, indent = '    ', margin = ''): string {
  if (typeof value !== 'object' || value === null) return goJson(value);
  const inner = margin + indent;
  const lines = isObject(value)
    ? membersOf(value).map(([key, member]) => `${goJsonString(key)}: ${goJsonIndent(member, indent, inner)}`)
    : (value as readonly Json[]).map((item) => goJsonIndent(item, indent, inner));
  const [open, close] = isObject(value) ? '{}' : '[]';
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.map((line) => inner + line).join(',\n')}\n${margin}${close}`;
}

/** Go writes control characters as JSON.stringify does, but for the short forms \b and \f (since Go 1.22). */
const goJsonString = (text: string): string => escapeHtml(JSON.stringify(text));

function membersOf(object: { readonly [key: string]: Json | undefined }): [string, Json][] {
  const members = Object.entries(object).filter((member): member is [string, Json] => member[1] !== undefined);
  return members.sort(([a], [b]) => compareBytes(a, b));
}

/** encoding/json chooses exponents where JavaScript does, and cuts `1e-07` to `1e-7`. */
const goNumber = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

const SHORT_ESCAPES: { readonly [char: string]: string } = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** Go's strconv.Quote, as %q prints; which runes are printable is taken broadly (all above U+00A0). */
export const goQuote = (text: string): string =>
  `"${text.replace(/["\\\x00-\x1f\x7f-\xa0\xad]/g, (char) => SHORT_ESCAPES[char] ?? quotedRune(char.charCodeAt(0)))}"`;

const quotedRune = (code: number): string =>
  code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;

/** As fmt prints a decoded JSON value with %v: `map[a:1 b:[x y]]`. */
export function goPrint(value: Json): string {
  if (value === null) return '<nil>';
  if (typeof value !== 'object') return String(value);
  if (!isObject(value)) return `[${(value as readonly Json[]).map(goPrint).join(' ')}]`;
  return `map[${membersOf(value)
    .map(([key, member]) => `${key}:${goPrint(member)}`)
    .join(' ')}]`;
}
