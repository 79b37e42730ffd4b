// kubectl's JSONPath templates: `{.items[*].metadata.name}`, ranges, filters, quoted text.
// Models client-go util/jsonpath. Left out: slices with steps, nested filters, regular expressions.
import { isObject, type Json } from '../../../base/json';
import { err, ok, type Result } from '../../../base/result';
import { goJson } from '../../../machinery/go-json';
import { goType } from './go-syntax';

type Values = readonly Json[];
interface Piece {
  /** Text outside braces, or what stands between them. */
  readonly text: string;
  readonly path: boolean;
}

/** A template that was understood. */
export interface JsonPath {
  readonly template: string;
  readonly pieces: readonly Piece[];
  /** A field that is not there is an error, not nothing. */
  readonly strict: boolean;
}

/** The error is what client-go's parser says. */
export function parseJsonPath(template: string, strict = false): Result<JsonPath> {
  const pieces: Piece[] = [];
  let at = 0;
  for (let open = template.indexOf('{'); open >= 0; open = template.indexOf('{', at)) {
    if (open > at) pieces.push({ text: template.slice(at, open), path: false });
    const close = closing(template, open + 1);
    if (typeof close === 'string') return err(close);
    pieces.push({ text: template.slice(open + 1, close).trim(), path: true });
    at = close + 1;
  }
  if (at < template.length) pieces.push({ text: template.slice(at), path: false });
  return ok({ template, pieces, strict });
}

/** Where the action that begins at `start` is closed, or what is wrong with it. */
function closing(text: string, start: number): number | string {
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    let end = i;
    if (char === '}') return i;
    if (char === '"' || char === "'") end = afterQuote(text, i);
    else if (text.startsWith('[?(', i)) end = afterBrackets(text, i + 2, '(', ')');
    else if (char === '[') end = afterBrackets(text, i, '[', ']');
    if (end < 0)
      return char !== '[' ? 'unterminated quoted string' : text.startsWith('[?(', i) ? 'unterminated filter' : 'unterminated array';
    i = end;
  }
  return 'unclosed action';
}

function afterQuote(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === text[open]) return i;
  }
  return -1;
}

function afterBrackets(text: string, open: number, left: string, right: string): number {
  let depth = 0;
  for (let i = open; i >= 0 && i < text.length; i++) {
    if (text[i] === '"' || text[i] === "'") {
      i = afterQuote(text, i);
      if (i < 0) return -1;
    } else if (text[i] === left) depth++;
    else if (text[i] === right && --depth === 0) return i;
  }
  return -1;
}

/** The text that a template makes of a value. */
export function jsonPathText({ pieces, strict }: JsonPath, value: Json): Result<string> {
  return caught(() => render(pieces, value, value, strict));
}

/** All values that the actions of a template find. */
export function jsonPathAll({ pieces, strict }: JsonPath, value: Json): Result<Values> {
  return caught(() => pieces.flatMap(({ text, path }) => (path && !isWord(text) ? evaluate(text, [value], value, strict) : [])));
}

