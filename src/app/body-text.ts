// A body as text: JSON, or YAML as kubectl prints it (block style, two spaces, sequences not indented).
import { isObject, type Json } from '../base/json';

export const jsonText = (body: Json): string => JSON.stringify(body, null, 2);

export const yamlText = (body: Json): string => blockOf(body, '').replace(/^\n/, '');

/** What stands after a key's colon or a dash: a scalar on the same line, or lines of their own. */
function blockOf(value: Json | undefined, indent: string): string {
  if (Array.isArray(value) && value.length > 0) {
    return value.map((item: Json) => `\n${indent}- ${blockOf(item, `${indent}  `).replace(/^\n\s*/, '')}`).join('');
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    return Object.entries(value)
      .map(([key, item]) => {
        const block = blockOf(item, Array.isArray(item) ? indent : `${indent}  `);
        return `\n${indent}${plain(key) ? key : JSON.stringify(key)}:${block.startsWith('\n') ? '' : ' '}${block}`;
      })
      .join('');
  }
  return scalar(value ?? null, indent);
}

function scalar(value: Json, indent: string): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (/\n/.test(value.replace(/\n$/, '')) && /^\S/.test(value) && !/[\t\r]/.test(value)) {
    const lines = value.replace(/\n$/, '').split('\n');
    return `${value.endsWith('\n') ? '|' : '|-'}${lines.map((line) => (line === '' ? '\n' : `\n${indent}${line}`)).join('')}`;
  }
  return plain(value) ? value : JSON.stringify(value);
}

/** A text that YAML reads as this very text without quotes. */
function plain(text: string): boolean {
  return (
    /^[A-Za-z0-9_./($^+-][^\n\t]*$/.test(text) &&
    !/: |:$| #|\s$/.test(text) &&
    !/^-( |$)|^[-+.]?\d[\d_,.:eExXa-fA-F+-]*$|^[-+]?[._]*(e[-+]?\d+)?$|^[-+]?\.(inf|nan)$/i.test(text) &&
    !/^(true|false|yes|no|on|off|y|n|null|---.*)$/i.test(text)
  );
}
