// What may travel between components, and its one canonical text (keys in byte order, no blanks),
// from which digests are made.
import { compareBytes } from './order';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object for members whose names are unlike any others': without a prototype, so that engines keep it as a table
 *  and make no shape of its own for each. */
export const dictionary = (): { [key: string]: Json | undefined } => Object.create(null);

/** A dictionary of one member. */
export function entry(key: string, value: Json): JsonObject {
  const object = dictionary();
  object[key] = value;
  return object;
}

/** Canonical text: object keys in byte order, members that are undefined left out. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) {
    let text = '[';
    for (let i = 0; i < value.length; i++) text += (i ? ',' : '') + canonicalJson(value[i] as Json);
    return `${text}]`;
  }
  const object = value as JsonObject;
  let text = '{';
  for (const key of Object.keys(object).sort(compareBytes)) {
    const member = object[key];
    if (member === undefined) continue;
    text += `${text.length > 1 ? ',' : ''}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `${text}}`;
}

/** Same JSON value, whatever the order of keys; undefined members count as absent. */
export function jsonEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => jsonEqual(item as Json, b[i] as Json));
  }
  const x = a as JsonObject;
  const y = b as JsonObject;
  for (const key in x) if (x[key] !== undefined && !jsonEqual(x[key], y[key])) return false;
  for (const key in y) if (y[key] !== undefined && x[key] === undefined) return false;
  return true;
}

/** Freezes a value all the way down and returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
