// A small part of Go's text/template for `-o go-template`: fields, `range`, `if`, quoted text and `len`-free pipes.
// Left out: functions, variables, nested definitions.
import { isObject, type Json } from '../../../base/json';
import { err, ok, type Result } from '../../../base/result';

interface Token {
  readonly text: string;
  readonly action: boolean;
}

/** The text that a template makes of a value. */
export function goTemplateText(template: string, value: Json): Result<string> {
  const tokens: Token[] = [];
  for (const [whole, action] of template.matchAll(/\{\{-?\s*(.*?)\s*-?\}\}|(?:(?!\{\{)[\s\S])+/g)) {
    tokens.push(action === undefined ? { text: whole, action: false } : { text: action, action: true });
  }
  const state = { at: 0 };
  const text = block(tokens, state, value, true);
  return text === null ? err(`template: output:1: function not defined`) : ok(text);
}

/** Runs until the block's `end` (or `else`); null if something is not understood. */
function block(tokens: readonly Token[], state: { at: number }, dot: Json, active: boolean): string | null {
  let text = '';
  while (state.at < tokens.length) {
    const token = tokens[state.at++] as Token;
    if (!token.action) {
      if (active) text += token.text;
      continue;
    }
    if (token.text === 'end') return text;
    const [word = '', ...rest] = token.text.split(/\s+/);
    if (word === 'range' || word === 'if') {
      const inner = control(tokens, state, dot, active, word, rest.join(' '));
      if (inner === null) return null;
      text += inner;
    } else if (active) {
      const value = evaluate(token.text, dot);
      if (value === undefined) return null;
      text += valueText(value);
    }
  }
  return text;
}

function control(tokens: readonly Token[], state: { at: number }, dot: Json, active: boolean, word: string, path: string): string | null {
  const value = evaluate(path, dot);
  if (value === undefined) return null;
  const start = state.at;
  const items =
    word === 'if'
      ? truth(value)
        ? [dot]
        : []
      : Array.isArray(value)
        ? value
        : isObject(value)
          ? Object.keys(value)
              .sort()
              .map((k) => value[k] ?? null)
          : [];
  let text = '';
  for (const item of active ? items : []) {
    state.at = start;
    const inner = block(tokens, state, item as Json, true);
    if (inner === null) return null;
    text += inner;
  }
  if (!active || items.length === 0) {
    state.at = start;
    block(tokens, state, null, false);
  }
  return text;
}

const truth = (value: Json): boolean =>
  Array.isArray(value) ? value.length > 0 : isObject(value) ? Object.keys(value).length > 0 : Boolean(value);

/** A field path or a literal; undefined if it is neither. */
function evaluate(text: string, dot: Json): Json | undefined {
  if (/^"(?:[^"\\]|\\.)*"$/.test(text)) return JSON.parse(text) as string;
  const index = /^index\s+(\S+)\s+(?:"([^"]*)"|(\d+))$/.exec(text);
  if (index) {
    const target = evaluate(index[1] ?? '', dot);
    const found =
      index[2] !== undefined
        ? isObject(target)
          ? target[index[2]]
          : undefined
        : Array.isArray(target)
          ? target[Number(index[3])]
          : undefined;
    return (found as Json | undefined) ?? null;
  }
  if (!/^\.[\w.-]*$/.test(text)) return undefined;
  let value: Json = dot;
  for (const name of text.split('.').filter((part) => part !== '')) value = isObject(value) ? (value[name] ?? null) : null;
  return value;
}

function valueText(value: Json): string {
  if (value === null) return '<no value>';
  if (Array.isArray(value)) return `[${value.map((item) => valueText(item as Json)).join(' ')}]`;
  if (isObject(value))
    return `map[${Object.keys(value)
      .sort()
      .map((key) => `${key}:${valueText(value[key] ?? null)}`)
      .join(' ')}]`;
  return String(value);
}
