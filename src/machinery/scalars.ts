// The single values of the API: which JSON each takes, and its canonical form.
import type { Json } from '../base/json';
import { canonicalQuantity, parseQuantity } from './quantity';
import type { ScalarKind } from './schema';
import { parseTime, rfc3339, rfc3339Micro } from './time';

const INT32 = 2_147_483_648;

/** Undefined for a value of a wrong type. */
export function decodeScalar(kind: ScalarKind, value: Json): Json | undefined {
  switch (kind) {
    case 'any':
      return value;
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'bytes':
      return typeof value === 'string' && /^[A-Za-z0-9+/\r\n]*={0,2}$/.test(value) ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'double':
      return typeof value === 'number' ? value : undefined;
    case 'int64':
      return Number.isInteger(value) ? value : undefined;
    case 'int32':
      return Number.isInteger(value) && (value as number) >= -INT32 && (value as number) < INT32 ? value : undefined;
    case 'int-or-string':
      return typeof value === 'string' || Number.isInteger(value) ? value : undefined;
    case 'quantity':
      return typeof value === 'string' || typeof value === 'number' ? quantityText(String(value).trim()) : undefined;
    case 'time':
      return typeof value === 'string' ? timeText(value, 20, rfc3339) : undefined;
    case 'micro-time':
      return typeof value === 'string' ? timeText(value, 27, rfc3339Micro) : undefined;
  }
}

const quantityText = (text: string): string | undefined => (parseQuantity(text) ? canonicalQuantity(text) : undefined);

/** In UTC and in the precision of its type; what has that length and a Z already is taken as it is. */
function timeText(text: string, length: number, print: typeof rfc3339): string | undefined {
  if (text.length === length && text.endsWith('Z') && (length === 20 || text[19] === '.')) return text;
  const time = parseTime(text);
  return time === null ? undefined : print(time);
}
