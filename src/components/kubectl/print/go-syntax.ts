// A decoded JSON value as Go's fmt prints it with %#v, for the debugging text of templates that fail.
import { isObject, type Json } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { goQuote } from '../../../machinery/go-json';

export function goSyntax(value: Json): string {
  if (value === null) return 'interface {}(nil)';
  if (typeof value === 'string') return goQuote(value);
  if (typeof value !== 'object') return String(value);
  if (!isObject(value)) return `[]interface {}{${(value as readonly Json[]).map(goSyntax).join(', ')}}`;
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort(compareBytes)
    .map((key) => `${goQuote(key)}:${goSyntax(value[key] ?? null)}`);
  return `map[string]interface {}{${members.join(', ')}}`;
}

/** The Go type that such a value has. */
export function goType(value: Json): string {
  if (value === null) return '<nil>';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return isObject(value) ? 'map[string]interface {}' : '[]interface {}';
}
