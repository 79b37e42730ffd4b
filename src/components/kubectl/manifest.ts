// Reads -f: pasted text (`-`), or files by name. Models cli-runtime's visitors for files and streams.
import type { JsonObject } from '../../base/json';
import { isObject, type Json } from '../../base/json';
import { parseManifests } from '../../machinery/yaml';
import { CommandError, fail } from './errors';
import type { Session } from './session';

export interface Manifest {
  readonly object: JsonObject;
  /** What kubectl calls it in errors: the file's name, or STDIN. */
  readonly source: string;
}

/** Every object of the files, lists opened up. */
export function readManifests(session: Session, files: readonly string[]): Manifest[] {
  return files.flatMap((file) => readFile(session, file));
}

function readFile(session: Session, file: string): Manifest[] {
  const source = file === '-' ? 'STDIN' : file;
  if (/^https?:/.test(file)) throw fail(`unable to read URL "${file}": this kubectl has no way out of its cluster`);
  const text = file === '-' ? session.stdin : session.files[file.replace(/^\.\//, '')];
  if (text === undefined) throw fail(`the path "${file}" does not exist`);
  const parsed = parseManifests(text);
  if (!parsed.ok) throw new CommandError(`error: error parsing ${source}: ${parsed.error}`);
  return parsed.value.flatMap((value) => objectsOf(value, source));
}

function objectsOf(value: Json, source: string): Manifest[] {
  if (!isObject(value)) {
    throw fail(
      `unable to decode "${source}": json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { Kind string "json:\\"kind\\""; APIVersion string "json:\\"apiVersion\\"" }`,
    );
  }
  const text = JSON.stringify(value);
  if (typeof value['kind'] !== 'string' || value['kind'] === '') {
    throw fail(`unable to decode "${source}": Object 'Kind' is missing in '${text}'`);
  }
  if (typeof value['apiVersion'] !== 'string' || value['apiVersion'] === '') {
    throw fail(
      `error validating "${source}": error validating data: apiVersion not set; if you choose to ignore these errors, turn validation off with --validate=false`,
    );
  }
  if (value['kind'] === 'List' || (value['kind'].endsWith('List') && Array.isArray(value['items']))) {
    return ((value['items'] ?? []) as readonly Json[]).flatMap((item) => objectsOf(item, source));
  }
  return [{ object: value, source }];
}
