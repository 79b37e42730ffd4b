// Go's encoding/json text: keys in byte order, `<`, `>`, `&`, U+2028 and U+2029 escaped.
import { assert } from '../base/assert';
import type { Json } from '../base/json';
/** As `kubectl -o json` prints: 4 spaces, no newline at the end. */
export function goJsonIndent(_value: Json): string {
  assert(false, 'not yet');
}
/** As json.Marshal prints: no blanks. */
export function goJson(_value: Json): string {
  assert(false, 'not yet');
}
/** Go's strconv.Quote (%q). */
export function goQuote(_text: string): string {
  assert(false, 'not yet');
}
