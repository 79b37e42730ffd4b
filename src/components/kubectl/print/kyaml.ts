// KYAML (`-o kyaml`): YAML in braces and double quotes, which no indentation can break. Models sigs.k8s.io/yaml/kyaml.
import { isObject, type Json } from '../../../base/json';
import { compareBytes } from '../../../base/order';

export const printKyaml = (value: Json): string => `---\n${text(value, '')}\n`;

function text(value: Json, indent: string): string {
  if (typeof value === 'string') return quoted(value, indent);
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = `${indent}  `;
  if (isObject(value)) {
    const keys = Object.keys(value).filter((key) => value[key] !== undefined);
    if (keys.length === 0) return '{}';
    const lines = keys.sort(compareBytes).map((key) => `${inner}${keyText(key)}: ${text(value[key] ?? null, inner)},\n`);
    return `{\n${lines.join('')}${indent}}`;
  }
  const items = value as readonly Json[];
  if (items.length === 0) return '[]';
  // Objects in a list hug its brackets.
  if (items.every((item) => typeof item === 'object' && item !== null)) return `[${items.map((item) => text(item, indent)).join(', ')}]`;
  return `[\n${items.map((item) => `${inner}${text(item, inner)},\n`).join('')}${indent}]`;
}

/** Text of several lines keeps them. */
function quoted(value: string, indent: string): string {
  if (!value.trimEnd().includes('\n') && !/\n./.test(value)) return JSON.stringify(value);
  const lines = value.split('\n');
  const last = lines.pop() ?? '';
  const shown = lines.map((line) => `${indent}   ${JSON.stringify(line).slice(1, -1)}\\n\\\n`);
  return `"\\\n${shown.join('')}${indent}  ${last === '' ? '' : ` ${JSON.stringify(last).slice(1, -1)}\\\n${indent}  `}"`;
}

/** A key that YAML would read as something else, or that has other characters, is quoted. */
const keyText = (key: string): string =>
  /^[A-Za-z_][\w./-]*$/.test(key) && !/^(y|n|yes|no|on|off|true|false|null|nan|inf)$/i.test(key) ? key : JSON.stringify(key);
