// kubectl's JSONPath templates: `{.items[*].metadata.name}`, ranges, filters, quoted text.
// Models client-go util/jsonpath. Left out: slices with steps, nested filters, regular expressions.
import { isObject, type Json } from '../../../base/json';
import { err, ok, type Result } from '../../../base/result';
import { goJson } from '../../../machinery/go-json';

type Values = readonly Json[];
interface Piece {
  /** Text outside braces, or what stands between them. */
  readonly text: string;
  readonly path: boolean;
}

/** The text that a template makes of a value. */
export function jsonPathText(template: string, value: Json): Result<string> {
  const pieces = split(template);
  if (pieces === null) return err('unclosed action');
  try {
    return ok(render(pieces, value));
  } catch (error) {
    if (error instanceof PathError) return err(error.text);
    throw error;
  }
}

/** The values that one path (`.metadata.name`, `{.a}`, `a.b`) finds. */
export function jsonPathValues(path: string, value: Json): Values {
  const bare = path.replace(/^\{(.*)\}$/, '$1');
  try {
    return evaluate(bare.startsWith('.') || bare.startsWith('[') || bare.startsWith('$') ? bare : `.${bare}`, [value], value);
  } catch (error) {
    if (error instanceof PathError) return [];
    throw error;
  }
}

class PathError {
  constructor(readonly text: string) {}
}

function split(template: string): Piece[] | null {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < template.length) {
    const open = template.indexOf('{', at);
    if (open < 0) break;
    if (open > at) pieces.push({ text: template.slice(at, open), path: false });
    const close = closing(template, open);
    if (close < 0) return null;
    pieces.push({ text: template.slice(open + 1, close).trim(), path: true });
    at = close + 1;
  }
  if (at < template.length) pieces.push({ text: template.slice(at), path: false });
  return pieces;
}

/** Where the brace at `open` is closed: quotes hide braces. */
function closing(template: string, open: number): number {
  let quote = '';
  for (let i = open + 1; i < template.length; i++) {
    const char = template[i] as string;
    if (quote !== '') {
      if (char === '\\') i++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '}') return i;
  }
  return -1;
}

function render(pieces: readonly Piece[], root: Json, current: Json = root): string {
  let text = '';
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i] as Piece;
    if (!piece.path) text += piece.text;
    else if (piece.text.startsWith('range ')) {
      const end = matchingEnd(pieces, i);
      const body = pieces.slice(i + 1, end);
      for (const item of evaluate(piece.text.slice(6).trim(), [current], root)) text += render(body, root, item);
      i = end;
    } else if (/^(["']).*\1$/s.test(piece.text)) text += unquote(piece.text);
    else if (piece.text !== 'end') text += evaluate(piece.text, [current], root).map(valueText).join(' ');
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
  throw new PathError('unmatched range, expected end');
}

const ESCAPES: { readonly [char: string]: string } = { n: '\n', t: '\t', r: '\r' };
const unquote = (text: string): string => text.slice(1, -1).replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char);

function valueText(value: Json): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : goJson(value);
}

const STEP =
  /^(?:\.\.([\w*\-/]+)|\.?\[(\?\((?:[^()"']|"[^"]*"|'[^']*'|\([^)]*\))*\)|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\]]*)\]|\.((?:[^.[\]\\]|\\.)*))/;

/** Walks a path from each of `from`. */
function evaluate(path: string, from: Values, root: Json): Values {
  let rest = path;
  let values = from;
  if (rest.startsWith('$')) {
    values = [root];
    rest = rest.slice(1);
  } else if (rest.startsWith('@')) rest = rest.slice(1);
  while (rest !== '') {
    const step = STEP.exec(rest);
    if (step === null) throw new PathError(`unrecognized character in action: ${goJson(rest[0] ?? '')}`);
    rest = rest.slice(step[0].length);
    const [, deep, bracket, field] = step;
    if (deep !== undefined) values = values.flatMap((value) => descend(value, deep));
    else if (bracket !== undefined) values = values.flatMap((value) => select(value, bracket, root));
    else if (field !== undefined && field !== '') values = values.flatMap((value) => member(value, field.replace(/\\(.)/g, '$1')));
  }
  return values;
}

function member(value: Json, name: string): Values {
  if (name === '*') return children(value);
  if (!isObject(value)) return [];
  const found = value[name];
  // kubectl allows missing keys: they are nothing.
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

function select(value: Json, selector: string, root: Json): Values {
  if (selector === '*') return children(value);
  if (selector.startsWith('?')) return children(value).filter((item) => holds(item, selector.slice(2, -1), root));
  if (/^["']/.test(selector)) return member(value, unquote(selector));
  if (!Array.isArray(value)) {
    if (value === null) return [];
    throw new PathError(`${goJson(value)} is not array or slice`);
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
  try {
    return evaluate(path, [item], root);
  } catch (error) {
    if (error instanceof PathError) return [];
    throw error;
  }
}

const literal = (text: string): Json =>
  text === 'true' ? true : text === 'false' ? false : /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
