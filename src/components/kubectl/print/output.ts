// `-o`: objects as YAML, JSON, names, or through a template. Models cli-runtime pkg/genericclioptions
// print flags and pkg/printers.
import { isObject, type Json, type JsonObject } from '../../../base/json';
import { goJson, goJsonIndent, goQuote } from '../../../machinery/go-json';
import { metaOf } from '../../../machinery/object';
import { printYaml } from '../../../machinery/yaml';
import { fail } from '../errors';
import type { Session } from '../session';
import { columnsText } from './columns';
import { goSyntax } from './go-syntax';
import { goTemplateText } from './go-template';
import { parseGoTemplate } from './go-template-parser';
import { jsonPathAll, jsonPathText, jsonPathValues, parseJsonPath } from './jsonpath';
import { printKyaml } from './kyaml';

/** Prints one object, or a List; the first call prints what comes before all others. */
export type ObjectPrinter = (object: JsonObject) => string;

const FORMATS = [
  'custom-columns',
  'custom-columns-file',
  'go-template',
  'go-template-file',
  'json',
  'jsonpath',
  'jsonpath-as-json',
  'jsonpath-file',
  'kyaml',
  'name',
  'template',
  'templatefile',
  'wide',
  'yaml',
];

/** Whether the server's Table is shown. */
export const isTable = ({ flags }: Session): boolean => ['', 'wide'].includes(flags.text('output'));

/** The printer of `-o FORMAT`; null for the human-readable table. `operation` is said by `-o name`'s default form. */
export function objectPrinter(session: Session, formats: readonly string[] = FORMATS): ObjectPrinter | null {
  const output = session.flags.text('output');
  if (output === '' || (output === 'wide' && formats.includes('wide'))) return null;
  const equals = output.indexOf('=');
  const format = equals < 0 ? output : output.slice(0, equals);
  const argument = equals < 0 ? session.flags.text('template') : output.slice(equals + 1);
  const clean = (object: JsonObject): JsonObject => (session.flags.bool('show-managed-fields') ? object : withoutManagedFields(object));
  switch (formats.includes(format) ? format : '') {
    case 'yaml': {
      let first = true;
      return (object) => {
        const text = printYaml(clean(object));
        if (first) first = false;
        else return `---\n${text}`;
        return text;
      };
    }
    case 'json':
      if (session.flags.bool('output-watch-events')) return watchEventJson;
      return (object) => `${goJsonIndent(clean(object))}\n`;
    case 'name':
      return (object) =>
        itemsIn(object)
          .map((item) => `${typedName(item)}\n`)
          .join('');
    case 'kyaml':
      return (object) => printKyaml(clean(object));
    case 'jsonpath':
    case 'jsonpath-as-json':
      return jsonPathPrinter(argument, format === 'jsonpath-as-json', !session.flags.bool('allow-missing-template-keys', true));
    case 'go-template':
    case 'template':
      return templatePrinter(argument);
    case 'custom-columns':
      return customColumns(argument, session.flags.bool('no-headers'));
    default:
      throw fail(`unable to match a printer suitable for the output format "${output}", allowed formats are: ${formats.join(',')}`);
  }
}

/** A watch event on one line, with all its object's fields; its own members stand as Go declares them. */
const watchEventJson: ObjectPrinter = ({ type, object }) => `{"type":${goJson(type ?? '')},"object":${goJson(object ?? null)}}\n`;

const NO_TEMPLATE = 'template format specified but no template given';

function jsonPathPrinter(template: string, asJson: boolean, strict: boolean): ObjectPrinter {
  if (template === '') throw fail(NO_TEMPLATE);
  const parsed = parseJsonPath(template, strict);
  if (!parsed.ok) throw fail(`error parsing jsonpath ${template}, ${parsed.error}`);
  return (object) => {
    const result = asJson ? jsonPathAll(parsed.value, object) : jsonPathText(parsed.value, object);
    if (result.ok) return typeof result.value === 'string' ? result.value : `${goJsonIndent(result.value)}\n`;
    const debug = `template was:\n\t\t${template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(object)}\n\n`;
    throw fail(
      `error executing jsonpath ${goQuote(template)}: Error executing template: ${result.error}. Printing more information for debugging the template:\n\t${debug}\n`,
    );
  };
}

function templatePrinter(template: string): ObjectPrinter {
  if (template === '') throw fail(NO_TEMPLATE);
  const parsed = parseGoTemplate(template);
  if (!parsed.ok) throw fail(`error parsing template ${template}, template: output:1: ${parsed.error}`);
  return (object) => {
    const result = goTemplateText(parsed.value, object);
    if (!result.ok) throw fail(`error executing template ${goQuote(template)}: template: output:1: ${result.error}`);
    return result.value;
  };
}

const itemsIn = (object: JsonObject): readonly JsonObject[] =>
  Array.isArray(object['items']) && String(object['kind']).endsWith('List') ? (object['items'] as readonly JsonObject[]) : [object];

/** `pod/tool`, `deployment.apps/web`: how kubectl names an object in what it says. */
export function typedName(object: JsonObject): string {
  return `${typeName(object)}/${metaOf(object).name ?? ''}`;
}

/** `pod`, `deployment.apps`. */
export function typeName(object: JsonObject): string {
  const apiVersion = String(object['apiVersion'] ?? '');
  const kind = String(object['kind'] ?? '');
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return group === '' ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
}

export function withoutManagedFields(object: JsonObject): JsonObject {
  const { metadata, items } = object;
  if (Array.isArray(items)) return { ...object, items: (items as readonly JsonObject[]).map(withoutManagedFields) };
  if (!isObject(metadata) || metadata['managedFields'] === undefined) return object;
  const { managedFields: _, ...kept } = metadata;
  return { ...object, metadata: kept };
}

/** `NAME:.metadata.name,IMAGE:.spec.containers[*].image`. */
function customColumns(spec: string, withoutHeaders: boolean): ObjectPrinter {
  if (spec === '') throw fail('custom-columns format specified but no custom columns given');
  const columns = spec.split(',').map((text) => {
    const colon = text.indexOf(':');
    if (colon < 0) throw fail(`unexpected custom-columns spec: ${text}, expected <header>:<json-path-expr>`);
    return { header: text.slice(0, colon), path: text.slice(colon + 1) };
  });
  return (object) => {
    const lines = itemsIn(object).map((item) =>
      columns.map(({ path }) => jsonPathValues(path, item).map(columnText).join(',') || '<none>'),
    );
    return columnsText(withoutHeaders ? lines : [columns.map(({ header }) => header), ...lines]);
  };
}

function columnText(value: Json): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map((item) => columnText(item as Json)).join(' ')}]`;
  if (isObject(value))
    return `map[${Object.keys(value)
      .sort()
      .map((key) => `${key}:${columnText(value[key] ?? null)}`)
      .join(' ')}]`;
  return String(value);
}
