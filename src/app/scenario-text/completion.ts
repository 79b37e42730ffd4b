// What could be written at the cursor, by the schema.
import type { Path, Schema } from '../../base/schema';
import { type Context, contextAt } from './context';

export interface Option {
  readonly label: string;
  /** A sentence about it; empty if there is none. */
  readonly info: string;
  /** What replaces what was typed. */
  readonly insert: string;
}
export interface Completion {
  /** From here to the cursor stands what was typed. */
  readonly from: number;
  readonly options: readonly Option[];
}
/** Values that hang on the cluster, by key. */
export interface Names {
  readonly [key: string]: readonly string[];
}

const MOST_OPTIONS = 40;

export function completionAt(text: string, offset: number, schema: Schema, names: Names): Completion {
  const context = contextAt(text, offset);
  const places = placesAt(schema, context.path).filter((place) => isMeant(place, context));
  const all =
    context.key === null
      ? [...keys(places, context), ...values(places, null, names)]
      : values(valuePlaces(places, context.key), context.key, names);
  const typed = context.typed.toLowerCase();
  const fits = all.filter(({ label }) => label.toLowerCase().includes(typed) && label !== context.typed);
  const begins = fits.filter(({ label }) => label.toLowerCase().startsWith(typed));
  const options = [...begins, ...fits.filter((option) => !begins.includes(option))].slice(0, MOST_OPTIONS);
  return { from: offset - context.typed.length, options };
}

const choices = (schema: Schema): readonly Schema[] =>
  schema.oneOf?.flatMap((choice) => choices({ ...choice, description: choice.description ?? schema.description ?? '' })) ?? [schema];

/** Every schema that may hold at a path. */
function placesAt(schema: Schema, path: Path): readonly Schema[] {
  return path.reduce<readonly Schema[]>(
    (places, part) =>
      places.flatMap((place) =>
        typeof part === 'number' ? (place.items === undefined ? [] : choices(place.items)) : valuePlaces([place], part),
      ),
    choices(schema),
  );
}

function valuePlaces(places: readonly Schema[], key: string): readonly Schema[] {
  return places.flatMap(({ properties = {}, additionalProperties = false }) => {
    if (Object.hasOwn(properties, key)) return choices(properties[key] as Schema);
    return additionalProperties === false ? [] : choices(additionalProperties);
  });
}

/** Its constants are what the object has already. */
const isMeant = ({ properties = {} }: Schema, { siblings, key }: Context): boolean =>
  Object.entries(properties).every(
    ([name, { const: value }]) => name === key || value === undefined || !siblings.has(name) || siblings.get(name) === String(value),
  );

function keys(places: readonly Schema[], { siblings, indent }: Context): readonly Option[] {
  const found = new Map<string, Option>();
  for (const { properties = {}, required = [] } of places) {
    const names = Object.keys(properties).filter((name) => !siblings.has(name));
    for (const name of [...required.filter((name) => names.includes(name)), ...names]) {
      const schema = properties[name] as Schema;
      if (!found.has(name)) found.set(name, { label: name, info: schema.description ?? '', insert: `${name}:${startOf(schema, indent)}` });
    }
  }
  return [...found.values()];
}

/** What follows a key: a list or an object begins on a line of its own. */
function startOf(schema: Schema, indent: number | null): string {
  if (indent === null) return ' ';
  if (schema.type === 'array') return `\n${' '.repeat(indent)}- `;
  return schema.type === 'object' && schema.properties !== undefined ? `\n${' '.repeat(indent + 2)}` : ' ';
}

function values(places: readonly Schema[], key: string | null, names: Names): readonly Option[] {
  const found = new Map<string, Option>();
  const add = (label: string, info = ''): void => void (found.has(label) || found.set(label, { label, info, insert: label }));
  if (key !== null && places.some(({ type }) => type === 'string')) for (const name of names[key] ?? []) add(name);
  for (const { type, const: constant, enum: listed = [], examples = [], default: usual, description } of places) {
    if (constant !== undefined) add(String(constant));
    for (const value of listed) add(value);
    for (const example of examples) add(String(example), description);
    if (type === 'boolean') for (const value of ['true', 'false']) add(value);
    if (typeof usual === 'number') add(String(usual));
  }
  return [...found.values()];
}
