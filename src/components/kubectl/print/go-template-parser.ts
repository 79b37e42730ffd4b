// Reads Go's text/template: text, pipelines, variables, if, range and with. Models text/template/parse.
// Left out: define, block, template, comments inside actions, break and continue.
import { err, ok, type Result } from '../../../base/result';
import { FUNCTIONS } from './go-template-functions';

/** What yields a value. */
export type Operand =
  | { readonly type: 'literal'; readonly value: string | number | boolean | null }
  /** `.a.b`, `$x.a`, `(pipeline).a`. */
  | { readonly type: 'path'; readonly from: 'dot' | Pipeline | { readonly variable: string }; readonly fields: readonly string[] }
  | { readonly type: 'function'; readonly name: string };
/** A function with arguments, or one operand. */
export type Command = readonly Operand[];
export interface Pipeline {
  readonly declares: readonly string[];
  readonly commands: readonly Command[];
}
export type Node =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'print'; readonly pipeline: Pipeline }
  | {
      readonly type: 'if' | 'range' | 'with';
      readonly pipeline: Pipeline;
      readonly then: readonly Node[];
      readonly otherwise: readonly Node[];
    };

class ParseError {
  constructor(readonly text: string) {}
}

/** The error as Go says it, after `template: output:1: `. */
export function parseGoTemplate(text: string): Result<readonly Node[]> {
  try {
    const parser = new Parser(piecesOf(text));
    return ok(parser.block(false));
  } catch (error) {
    if (error instanceof ParseError) return err(error.text);
    throw error;
  }
}

interface Piece {
  readonly text: string;
  readonly action: boolean;
}

function piecesOf(template: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trims = false;
  while (at < template.length) {
    const open = template.indexOf('{{', at);
    let text = open < 0 ? template.slice(at) : template.slice(at, open);
    if (trims) text = text.trimStart();
    if (open >= 0 && /^-\s/.test(template.slice(open + 2))) text = text.trimEnd();
    if (text !== '') pieces.push({ text, action: false });
    if (open < 0) break;
    const close = actionEnd(template, open + 2);
    const inner = template.slice(open + 2, close);
    trims = /\s-$/.test(inner);
    const action = inner.replace(/^-\s/, '').replace(/\s-$/, '').trim();
    if (!action.startsWith('/*')) pieces.push({ text: action, action: true });
    at = close + 2;
  }
  return pieces;
}

/** Where the action ends: quotes hide braces. */
function actionEnd(template: string, start: number): number {
  for (let i = start; i < template.length; i++) {
    const char = template[i];
    if (template.startsWith('}}', i)) return i;
    if (char === '`') i = template.indexOf('`', i + 1);
    else if (char === '"') for (i++; i < template.length && template[i] !== '"'; i++) if (template[i] === '\\') i++;
    if (i < 0 || i >= template.length) throw new ParseError('unterminated quoted string');
  }
  throw new ParseError('unclosed action');
}

const TOKEN = /^(?:\s+|(:=|\||,|\(|\))|("(?:[^"\\]|\\.)*"|`[^`]*`)|(\$\w*|\.[A-Za-z_]\w*|\.(?!\w))|(-?\d+(?:\.\d+)?)|([A-Za-z_]\w*))/;

function tokensOf(action: string): string[] {
  const tokens: string[] = [];
  for (let rest = action; rest !== ''; ) {
    const match = TOKEN.exec(rest);
    if (match === null) throw new ParseError(`unexpected bad character U+${hex(rest)} '${rest[0]}' in command`);
    if (match[0].trim() !== '') tokens.push(match[0]);
    // A blank ends a chain of fields: `.a .b` are two operands.
    else if (tokens.length > 0 && /^\s+\./.test(rest)) tokens.push(' ');
    rest = rest.slice(match[0].length);
  }
  return tokens;
}

