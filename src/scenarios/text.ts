// A scenario as text, YAML or JSON, and where in it something is wrong. Any text gives an answer, never an exception, and
// is bounded before the library sees it.
import { Document, isAlias, isMap, isNode, isSeq, type Node, parseDocument, Scalar, visit } from 'yaml';
import type { Problem } from '../base/schema';
import { isTooDeep } from '../machinery/yaml';
import type { Scenario } from './scenario';
import { asWritten, readScenario } from './written';

/** A problem with its place: offsets in the text, on one line. */
export interface Lint {
  readonly from: number;
  readonly to: number;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** A sentence: `inputs[0].type must be one of kubectl, fault`. */
  readonly text: string;
}
export interface ReadText {
  readonly scenario: Scenario | null;
  readonly lints: readonly Lint[];
}

export const MAX_TEXT = 131_072;
/** A longer text is written over several lines. */
const LINE = 84;
const MAX_ALIASES = 50;
const MAX_LINTS = 50;

export function readText(text: string): ReadText {
  const whole = (words: string): ReadText => ({ scenario: null, lints: [lint(text, 0, 0, words)] });
  if (text.length > MAX_TEXT) return whole(`The text has ${text.length} characters; at most ${MAX_TEXT} are read.`);
  if (text.trim() === '') return whole('The text is empty. A scenario needs version, title and inputs.');
  if (isTooDeep(text)) return whole('The text is nested too deeply.');
  try {
    return readBounded(text);
  } catch (error) {
    return whole(error instanceof ReferenceError ? 'The text has too many aliases.' : 'The text cannot be read.');
  }
}

function readBounded(text: string): ReadText {
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent', stringKeys: true });
  if (document.errors.length > 0)
    return { scenario: null, lints: document.errors.slice(0, MAX_LINTS).map(({ pos, message }) => lint(text, pos[0], pos[1], message)) };
  const { scenario, problems } = readScenario(document.toJS({ maxAliasCount: MAX_ALIASES }));
  return { scenario, lints: problems.map((problem) => located(text, document, problem)) };
}

export function textOf(scenario: Scenario): string {
  const document = new Document(asWritten(scenario), { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (key, node) => {
      const { value } = node;
      if (key === 'value' && typeof value === 'string' && value.length > LINE && !value.includes('\n')) node.type = Scalar.BLOCK_FOLDED;
    },
  });
  return document.toString({ indentSeq: false, lineWidth: LINE });
}

/** `inputs[0].type` */
const pathText = (path: Problem['path']): string =>
  path.map((part, place) => (typeof part === 'number' ? `[${part}]` : place === 0 ? part : `.${part}`)).join('');

function located(text: string, document: Document, { path, ofKey, text: words }: Problem): Lint {
  let node: unknown = document.contents;
  let key: unknown = null;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => String(isNode(item.key) ? item.key.toJSON() : item.key) === String(part));
      key = pair?.key;
      node = pair?.value;
    } else if (isSeq(node)) {
      node = node.items[part as number];
      key = null;
    }
  }
  const place = rangeOf(ofKey ? (key ?? node) : node) ?? rangeOf(key) ?? [0, 0];
  return lint(text, place[0], place[1], `${pathText(path) || 'The scenario'} ${words}.`);
}

const rangeOf = (node: unknown): Node['range'] => (isNode(node) ? node.range : undefined);

/** Cut to the line on which it begins, at least one character long where there is one. */
function lint(text: string, from: number, to: number, words: string): Lint {
  const start = Math.min(from, text.length);
  const before = text.slice(0, start).split('\n');
  const end = text.indexOf('\n', start);
  const lineEnd = end < 0 ? text.length : end;
  return {
    from: start,
    to: Math.min(Math.max(to, start + 1), lineEnd),
    line: before.length,
    column: (before[before.length - 1]?.length ?? 0) + 1,
    text: words,
  };
}
