// Reads label selectors as people and clients write them: `app=web,tier in (a,b),!old,cores>4`. Models the lexer
// and parser of apimachinery pkg/labels/selector.go, with its messages.
import { compareBytes } from '../base/order';
import { err, ok, type Result } from '../base/result';
import { labelValue, qualifiedName } from './names';
import { type Operator, type Requirement, requirementErrors, type Selector, selectorWith } from './selector';
import { aggregateText, fieldErrorText, fieldInvalid } from './status';

interface Token {
  readonly kind: 'word' | 'symbol' | 'end';
  readonly text: string;
}

const SYMBOLS = ['=', '==', '!=', '!', '(', ')', ',', '>', '<'];
const isBlank = (char: string): boolean => char === ' ' || char === '\t' || char === '\r' || char === '\n';
const isSymbol = (char: string): boolean => '=!(),><'.includes(char);

/** Upstream reads the longest symbol that is one, so `=!x` is `=` and then `!x`. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] as string;
    if (isBlank(char)) {
      at++;
      continue;
    }
    let end = at + 1;
    if (isSymbol(char)) {
      while (end < text.length && SYMBOLS.includes(text.slice(at, end + 1))) end++;
      tokens.push({ kind: 'symbol', text: text.slice(at, end) });
    } else {
      while (end < text.length && !isSymbol(text[end] as string) && !isBlank(text[end] as string)) end++;
      tokens.push({ kind: 'word', text: text.slice(at, end) });
    }
    at = end;
  }
  return tokens;
}

const END: Token = { kind: 'end', text: '' };
const SYMBOL_OPERATORS: { readonly [symbol: string]: Operator } = { '=': '=', '==': '==', '!=': '!=', '>': 'gt', '<': 'lt' };

class Refusal extends Error {}

/** Within one requirement, as opposed to between them. */
const requirementRefusal = (message: string): Refusal => new Refusal(`unable to parse requirement: ${message}`);

class Parser {
  private at = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  requirements(): Requirement[] {
    const found: Requirement[] = [];
    if (this.peek().kind === 'end') return found;
    for (;;) {
      const first = this.peek();
      if (first.kind !== 'word' && first.text !== '!') refuse(first, "!, identifier, or 'end of string'");
      found.push(this.requirement());
      const next = this.take();
      if (next.kind === 'end') return found;
      if (next.text !== ',') refuse(next, "',' or 'end of string'");
      const after = this.peek();
      if (after.kind !== 'word' && after.text !== '!') throw new Refusal(`found '${after.text}', expected: identifier after ','`);
    }
  }

  private requirement(): Requirement {
    const negated = this.peek().text === '!';
    if (negated) this.take();
    const { kind, text: key } = this.take();
    if (kind !== 'word') throw requirementRefusal(`found '${key}', expected: identifier`);
    const keyErrors = qualifiedName(key);
    if (keyErrors.length > 0) throw requirementRefusal(fieldErrorText(fieldInvalid('<nil>', key, keyErrors.join('; '))));
    const next = this.peek();
    if (negated || next.kind === 'end' || next.text === ',') return checked({ key, op: negated ? '!' : 'exists', values: [] });
    const { text } = this.take();
    if (text === 'in' || text === 'notin') return checked({ key, op: text, values: this.valueSet() });
    const op = SYMBOL_OPERATORS[text];
    if (!op) throw requirementRefusal(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
    return checked({ key, op, values: [this.exactValue()] });
  }

  /** In byte order, each once; `(a,)` has the empty value too. */
  private valueSet(): string[] {
    const open = this.take();
    if (open.text !== '(') throw requirementRefusal(`found '${open.text}' expected: '('`);
    const values = new Set<string>();
    let expectValue = true;
    for (let first = true; ; first = false) {
      const { kind, text } = this.take();
      if (kind === 'word') {
        values.add(text);
        expectValue = false;
        const next = this.peek();
        if (next.text !== ',' && next.text !== ')') throw requirementRefusal(`found '${next.text}', expected: ',' or ')'`);
        continue;
      }
      if (text !== ',' && text !== ')') throw requirementRefusal(`found '${text}', expected: ',',${first ? " ')' or" : ' or'} identifier`);
      if (expectValue) values.add('');
      if (text === ')') return [...values].sort(compareBytes);
      expectValue = true;
    }
  }

  /** Nothing at all is the empty value. */
  private exactValue(): string {
    const next = this.peek();
    if (next.kind === 'end' || next.text === ',') return '';
    const { kind, text } = this.take();
    if (kind !== 'word') throw requirementRefusal(`found '${text}', expected: identifier`);
    return text;
  }

  private peek = (): Token => this.tokens[this.at] ?? END;
  private take = (): Token => this.tokens[this.at++] ?? END;
}

function refuse(token: Token, expected: string): never {
  throw new Refusal(`found '${token.text}', expected: ${expected}`);
}

function checked(requirement: Requirement): Requirement {
  const errors = requirementErrors(requirement);
  if (errors.length > 0) throw requirementRefusal(aggregateText(errors.map(fieldErrorText)));
  return requirement;
}

/** The error is upstream's text. */
export function parseLabelSelector(text: string): Result<Selector> {
  try {
    return ok(selectorWith(new Parser(tokensOf(text)).requirements()));
  } catch (refusal) {
    if (refusal instanceof Refusal) return err(refusal.message);
    throw refusal;
  }
}

/** `a=b,c=d` as labels (ConvertSelectorToLabelsMap). */
export function parseLabelMap(text: string): Result<{ readonly [key: string]: string }> {
  const labels: Record<string, string> = {};
  for (const pair of text === '' ? [] : text.split(',')) {
    const parts = pair.split('=');
    if (parts.length !== 2) return err(`invalid selector: [${parts.join(' ')}]`);
    const [key = '', value = ''] = parts.map((part) => part.trim());
    const keyErrors = qualifiedName(key);
    if (keyErrors.length > 0) return err(fieldErrorText(fieldInvalid('<nil>', key, keyErrors.join('; '))));
    const valueErrors = labelValue(value);
    if (valueErrors.length > 0) return err(fieldErrorText(fieldInvalid(`[${key}]`, value, valueErrors.join('; '))));
    labels[key] = value;
  }
  return ok(labels);
}
