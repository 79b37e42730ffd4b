// The functions that templates may call: Go's own and kubectl's (exists, base64decode). Models text/template/funcs.go
// and kubectl pkg/cmd/get template flags. Left out: html, js, urlquery, slice, call.
import { fromBase64Url } from '../../../base/base64';
import { isObject, type Json, jsonEqual } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { err, ok, type Result } from '../../../base/result';
import { goQuote } from '../../../machinery/go-json';

type Call = (args: readonly Json[]) => Result<Json>;

/** A value as templates print it (fmt's %v). */
export function printed(value: Json): string {
  if (value === null) return '<no value>';
  if (Array.isArray(value)) return `[${value.map((item) => inner(item as Json)).join(' ')}]`;
  if (!isObject(value)) return String(value);
  const members = Object.keys(value)
    .sort(compareBytes)
    .map((key) => `${key}:${inner(value[key] ?? null)}`);
  return `map[${members.join(' ')}]`;
}
const inner = (value: Json): string => (value === null ? '<nil>' : printed(value));

export const truth = (value: Json): boolean =>
  Array.isArray(value) ? value.length > 0 : isObject(value) ? Object.keys(value).length > 0 : Boolean(value);

function size([value = null]: readonly Json[]): Result<Json> {
  if (typeof value === 'string') return ok([...value].length);
  if (Array.isArray(value)) return ok(value.length);
  return isObject(value) ? ok(Object.keys(value).length) : err(`len of type ${typeof value}`);
}

function index([value = null, ...keys]: readonly Json[]): Result<Json> {
  let at: Json = value;
  for (const key of keys) {
    if (Array.isArray(at)) {
      if (typeof key !== 'number') return err(`cannot index slice/array with type ${typeof key}`);
      if (key < 0 || key >= at.length) return err(`index out of range: ${key}`);
      at = at[key] as Json;
    } else if (isObject(at)) {
      if (typeof key !== 'string') return err(`value has type int; should be string`);
      at = at[key] ?? null;
    } else return err(`index of untyped nil`);
  }
  return ok(at);
}

const compared =
  (holds: (a: number | string, b: number | string) => boolean): Call =>
  ([a = null, b = null]) =>
    (typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string')
      ? ok(holds(a, b))
      : err('incompatible types for comparison');

function format([text = '', ...values]: readonly Json[]): Result<Json> {
  const left = [...values];
  return ok(
    String(text).replace(/%(-?\d*)([sdvq%])/g, (_, width: string, verb: string) => {
      if (verb === '%') return '%';
      const value = left.shift() ?? null;
      const shown = verb === 'q' ? goQuote(String(value)) : inner(value);
      return width.startsWith('-') ? shown.padEnd(Number(width.slice(1))) : shown.padStart(Number(width || 0));
    }),
  );
}

const exists: Call = ([value = null, ...keys]) => {
  const found = index([value, ...keys]);
  return ok(found.ok && found.value !== null);
};

export const FUNCTIONS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['and', (args) => ok(args.find((arg) => !truth(arg)) ?? args.at(-1) ?? null)],
  ['or', (args) => ok(args.find(truth) ?? args.at(-1) ?? null)],
  ['not', ([value = null]) => ok(!truth(value))],
  ['len', size],
  ['index', index],
  ['print', (args) => ok(args.map(inner).join(''))],
  ['println', (args) => ok(`${args.map(inner).join(' ')}\n`)],
  ['printf', format],
  ['eq', ([first = null, ...others]) => ok(others.some((other) => jsonEqual(first, other)))],
  ['ne', ([a = null, b = null]) => ok(!jsonEqual(a, b))],
  ['lt', compared((a, b) => a < b)],
  ['le', compared((a, b) => a <= b)],
  ['gt', compared((a, b) => a > b)],
  ['ge', compared((a, b) => a >= b)],
  ['exists', exists],
  ['base64decode', ([text = '']) => ok(fromBase64Url(String(text)) ?? '')],
]);
