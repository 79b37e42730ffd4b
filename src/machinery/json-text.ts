// JSON text as Go reads it: the complaints of encoding/json's scanner, and the members that stand in an object
// twice, which a strict reader tells of (sigs.k8s.io/json).
import type { Json } from '../base/json';
import { err, ok, type Result } from '../base/result';
import { goQuote } from './go-json';

export interface JsonText {
  readonly value: Json;
  /** Each member's path in the order of the text, `spec.containers[0].name`; empty if no member stands twice. */
  readonly members: readonly Member[];
}
export interface Member {
  readonly path: string;
  readonly again: boolean;
}

/** Deeper text is refused: Go goes down to 10,000, further than this machine's stack reaches. */
const MAX_DEPTH = 1_000;
const BLANK = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PLAIN = /[^"\\\x00-\x1f]*/y;
const LITERALS: { readonly [first: string]: readonly [word: string, value: Json] } = {
  t: ['true', true],
  f: ['false', false],
  n: ['null', null],
};

/** The error is Go's, without the `json: ` that none of its syntax errors has. */
export function readJson(text: string): Result<JsonText> {
  try {
    return ok(new Reader(text).read());
  } catch (problem) {
    if (problem instanceof SyntaxProblem) return err(problem.message);
    throw problem;
  }
}

/** Thrown deep within the text and turned into a Result where reading began. */
class SyntaxProblem extends Error {}

class Reader {
  private at = 0;
  private depth = 0;
  private repeats = false;
  private readonly members: Member[] = [];

  constructor(private readonly text: string) {}

  read(): JsonText {
    const value = this.value('');
    this.skip(BLANK);
    if (this.at < this.text.length) this.fail('after top-level value');
    return { value, members: this.repeats ? this.members : [] };
  }

  private value(path: string): Json {
    this.skip(BLANK);
    const first = this.text[this.at] ?? '';
    if (first === '{' || first === '[') {
      if (++this.depth > MAX_DEPTH) throw new SyntaxProblem('exceeded max depth');
      const value = first === '{' ? this.object(path) : this.array(path);
      this.depth--;
      return value;
    }
    if (first === '"') return this.string();
    if (first === '-' || (first >= '0' && first <= '9')) return this.number();
    const literal = LITERALS[first];
    return literal === undefined ? this.fail('looking for beginning of value') : this.literal(...literal);
  }

  private object(path: string): Json {
    const object: { [key: string]: Json } = {};
    this.at++;
    this.skip(BLANK);
    if (this.take('}')) return object;
    for (;;) {
      this.skip(BLANK);
      if (this.text[this.at] !== '"') this.fail('looking for beginning of object key string');
      const key = this.string();
      this.skip(BLANK);
      if (!this.take(':')) this.fail('after object key');
      const place = path === '' ? key : `${path}.${key}`;
      const again = Object.hasOwn(object, key);
      this.repeats ||= again;
      this.members.push({ path: place, again });
      Object.defineProperty(object, key, { value: this.value(place), writable: true, enumerable: true, configurable: true });
      this.skip(BLANK);
      if (this.take('}')) return object;
      if (!this.take(',')) this.fail('after object key:value pair');
    }
  }

  private array(path: string): Json {
    const items: Json[] = [];
    this.at++;
    this.skip(BLANK);
    if (this.take(']')) return items;
    for (;;) {
      items.push(this.value(`${path}[${items.length}]`));
      this.skip(BLANK);
      if (this.take(']')) return items;
      if (!this.take(',')) this.fail('after array element');
    }
  }

  private string(): string {
    const start = this.at++;
    for (;;) {
      this.skip(PLAIN);
      const char = this.text[this.at];
      if (char === '"') return JSON.parse(this.text.slice(start, ++this.at)) as string;
      if (char !== '\\') this.fail('in string literal');
      this.at++;
      if (this.take('u')) this.hexDigits();
      else if (!'bfnrt\\/"'.includes(this.text[this.at] ?? ' ')) this.fail('in string escape code');
      else this.at++;
    }
  }

  private hexDigits(): void {
    for (let i = 0; i < 4; i++, this.at++) {
      if (!/[0-9a-fA-F]/.test(this.text[this.at] ?? ' ')) this.fail('in \\u hexadecimal character escape');
    }
  }

  private number(): Json {
    const start = this.at;
    this.skip(NUMBER);
    const number = this.text.slice(start, this.at);
    const next = this.text[this.at] ?? '';
    if (number === '') {
      this.at++;
      this.fail('in numeric literal');
    }
    if (next === '.' && !/[.eE]/.test(number)) {
      this.at++;
      this.fail('after decimal point in numeric literal');
    }
    if ((next === 'e' || next === 'E') && !/[eE]/.test(number)) {
      this.at++;
      if (/[+-]/.test(this.text[this.at] ?? ' ')) this.at++;
      this.fail('in exponent of numeric literal');
    }
    return Number(number);
  }

  private literal(word: string, value: Json): Json {
    for (let i = 0; i < word.length; i++, this.at++) {
      if (this.text[this.at] !== word[i]) this.fail(`in literal ${word} (expecting '${word[i] ?? ''}')`);
    }
    return value;
  }

  private skip(pattern: RegExp): void {
    pattern.lastIndex = this.at;
    this.at += pattern.exec(this.text)?.[0].length ?? 0;
  }

  private take(char: string): boolean {
    const found = this.text[this.at] === char;
    if (found) this.at++;
    return found;
  }

  private fail(where: string): never {
    const code = this.text.codePointAt(this.at);
    if (code === undefined) throw new SyntaxProblem('unexpected end of JSON input');
    throw new SyntaxProblem(`invalid character ${quoteChar(code)} ${where}`);
  }
}

/** Go's scanner sees bytes: what is not ASCII is told by its first byte, as if that were a rune. */
function quoteChar(code: number): string {
  const char = code < 0x80 ? String.fromCharCode(code) : String.fromCharCode(firstByte(code));
  if (char === "'") return "'\\''";
  return char === '"' ? "'\"'" : `'${goQuote(char).slice(1, -1)}'`;
}

function firstByte(code: number): number {
  if (code < 0x800) return 0xc0 | (code >> 6);
  return code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18);
}
