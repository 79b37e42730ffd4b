// Manifests in and out, as kubectl reads and prints them: sigs.k8s.io/yaml over go-yaml 2, whose YAML is 1.1 for
// booleans and octal numbers, and 1.2 for times. Wraps the library `yaml`, bounded. Left out: merges across documents.
import { Document, isScalar, parseAllDocuments, Scalar, type Tags, visit, type YAMLError } from 'yaml';
import type { Json } from '../base/json';
import { err, ok, type Result } from '../base/result';

const MAX_TEXT = 1024 * 1024;
/** Deeper text than any manifest's is refused before the library sees it: it would take all memory. */
const MAX_DEPTH = 200;
const MAX_INDENT = 800;
const TOO_DEEP = 'exceeded max depth of 10000';
/** go-yaml 2 leaves these as text. */
const NOT_GO = /binary|omap|pairs|set|timestamp/;
const goTags = (tags: Tags): Tags =>
  tags
    .filter((tag) => typeof tag === 'string' || !(NOT_GO.test(tag.tag) || ('format' in tag && tag.format === 'TIME')))
    .map((tag) => (typeof tag !== 'string' && 'test' in tag && tag.test?.test('.') ? { ...tag, test: DECIMAL } : tag)) as Tags;
/** A point alone is text, as in the keys of managed fields. */
const DECIMAL = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$/;

/** go-yaml's words for what the library found wrong. */
const WORDS: { readonly [code: string]: string } = {
  TAB_AS_INDENT: 'found character that cannot start any token',
  BAD_SCALAR_START: 'found character that cannot start any token',
  BAD_DQ_ESCAPE: 'found unknown escape character',
  BAD_ALIAS: 'did not find expected alphabetic or numeric character',
  MULTILINE_IMPLICIT_KEY: "could not find expected ':'",
  MISSING_CHAR: "could not find expected ':'",
  BLOCK_IN_FLOW: 'did not find expected node content',
};

/** Every document of a text of at most 1 MiB, empty ones left out; JSON is YAML too. The error is kubectl's text. */
export function parseManifests(text: string): Result<readonly Json[]> {
  if (text.length > MAX_TEXT) return err(`the text has ${text.length} characters, more than the ${MAX_TEXT} that are read`);
  if (isTooDeep(text)) return err(`error converting YAML to JSON: yaml: ${TOO_DEEP}`);
  try {
    const documents = parseAllDocuments(text, {
      schema: 'yaml-1.1',
      customTags: goTags,
      uniqueKeys: false,
      merge: true,
      prettyErrors: false,
      logLevel: 'silent',
      stringKeys: true,
    });
    const values: Json[] = [];
    for (const document of Array.isArray(documents) ? documents : []) {
      const [wrong] = document.errors;
      if (wrong !== undefined) return err(`error converting YAML to JSON: yaml: ${wordsFor(wrong, text)}`);
      const value = document.toJS({ maxAliasCount: 100 }) as Json;
      if (value !== null && value !== undefined) values.push(JSON.parse(withoutHalves(JSON.stringify(value))) as Json);
    }
    return ok(values);
  } catch (error) {
    const bomb = error instanceof ReferenceError;
    return err(`error converting YAML to JSON: yaml: ${bomb ? 'document contains excessive aliasing' : TOO_DEEP}`);
  }
}

/** Go's JSON reads an escaped half of a surrogate pair as U+FFFD. */
const withoutHalves = (json: string): string =>
  json.includes('\\ud') ? json.replace(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, (escape) => (escape.startsWith('\\ud') ? '\ufffd' : escape)) : json;

/** By brackets, dashes in a row and indentation, without regard for quotes. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  let indent = 0;
  let atStart = true;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '[' || c === '{') depth++;
    else if ((c === ']' || c === '}') && depth > 0) depth--;
    if (c === '\n') {
      indent = 0;
      atStart = true;
    } else if (atStart && (c === ' ' || c === '-' || c === '?' || c === '\t')) indent++;
    else atStart = false;
    if (depth > MAX_DEPTH || indent > MAX_INDENT) return true;
  }
  return false;
}

function wordsFor(wrong: YAMLError, text: string): string {
  if (wrong.code !== 'BLOCK_AS_IMPLICIT_KEY')
    return `line ${lineOf(text, wrong.pos[0])}: ${WORDS[wrong.code] ?? 'did not find expected key'}`;
  // go-yaml stands at the colon, the library where the text before it began.
  const colon = text.slice(wrong.pos[0]).search(/:(\s|$)/);
  return `line ${lineOf(text, wrong.pos[0] + Math.max(colon, 0))}: mapping values are not allowed in this context`;
}

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length;

/** One object as `kubectl -o yaml` prints it: keys in byte order, a newline at the end. */
export function printYaml(value: Json): string {
  const document = new Document(value, { schema: 'yaml-1.1', customTags: goTags, sortMapEntries: true, aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (isScalar(node) && typeof node.value === 'string') node.type = styleOf(node.value);
    },
  });
  return document.toString({ indentSeq: false, lineWidth: 0, flowCollectionPadding: false, singleQuote: true });
}

/** What go-yaml would read as something else stands in double quotes; text of several lines as a block. */
function styleOf(text: string): Scalar.Type {
  if (text.includes('\n')) return /^[ \n]|[^\P{C}\n]/u.test(text) ? Scalar.QUOTE_DOUBLE : Scalar.BLOCK_LITERAL;
  if (text === '' || NOT_TEXT.test(text)) return Scalar.QUOTE_DOUBLE;
  return Scalar.PLAIN;
}

const NOT_TEXT =
  /^(~|null|Null|NULL|y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|<<|[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN|[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?0x[\da-fA-F_]+|[-+]?(\d[\d_]*)(\.\d*)?([eE][-+]?\d+)?|[-+]?\.\d[\d_]*([eE][-+]?\d+)?|\d{4}-\d\d?-\d\d?([Tt ].*)?)$/;
