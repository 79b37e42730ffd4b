// `--sort-by`: objects and table rows in the order of one field. Models kubectl pkg/cmd/get/sorter.go (isLess, RuntimeSort,
// TableSorter) and the natural order of fvbommel/sortorder. What lacks the field comes first.
import type { Json } from '../../../base/json';
import { compareQuantities, parseQuantity } from '../../../machinery/quantity';
import { goSorted } from './go-sort';
import { jsonPathValues } from './jsonpath';

/** Items sorted by what `path` finds in `of(item)`; null if it finds nothing in any. */
export function sortedBy<T>(items: readonly T[], path: string, of: (item: T) => Json): T[] | null {
  const keyed = items.map((item) => ({ item, values: jsonPathValues(path, of(item)) }));
  if (items.length > 0 && keyed.every(({ values }) => values.length === 0)) return null;
  const sorted = goSorted(keyed, (a, b) => {
    if (a.values.length === 0) return true;
    return b.values.length > 0 && isLess(a.values[0] ?? null, b.values[0] ?? null);
  });
  return sorted.map(({ item }) => item);
}

/** `.a`, `a` and `{.a}` all mean `{.a}`. */
export const relaxedPath = (path: string): string => `{.${path.replace(/^\{?\.?(.*?)\}?$/, '$1')}}`;

function isLess(a: Json, b: Json): boolean {
  if (a === null || b === null) return a === null && b !== null;
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  const [x, y] = [parseQuantity(a), parseQuantity(b)];
  return x !== null && y !== null ? compareQuantities(x, y) < 0 : naturalLess(a, b);
}

/** `a9` before `a10`; digits before other characters. */
export function naturalLess(a: string, b: string): boolean {
  const [parts, others] = [chunks(a), chunks(b)];
  for (const [i, part] of parts.entries()) {
    const other = others[i];
    if (other === undefined) return false;
    if (part === other) continue;
    const [isNumber, otherIsNumber] = [/^\d/.test(part), /^\d/.test(other)];
    if (!isNumber || !otherIsNumber) return isNumber || (!otherIsNumber && part < other);
    const [digits, otherDigits] = [part.replace(/^0+/, ''), other.replace(/^0+/, '')];
    if (digits.length !== otherDigits.length) return digits.length < otherDigits.length;
    return digits === otherDigits ? part.length < other.length : digits < otherDigits;
  }
  return parts.length < others.length;
}

/** Numbers whole, everything else character by character. */
const chunks = (text: string): string[] => text.match(/\d+|\D/gu) ?? [];
