// A JSON Schema as data, and what is wrong with a value by it. Reads the keywords of `Schema` only, without recursion of
// the schema itself, so that the work is bounded by the value. Never throws, whatever the value is.
import { isObject, type Json } from './json';

export interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean' | 'null';
  readonly const?: string | number;
  readonly enum?: readonly string[];
  /** One fits: by its type, or among objects by a member with a `const`. */
  readonly oneOf?: readonly Schema[];
  readonly properties?: Properties;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | Schema;
  readonly propertyNames?: Schema;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Ours, so a regular expression that takes linear time. */
  readonly pattern?: string;
  /** What an editor says instead of the pattern. */
  readonly patternErrorMessage?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: Json;
  readonly examples?: readonly Json[];
}
export interface Properties {
  readonly [name: string]: Schema;
}
export type Path = readonly (string | number)[];
export interface Problem {
  readonly path: Path;
  /** The name of the member is wrong, not its value. */
  readonly ofKey: boolean;
  /** A sentence without its subject: `must be text`. */
  readonly text: string;
}

/** After so many a person has enough to do. */
const MAX_PROBLEMS = 50;
const NAMES = {
  object: 'an object',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'nothing',
  other: 'something else',
};

/** An object with these members and no others; all but `optional` must be there. */
export const object = (properties: Properties, optional: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

export function problemsOf(value: unknown, schema: Schema): readonly Problem[] {
  const found: Problem[] = [];
  check(value, schema, [], found);
  return found.slice(0, MAX_PROBLEMS);
}

function check(value: unknown, schema: Schema, path: Path, found: Problem[]): void {
  if (found.length >= MAX_PROBLEMS) return;
  const say = (text: string): void => void found.push({ path, ofKey: false, text });
  if (schema.oneOf !== undefined) return checkOne(value, schema.oneOf, path, found);
  const { type } = schema;
  if (type !== undefined && type !== typeOf(value)) return say(`must be ${NAMES[type]}, not ${NAMES[typeOf(value)]}`);
  if (schema.const !== undefined && value !== schema.const) return say(`must be ${schema.const}`);
  if (schema.enum !== undefined && !schema.enum.includes(value as string)) return say(`must be one of ${schema.enum.join(', ')}`);
  if (typeof value === 'string') checkText(value, schema, say);
  else if (typeof value === 'number') checkNumber(value, schema, say);
  else if (Array.isArray(value)) {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items } = schema;
    if (value.length < minItems || value.length > maxItems) say(`must have ${range(minItems, maxItems)} entries, not ${value.length}`);
    else if (items !== undefined) for (let i = 0; i < value.length; i++) check(value[i], items, [...path, i], found);
  } else if (isObject(value)) checkMembers(value, schema, path, found);
}

function checkText(value: string, { minLength = 0, maxLength, pattern, patternErrorMessage }: Schema, say: (text: string) => void): void {
  if (value.length < minLength || (maxLength !== undefined && value.length > maxLength))
    say(`must have ${range(minLength, maxLength)} characters, not ${value.length}`);
  else if (pattern !== undefined && !new RegExp(pattern).test(value)) say(`must be ${patternErrorMessage ?? `like ${pattern}`}`);
}

function checkNumber(value: number, { minimum, maximum }: Schema, say: (text: string) => void): void {
  if ((minimum !== undefined && value < minimum) || (maximum !== undefined && value > maximum))
    say(`must be ${range(minimum ?? 0, maximum)}, not ${value}`);
}

function checkMembers(value: { readonly [name: string]: unknown }, schema: Schema, path: Path, found: Problem[]): void {
  const { properties = {}, required = [], additionalProperties = {}, propertyNames, maxProperties } = schema;
  const names = Object.keys(value);
  if (maxProperties !== undefined && names.length > maxProperties)
    found.push({ path, ofKey: false, text: `must have at most ${maxProperties} members, not ${names.length}` });
  for (const name of required)
    if (!Object.hasOwn(value, name) || value[name] === undefined) found.push({ path, ofKey: true, text: `needs "${name}"` });
  for (const name of names) {
    if (found.length >= MAX_PROBLEMS) return;
    if (value[name] === undefined) continue;
    const inner = [...path, name];
    const before = found.length;
    if (propertyNames !== undefined) check(name, propertyNames, inner, found);
    for (let i = before; i < found.length; i++) found[i] = { ...(found[i] as Problem), ofKey: true };
    const known = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (known === false)
      found.push({ path: inner, ofKey: true, text: `is not known here; known are ${Object.keys(properties).join(', ')}` });
    else if (known !== undefined) check(value[name], known, inner, found);
  }
}

function checkOne(value: unknown, choices: readonly Schema[], path: Path, found: Problem[]): void {
  const typed = choices.filter(({ type }) => type === undefined || type === typeOf(value));
  if (typed.length === 0) {
    const names = new Set(choices.map(({ type = 'object' }) => NAMES[type]));
    found.push({ path, ofKey: false, text: `must be ${[...names].join(' or ')}, not ${NAMES[typeOf(value)]}` });
    return;
  }
  const key = discriminatorOf(typed);
  if (key !== null && isObject(value)) {
    const meant = typed.find(({ properties }) => properties?.[key]?.const === value[key]);
    if (meant !== undefined) return check(value, meant, path, found);
    const known = typed.map(({ properties }) => properties?.[key]?.const).join(', ');
    const given = Object.hasOwn(value, key);
    found.push({
      path: given ? [...path, key] : path,
      ofKey: !given,
      text: given ? `must be one of ${known}` : `needs "${key}": one of ${known}`,
    });
    return;
  }
  const tries = typed.map((choice) => {
    const problems: Problem[] = [];
    check(value, choice, path, problems);
    return problems;
  });
  found.push(...tries.reduce((best, next) => (next.length < best.length ? next : best)));
}

/** The member by which objects are told apart; null if there are not several to choose from. */
function discriminatorOf(choices: readonly Schema[]): string | null {
  if (choices.length < 2) return null;
  const [first] = choices;
  return (
    Object.keys(first?.properties ?? {}).find((name) => choices.every(({ properties }) => properties?.[name]?.const !== undefined)) ?? null
  );
}

const range = (least: number, most = Number.POSITIVE_INFINITY): string => {
  if (most === Number.POSITIVE_INFINITY) return `at least ${least}`;
  return least === most ? `${least}` : least === 0 ? `at most ${most}` : `${least} to ${most}`;
};

function typeOf(value: unknown): NonNullable<Schema['type']> | 'other' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'other';
  return typeof value === 'object' || typeof value === 'string' || typeof value === 'boolean' ? (typeof value as 'string') : 'other';
}
