// A request's body as a JSON value: from JSON or YAML text, or as it is where the client sent an object.
// Models apimachinery pkg/runtime/serializer/json. YAML's own complaint of keys that stand twice is left out.
import type { Json } from '../../../base/json';
import { err, ok, type Result } from '../../../base/result';
import { utf8 } from '../../../base/utf8';
import { type JsonText, readJson } from '../../../machinery/json-text';
import { parseManifests } from '../../../machinery/yaml';
import type { HttpRequest } from '../../../wire/payload';

export const mediaTypeOf = (request: HttpRequest): string => (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';

/** The error is the parser's. */
export function readBody(request: HttpRequest): Result<JsonText> {
  const { body } = request;
  if (typeof body !== 'string') return body === null ? readJson('') : ok({ value: body, members: [] });
  return mediaTypeOf(request).endsWith('yaml') ? readYaml(body) : readJson(body);
}

function readYaml(text: string): Result<JsonText> {
  const parsed = parseManifests(text);
  return parsed.ok ? ok({ value: parsed.value[0] ?? null, members: [] }) : err(parsed.error.replace('error converting YAML to JSON: ', ''));
}

const SHOWN = 30;

/** The start of a body that could not be read, as the server quotes it. */
export function summaryOf(body: Json): string {
  const text = typeof body === 'string' ? body : body === null ? '' : JSON.stringify(body);
  if (text === '') return '<empty>';
  const shown = text[0] === '{' ? text.slice(0, SHOWN) : hex(text.slice(0, SHOWN));
  return text.length > SHOWN ? `${shown} ...` : shown;
}

const hex = (text: string): string =>
  utf8(text)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
