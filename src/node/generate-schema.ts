// Writes machinery/schema-table.json from a recording of a real apiserver's /openapi/v2:
//   node src/node/run.mjs generate-schema ../shared/vectors/real-schema.json
// One line of text per type, see machinery/schema.ts for its grammar.
import { readFileSync, writeFileSync } from 'node:fs';

interface Options {
  readonly list?: string;
  readonly keys?: readonly string[];
  readonly patch?: string;
  readonly patchKey?: string;
  readonly map?: string;
  readonly enum?: readonly string[];
}
interface Definition {
  readonly gvk?: readonly string[];
  readonly required?: readonly string[];
  readonly mapType?: string;
  readonly type?: string;
  readonly fields?: { readonly [name: string]: string | readonly [string, Options] };
}

const SCALARS: { readonly [type: string]: string } = {
  string: 's',
  'string:byte': 'y',
  'integer:int32': 'i',
  'integer:int64': 'l',
  'number:double': 'd',
  boolean: 'b',
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'q',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'o',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 't',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'u',
};

/** `io.k8s.api.apps.v1.Deployment` -> `apps.v1.Deployment`. */
const shortName = (name: string): string =>
  name
    .replace(/^io\.k8s\.(api|apimachinery\.pkg\.apis|apiextensions-apiserver\.pkg\.apis|kube-aggregator\.pkg\.apis)\./, '')
    .replace(/^io\.k8s\.apimachinery\.pkg\./, '');

function typeText(type: string, home: string, definitions: { readonly [name: string]: Definition }): string {
  if (type.startsWith('[')) return `[${typeText(type.slice(1, -1), home, definitions)}`;
  if (type.startsWith('{')) return `{${typeText(type.slice(1, -1), home, definitions)}`;
  const scalar = SCALARS[type];
  if (scalar) return scalar;
  const definition = definitions[type];
  if (!definition) throw new Error(`unknown type ${type}`);
  if (definition.type === 'any') return '*';
  if (definition.type === 'object' && !definition.fields) return '{*';
  const name = shortName(type);
  return name.startsWith(home) ? name.slice(home.length) : name;
}

function typeLine(name: string, definition: Definition, definitions: { readonly [name: string]: Definition }): string {
  const home = name.slice(0, name.lastIndexOf('.') + 1);
  const words = Object.entries(definition.fields ?? {}).map(([field, value]) => {
    const [type, options] = typeof value === 'string' ? [value, {} as Options] : value;
    let word = `${field}${definition.required?.includes(field) ? '!' : ''}:${typeText(type, home, definitions)}`;
    if (options.list) word += `@${options.list === 'map' ? (options.keys ?? []).join(',') : `=${options.list}`}`;
    if (options.map) word += `@=${options.map}`;
    if (options.patch) word += `~${options.patch}`;
    if (options.patchKey) word += `^${options.patchKey}`;
    if (options.enum) word += `|${options.enum.join('|')}`;
    return word;
  });
  return (definition.mapType ? [`@=${definition.mapType}`, ...words] : words).join(' ');
}

function generate(definitions: { readonly [name: string]: Definition }): string {
  const types: Record<string, string> = {};
  const kinds: Record<string, string> = {};
  for (const [full, definition] of Object.entries(definitions)) {
    if (!definition.fields) continue;
    const name = shortName(full);
    types[name] = typeLine(name, definition, definitions);
    const gvk = definition.gvk?.[0];
    if (gvk) {
      const [group, version, kind] = gvk.split('/');
      kinds[`${group ? `${group}/` : ''}${version} ${kind}`] = name;
    }
  }
  return `${JSON.stringify({ kinds, types }, null, 1)}\n`;
}

const [source] = process.argv.slice(2);
if (!source) throw new Error('usage: generate-schema.ts REAL-SCHEMA.json');
const { definitions } = JSON.parse(readFileSync(source, 'utf8')) as { definitions: { readonly [name: string]: Definition } };
writeFileSync('src/machinery/schema-table.json', generate(definitions));
