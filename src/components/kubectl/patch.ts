// kubectl patch. Models kubectl pkg/cmd/patch. Left out: --local.
import { type Json, type JsonObject, jsonEqual } from '../../base/json';
import { parseManifests } from '../../machinery/yaml';
import type { Task } from '../../sim/task';
import { pathOf, visitInfos } from './builder';
import { dryRunOf, sayPlainly } from './create/object';
import { fail } from './errors';
import { JSON_ONLY } from './http';
import type { Command, Session } from './session';

export const patch: Command = {
  flags:
    'p/patch patch-file type f/filename:list R/recursive:bool k/kustomize o/output dry-run:string=unchanged subresource field-manager local:bool template show-managed-fields:bool',
  run: runPatch,
};

const TYPES: { readonly [type: string]: string } = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
};

function* runPatch(session: Session): Task<void> {
  const { flags } = session;
  if (!flags.has('patch') && !flags.has('patch-file'))
    throw fail('must specify --patch or --patch-file containing the contents of the patch');
  const type = flags.text('type', 'strategic').toLowerCase();
  const contentType = TYPES[type];
  if (contentType === undefined) throw fail(`--type must be one of [json merge strategic], not "${type}"`);
  const body = patchBody(session);
  const subresource = flags.text('subresource');
  const dryRun = dryRunOf(session);
  yield* visitInfos(session, subresource === '' ? {} : { subresource }, function* (info) {
    const path = pathOf(info, subresource || null);
    const query = { dryRun: dryRun === 'server' ? 'All' : undefined, fieldManager: flags.text('field-manager', 'kubectl-patch') };
    const patched =
      dryRun === 'client'
        ? (info.object ?? {})
        : ((yield* session.http.send('PATCH', path, { accept: JSON_ONLY, contentType, query, body })) as JsonObject);
    sayPlainly(session, patched, jsonEqual(patched, info.object ?? {}) ? 'patched (no change)' : 'patched');
  });
}

function patchBody(session: Session): Json {
  const file = session.flags.text('patch-file');
  const text = file === '' ? session.flags.text('patch') : session.files[file];
  if (text === undefined) throw fail(`unable to read patch file: open ${file}: no such file or directory`);
  // What looks like JSON goes out as it is, for the server to complain of.
  if (/^\s*[{[]/.test(text) && !isJson(text)) return text;
  const parsed = parseManifests(text);
  if (!parsed.ok) throw fail(`unable to parse "${text}": ${parsed.error}`);
  const [value] = parsed.value;
  if (value === undefined || value === null || typeof value !== 'object')
    throw fail(`unable to parse "${text}": json: cannot unmarshal ${typeof value} into Go value of type map[string]interface {}`);
  return value;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
