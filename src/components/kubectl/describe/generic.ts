// describe for kinds that have no description of their own: the object's fields, with names made readable.
// Models kubectl pkg/describe: genericDescriber, smartLabelFor.
import { isObject, type Json, type JsonObject } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { goPrint } from '../../../machinery/go-json';
import type { Describer } from './describing';
import type { Description } from './description';

const SKIPPED = ['managedFields', 'name', 'namespace', 'labels', 'annotations'].map((field) => `.metadata.${field}`);

export const describeAny: Describer = function* (describing, object) {
  const events = yield* describing.events(object);
  const w = describing.begin();
  w.names(object);
  w.marks(object);
  describeFields(w, 0, object, '');
  describing.describeEvents(w, events);
  return w;
};

function describeFields(w: Description, level: number, object: JsonObject, path: string): void {
  for (const field of Object.keys(object).sort(compareBytes)) {
    const value = object[field];
    const place = `${path}.${field}`;
    if (SKIPPED.includes(place) || value === undefined) continue;
    if (isObject(value)) {
      w.line(level, `${fieldLabel(field)}:`);
      describeFields(w, level + 1, value, place);
    } else if (Array.isArray(value)) {
      w.line(level, `${fieldLabel(field)}:`);
      for (const item of value as readonly Json[]) {
        if (isObject(item)) describeFields(w, level + 1, item, place);
        else w.line(level + 1, goPrint(item));
      }
    } else w.line(level, `${fieldLabel(field)}:`, goPrint(value));
  }
}

const ACRONYMS = ['API', 'URL', 'UID', 'GUID'];

/** `creationTimestamp` -> `Creation Timestamp`, `apiVersion` -> `API Version`; names with other characters stay. */
export function fieldLabel(field: string): string {
  if (!/^[\p{L}-]*$/u.test(field)) return field;
  return mergedWords(field)
    .map((word) => {
      if (ACRONYMS.includes(word.toUpperCase())) return word.toUpperCase();
      return word === word.toLowerCase() ? word.slice(0, 1).toUpperCase() + word.slice(1) : word;
    })
    .join(' ');
}

/** At changes of case; the last capital of several belongs to the small letters after it. */
const words = (field: string): string[] => field.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|[^\p{L}]+|\p{L}/gu) ?? [];

/** `UR` and `Ls` are one word. */
function mergedWords(field: string): string[] {
  const merged: string[] = [];
  const parts = words(field);
  for (let i = 0; i < parts.length; i++) {
    const [part = '', next = ''] = [parts[i], parts[i + 1]];
    const acronym = part.length >= 2 && !/\p{Ll}/u.test(part) && /^\p{Lu}/u.test(next);
    merged.push(acronym ? part + next : part);
    if (acronym) i++;
  }
  return merged;
}
