// The language of filters: `from:kubelet verb:patch object:pod/test-* status:409 -kind:response cause:12 text`. All
// terms must hold; `-` turns one round; `*` stands for anything; quotes keep spaces together. Here it is read only:
// what a term means for a record says filter.ts.
import { err, ok, type Result } from '../base/result';

export const FIELDS = ['component', 'from', 'to', 'actor', 'protocol', 'kind', 'verb', 'object', 'status', 'cause', 'text'] as const;
export type Field = (typeof FIELDS)[number];

export interface Term {
  readonly field: Field;
  /** Lower case, not empty. */
  readonly value: string;
  readonly negated: boolean;
}
export interface FilterProblem {
  readonly why: 'unknown-field' | 'no-value' | 'open-quote' | 'not-a-number' | 'too-long';
  /** What is wrong: from here, so many characters. */
  readonly at: number;
  readonly length: number;
}

const MAX_LENGTH = 1_000;
const isField = (name: string): name is Field => (FIELDS as readonly string[]).includes(name);

/** The terms of a filter; none for an empty text. */
export function parseFilter(text: string): Result<readonly Term[], FilterProblem> {
  if (text.length > MAX_LENGTH) return err({ why: 'too-long', at: MAX_LENGTH, length: text.length - MAX_LENGTH });
  const terms: Term[] = [];
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text.charAt(at))) {
      at++;
      continue;
    }
    const end = endOfTerm(text, at);
    if (end < 0) return err({ why: 'open-quote', at, length: text.length - at });
    const term = termOf(text.slice(at, end));
    if (!term.ok) return err({ why: term.error, at, length: end - at });
    terms.push(term.value);
    at = end;
  }
  return ok(terms);
}

/** Where the term that begins at `at` ends; -1 if a quote is not closed. */
function endOfTerm(text: string, at: number): number {
  let quoted = false;
  for (let i = at; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '"') quoted = !quoted;
    else if (!quoted && /\s/.test(char)) return i;
  }
  return quoted ? -1 : text.length;
}

function termOf(written: string): Result<Term, FilterProblem['why']> {
  const negated = written.length > 1 && written.startsWith('-');
  const plain = negated ? written.slice(1) : written;
  const colon = plain.search(/[:"]/);
  const name = colon > 0 && plain[colon] === ':' && /^[a-z]+$/i.test(plain.slice(0, colon)) ? plain.slice(0, colon).toLowerCase() : null;
  if (name !== null && !isField(name)) return err('unknown-field');
  const field: Field = name ?? 'text';
  const value = (name === null ? plain : plain.slice(colon + 1)).replaceAll('"', '').toLowerCase();
  if (value === '') return err('no-value');
  if (field === 'cause' && !/^\d{1,9}$/.test(value)) return err('not-a-number');
  return ok({ field, value, negated });
}