const isWord = (text: string): boolean => text === 'end' || text.startsWith('range ') || /^["']/.test(text);

function caught<T>(action: () => T): Result<T> {
  try {
    return ok(action());
  } catch (error) {
    if (error instanceof PathError) return err(error.text);
    throw error;
  }
}

/** The values that one path (`.metadata.name`, `{.a}`, `a.b`) finds. */
export function jsonPathValues(path: string, value: Json): Values {
  const bare = path.replace(/^\{(.*)\}$/, '$1');
  const found = caught(() => evaluate(/^[.[$@]/.test(bare) ? bare : `.${bare}`, [value], value, false));
  return found.ok ? found.value : [];
}

class PathError {
  constructor(readonly text: string) {}
}

function render(pieces: readonly Piece[], root: Json, current: Json, strict: boolean): string {
  let text = '';
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i] as Piece;
    if (!piece.path) text += piece.text;
    else if (piece.text.startsWith('range ')) {
      const end = matchingEnd(pieces, i);
      const body = pieces.slice(i + 1, end);
      for (const item of evaluate(piece.text.slice(6).trim(), [current], root, strict)) text += render(body, root, item, strict);
      i = end;
    } else if (/^(["']).*\1$/s.test(piece.text)) text += unquote(piece.text);
    else if (piece.text !== 'end') text += evaluate(piece.text, [current], root, strict).map(valueText).join(' ');
  }
  return text;
}

function matchingEnd(pieces: readonly Piece[], start: number): number {
  let depth = 0;
  for (let i = start; i < pieces.length; i++) {
    const { text, path } = pieces[i] as Piece;
    if (path && text.startsWith('range ')) depth++;
    else if (path && text === 'end' && --depth === 0) return i;
  }
  return pieces.length;
}

const ESCAPES: { readonly [char: string]: string } = { n: '\n', t: '\t', r: '\r' };
const unquote = (text: string): string => text.slice(1, -1).replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char);

function valueText(value: Json): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : goJson(value);
}

const STEP =
  /^(?:\.\.([\w*\-/]+)|\.?\[(\?\((?:[^()"']|"[^"]*"|'[^']*'|\([^)]*\))*\)|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\]]*)\]|\.((?:[^\s.,[\]$@{}\\]|\\.)*))/;

/** Walks a path from each of `from`. */
function evaluate(path: string, from: Values, root: Json, strict: boolean): Values {
  let rest = path;
  let values = from;
  if (rest.startsWith('$')) {
    values = [root];
    rest = rest.slice(1);
  } else if (rest.startsWith('@')) rest = rest.slice(1);
  while (rest !== '') {
    const word = /^\s*([A-Za-z_][\w-]*)/.exec(rest);
    if (word !== null) throw new PathError(`unrecognized identifier ${word[1]}`);
    const step = STEP.exec(rest.trimStart());
    if (step === null) throw new PathError(`unrecognized character in action: U+${hex(rest)} '${rest[0]}'`);
    rest = rest.trimStart().slice(step[0].length);
    const [, deep, bracket, field] = step;
    if (deep !== undefined) values = values.flatMap((value) => descend(value, deep));
    else if (bracket !== undefined) values = values.flatMap((value) => select(value, bracket, root, strict));
    else if (field !== undefined && field !== '') values = values.flatMap((value) => member(value, field.replace(/\\(.)/g, '$1'), strict));
  }
  return values;
}

const hex = (text: string): string => (text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');

function member(value: Json, name: string, strict: boolean): Values {
  if (name === '*') return children(value);
  const found = isObject(value) ? value[name] : undefined;
  if (found === undefined && strict) throw new PathError(`${name} is not found`);
  return found === undefined ? [] : [found];
}

const children = (value: Json): Values =>
  Array.isArray(value)
    ? value
    : isObject(value)
      ? Object.keys(value)
          .sort()
          .map((key) => value[key] ?? null)
      : [];

function descend(value: Json, name: string): Values {
  const own = name === '*' ? children(value) : isObject(value) && value[name] !== undefined ? [value[name] as Json] : [];
  return [...own, ...children(value).flatMap((child) => descend(child, name))];
}

function select(value: Json, selector: string, root: Json, strict: boolean): Values {
  if (selector === '*') return children(value);
  if (selector.startsWith('?')) return children(value).filter((item) => holds(item, selector.slice(2, -1), root));
  if (/^["']/.test(selector)) return namesIn(selector).flatMap((name) => member(value, name, strict));
  if (!Array.isArray(value)) {
    if (value === null) return [];
    throw new PathError(`${goType(value)} is not array or slice`);
  }
  if (selector.includes(':')) {
    const [from = '', to = ''] = selector.split(':');
    return value.slice(from === '' ? 0 : Number(from), to === '' ? undefined : Number(to));
  }
  return selector.split(',').map((text) => {
    const index = Number(text);
    const item = (value as readonly Json[]).at(index);
    if (item === undefined) throw new PathError(`array index out of bounds: index ${index}, length ${value.length}`);
    return item;
  });
}

/** `'a','b'`; a name with dots is a path of fields (upstream evaluates each as one). */
const namesIn = (selector: string): string[] => (selector.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g) ?? []).map(unquote);

/** `@.type=="Ready"`, `@.count>3`, or just a path that must exist. */
function holds(item: Json, condition: string, root: Json): boolean {
  const match = /^(.*?)\s*(==|!=|>=|<=|>|<)\s*(.*)$/.exec(condition.trim());
  if (match === null) return quietly(condition.trim(), item, root).length > 0;
  const [, left = '', operator, right = ''] = match;
  const [a] = quietly(left.trim(), item, root);
  const b = /^["']/.test(right) ? unquote(right.trim()) : right.startsWith('@') ? quietly(right, item, root)[0] : literal(right.trim());
  if (a === undefined || b === undefined || b === null) return false;
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '>':
      return (a as number) > (b as number);
    case '<':
      return (a as number) < (b as number);
    case '>=':
      return (a as number) >= (b as number);
    default:
      return (a as number) <= (b as number);
  }
}

function quietly(path: string, item: Json, root: Json): Values {
  const found = caught(() => evaluate(path, [item], root, false));
  return found.ok ? found.value : [];
}

const literal = (text: string): Json =>
  text === 'true' ? true : text === 'false' ? false : /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
