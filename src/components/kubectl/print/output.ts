// `-o`: objects as YAML, JSON, names, or through a template. Models cli-runtime pkg/genericclioptions
// print flags and pkg/printers.
import { isObject, type Json, type JsonObject } from '../../../base/json';
import { goJson, goJsonIndent } from '../../../machinery/go-json';
import { metaOf } from '../../../machinery/object';
import { findKind, groupResource } from '../../../machinery/resources';
import { printYaml } from '../../../machinery/yaml';
import { CommandError, fail } from '../errors';
import type { Session } from '../session';
import { columnsText } from './columns';
import { goTemplateText } from './go-template';
import { jsonPathText, jsonPathValues } from './jsonpath';

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
    case 'jsonpath':
      return (object) => rendered(jsonPathText(argument, object), 'jsonpath');
    case 'go-template':
    case 'template':
      return (object) => rendered(goTemplateText(argument, object), 'template');
    case 'custom-columns':
      return customColumns(argument, session.flags.bool('no-headers'));
    default:
      throw fail(`unable to match a printer suitable for the output format "${output}", allowed formats are: ${formats.join(',')}`);
  }
}

/** A watch event on one line, with all its object's fields; its own members stand as Go declares them. */
const watchEventJson: ObjectPrinter = ({ type, object }) => `{"type":${goJson(type ?? '')},"object":${goJson(object ?? null)}}\n`;

function rendered(
  result: { readonly ok: true; readonly value: string } | { readonly ok: false; readonly error: string },
  what: string,
): string {
  if (!result.ok) throw new CommandError(`error: error executing ${what}: ${result.error}`);
  return result.value;
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

/** `deployments.apps`, of an object's kind. */
export function resourceName(object: JsonObject): string {
  const mapping = findKind(String(object['apiVersion']), String(object['kind']));
  return mapping === null ? String(object['kind']).toLowerCase() : groupResource(mapping);
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