const hex = (text: string): string => (text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');

class Parser {
  private at = 0;

  constructor(private readonly pieces: readonly Piece[]) {}

  /** Nodes until the block's `end` or `else`, which is left to be read. */
  block(inside: boolean): Node[] {
    const nodes: Node[] = [];
    for (; this.at < this.pieces.length; this.at++) {
      const { text, action } = this.pieces[this.at] as Piece;
      const [word = ''] = text.split(/\s+/);
      if (!action) nodes.push({ type: 'text', text });
      else if (word === 'end' || word === 'else') {
        if (!inside) throw new ParseError(`unexpected {{${word}}}`);
        return nodes;
      } else if (word === 'if' || word === 'range' || word === 'with') nodes.push(this.control(word, text.slice(word.length)));
      else nodes.push({ type: 'print', pipeline: pipelineOf(tokensOf(text)) });
    }
    if (inside) throw new ParseError('unexpected EOF');
    return nodes;
  }

  private control(type: 'if' | 'range' | 'with', condition: string): Node {
    const pipeline = pipelineOf(tokensOf(condition), type);
    this.at++;
    const then = this.block(true);
    let otherwise: readonly Node[] = [];
    const { text } = this.pieces[this.at] as Piece;
    const chained = /^else\s+(if|with)\b([\s\S]*)$/.exec(text);
    if (chained !== null) otherwise = [this.control(chained[1] as 'if', chained[2] ?? '')];
    else if (text === 'else') {
      this.at++;
      otherwise = this.block(true);
    }
    return { type, pipeline, then, otherwise };
  }
}

function pipelineOf(tokens: string[], where = 'command'): Pipeline {
  const declares: string[] = [];
  const assign = tokens.indexOf(':=');
  if (assign > 0) declares.push(...tokens.splice(0, assign + 1).filter((token) => token.startsWith('$')));
  const commands: Command[] = [];
  let command: Operand[] = [];
  while (tokens.length > 0) {
    const token = tokens[0] as string;
    if (token === ')') break;
    if (token === ' ') tokens.shift();
    else if (token === '|') {
      tokens.shift();
      commands.push(command);
      command = [];
    } else command.push(operandOf(tokens));
  }
  commands.push(command);
  if (commands.some((words) => words.length === 0)) throw new ParseError(`missing value for ${where}`);
  return { declares, commands };
}

function operandOf(tokens: string[]): Operand {
  const token = tokens.shift() ?? '';
  if (token === '(') {
    const from = pipelineOf(tokens);
    if (tokens.shift() !== ')') throw new ParseError('unclosed left paren');
    return { type: 'path', from, fields: fieldsOf(tokens) };
  }
  if (token === '.') return { type: 'path', from: 'dot', fields: [] };
  if (token.startsWith('.')) return { type: 'path', from: 'dot', fields: [token.slice(1), ...fieldsOf(tokens)] };
  if (token.startsWith('$')) return { type: 'path', from: { variable: token }, fields: fieldsOf(tokens) };
  if (token.startsWith('"')) return { type: 'literal', value: unquoted(token) };
  if (token.startsWith('`')) return { type: 'literal', value: token.slice(1, -1) };
  if (/^-?\d/.test(token)) return { type: 'literal', value: Number(token) };
  if (token === 'true' || token === 'false') return { type: 'literal', value: token === 'true' };
  if (token === 'nil') return { type: 'literal', value: null };
  if (!/^\w+$/.test(token)) throw new ParseError(`unexpected ${JSON.stringify(token)} in operand`);
  if (!FUNCTIONS.has(token)) throw new ParseError(`function ${JSON.stringify(token)} not defined`);
  return { type: 'function', name: token };
}

function fieldsOf(tokens: string[]): string[] {
  const fields: string[] = [];
  while (tokens[0] !== undefined && /^\.\w/.test(tokens[0])) fields.push((tokens.shift() ?? '').slice(1));
  return fields;
}

const ESCAPES: { readonly [char: string]: string } = { n: '\n', t: '\t', r: '\r' };
const unquoted = (token: string): string => token.slice(1, -1).replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char);
