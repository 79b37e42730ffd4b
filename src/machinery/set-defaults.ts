// The three ways in which a default is set, all without touching the object given.
import { isObject, type Json, type JsonObject } from '../base/json';

/** With the members that are absent; the object itself if none is. */
export function withDefaults(object: JsonObject, defaults: JsonObject): JsonObject {
  let filled: Record<string, Json | undefined> | null = null;
  for (const name in defaults) {
    if (object[name] !== undefined && object[name] !== null) continue;
    filled ??= { ...object };
    filled[name] = defaults[name];
  }
  return filled ?? object;
}

/** With one member changed, if it is there and is an object. */
export function inField(object: JsonObject, name: string, change: (member: JsonObject) => JsonObject): JsonObject {
  const member = object[name];
  if (!isObject(member)) return object;
  const next = change(member);
  return next === member ? object : { ...object, [name]: next };
}

/** With each object of a list changed, if there is such a list. */
export function each(object: JsonObject, name: string, change: (item: JsonObject, index: number) => JsonObject): JsonObject {
  const items = object[name];
  if (!Array.isArray(items)) return object;
  let changed: Json[] | null = null;
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as Json;
    if (!isObject(item)) continue;
    const next = change(item, i);
    if (next !== item) (changed ??= [...items])[i] = next;
  }
  return changed ? { ...object, [name]: changed } : object;
}
