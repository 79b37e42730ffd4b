// Field selectors (`status.phase=Running,spec.nodeName!=`). Models apimachinery pkg/fields/selector.go.
import { compareBytes } from '../base/order';
import { err, ok, type Result } from '../base/result';

export interface FieldRequirement {
  readonly field: string;
  readonly op: '=' | '!=';
  readonly value: string;
}

/** All must hold. */
export type FieldSelector = readonly FieldRequirement[];

/** Terms in byte order; the error is upstream's text. */
export function parseFieldSelector(text: string): Result<FieldSelector> {
  const selector: FieldRequirement[] = [];
  for (const term of splitTerms(text).sort(compareBytes)) {
    if (term === '') continue;
    const split = splitTerm(term);
    if (!split) return err(`invalid selector: '${text}'; can't understand '${term}'`);
    const value = unescapeFieldValue(split.value);
    if (!value.ok) return value;
    selector.push({ field: split.field, op: split.op === '!=' ? '!=' : '=', value: value.value });
  }
  return ok(selector);
}

/** At commas that no backslash hides; escapes stay. */
export function splitTerms(text: string): string[] {
  if (text === '') return [];
  const terms: string[] = [];
  let term = '';
  let escaped = false;
  for (const char of text) {
    if (char === ',' && !escaped) {
      terms.push(term);
      term = '';
    } else {
      term += char;
    }
    escaped = char === '\\' && !escaped;
  }
  return [...terms, term];
}

/** At the first operator; escapes stay. Null if there is none. */
export function splitTerm(term: string): { readonly field: string; readonly op: '=' | '==' | '!='; readonly value: string } | null {
  const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
  return match && { field: match[1] ?? '', op: match[2] as '=' | '==' | '!=', value: match[3] ?? '' };
}

/** `\`, `,` and `=` get a backslash. */
export const escapeFieldValue = (value: string): string => value.replace(/[\\,=]/g, '\\$&');

function unescapeFieldValue(value: string): Result<string> {
  let text = '';
  for (let i = 0; i < value.length; i++) {
    const char = value[i] as string;
    if (char === ',' || char === '=') return err(`invalid field selector: unescaped character in value: ${char.charCodeAt(0)}`);
    if (char !== '\\') {
      text += char;
      continue;
    }
    const next = value[++i];
    if (next !== '\\' && next !== ',' && next !== '=') return err(`invalid field selector: invalid escape sequence: \\${next ?? ''}`);
    text += next;
  }
  return ok(text);
}

export const fieldSelectorText = (selector: FieldSelector): string =>
  selector.map(({ field, op, value }) => `${field}${op}${escapeFieldValue(value)}`).join(',');

/** `get` gives a field's value, '' if absent. */
export function matchesFields(selector: FieldSelector, get: (field: string) => string): boolean {
  for (const { field, op, value } of selector) if ((get(field) === value) !== (op === '=')) return false;
  return true;
}
