// kubectl label and annotate. Models kubectl pkg/cmd/{label,annotate}. Left out: --local.
import { isObject, type JsonObject, jsonEqual } from '../../base/json';
import { compareBytes } from '../../base/order';
import { labelValue } from '../../machinery/names';
import { metaOf } from '../../machinery/object';
import type { Task } from '../../sim/task';
import { type Info, infosOf, pathOf, visitInfos } from './builder';
import { dryRunOf, say } from './create/object';
import { fail, usageError } from './errors';
import { JSON_ONLY } from './http';
import { typedName } from './print/output';
import type { Command, Session } from './session';

const FLAGS = `overwrite:bool list:bool all:bool A/all-namespaces:bool l/selector field-selector resource-version f/filename:list R/recursive:bool k/kustomize
  o/output dry-run:string=unchanged field-manager local:bool template show-managed-fields:bool`;

export const label: Command = { flags: FLAGS, run: (session) => change(session, 'labels') };
export const annotate: Command = { flags: FLAGS, run: (session) => change(session, 'annotations') };

type Field = 'labels' | 'annotations';
interface Wish {
  readonly set: { readonly [key: string]: string };
  readonly remove: readonly string[];
}

function* change(session: Session, field: Field): Task<void> {
  const { flags } = session;
  const split = session.args.findIndex((arg) => /=/.test(arg) || /^[^/=]+\/?[^/=]*-$/.test(arg));
  const resources = split < 0 ? session.args : session.args.slice(0, split);
  const pairs = split < 0 ? [] : session.args.slice(split);
  if (flags.bool('list') && flags.has('output')) throw fail('--list and --output may not be specified together');
  if (resources.length === 0 && !flags.has('filename'))
    throw fail('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  const wish = parseWish(session, pairs, field);
  if (pairs.length === 0 && !flags.bool('list'))
    throw fail(`at least one ${field === 'labels' ? 'label' : 'annotation'} update is required`);
  const wanted = { args: resources, all: flags.bool('all') };
  if (!flags.bool('list')) return yield* visitInfos(session, wanted, (info) => changeOne(session, info, wish, field));
  const infos = yield* infosOf(session, wanted);
  for (const info of infos) list(session, info, infos.length, field);
}

function parseWish(session: Session, pairs: readonly string[], field: Field): Wish {
  const set: { [key: string]: string } = {};
  const remove: string[] = [];
  for (const text of pairs) {
    const equals = text.indexOf('=');
    if (equals > 0) {
      const [key, value] = [text.slice(0, equals), text.slice(equals + 1)];
      if (field === 'labels') {
        if (value.includes('=')) throw fail(`invalid label spec: ${text}`);
        const [complaint] = labelValue(value);
        if (complaint !== undefined) throw fail(`invalid label value: "${text}": ${labelValue(value).join(';')}`);
      }
      set[key] = value;
    } else if (text.endsWith('-') && text.length > 1) remove.push(text.slice(0, -1));
    else throw usageError(session.command, `unknown ${field === 'labels' ? 'label' : 'annotation'} spec: ${text}`);
  }
  const both = remove.filter((key) => Object.hasOwn(set, key));
  if (both.length > 0)
    throw fail(`can not both modify and remove ${field === 'labels' ? 'a label' : 'the following annotation(s)'} in the same command`);
  return { set, remove };
}

function list(session: Session, info: Info, total: number, field: Field): void {
  const values = (metaOf(info.object ?? {})[field] ?? {}) as { readonly [key: string]: string };
  const kind = typedName(info.object ?? {}).split('/')[0] ?? '';
  if (total > 1) session.out(`Listing ${field} for ${kind}/${info.name}:\n`);
  for (const key of Object.keys(values).sort(compareBytes)) session.out(`${total > 1 ? ' ' : ''}${key}=${values[key] ?? ''}\n`);
}

const CHANGE_CAUSE = 'kubernetes.io/change-cause';

function* changeOne(session: Session, info: Info, wish: Wish, field: Field): Task<void> {
  const { flags } = session;
  const had = (metaOf(info.object ?? {})[field] ?? {}) as { readonly [key: string]: string };
  for (const key of wish.remove) if (field === 'labels' && had[key] === undefined) session.out(`label "${key}" not found.\n`);
  if (!flags.bool('overwrite')) refuseOverwriting(had, wish, field);
  const patch: { [key: string]: string | null } = {};
  for (const [key, value] of Object.entries(wish.set)) if (had[key] !== value) patch[key] = value;
  for (const key of wish.remove) if (had[key] !== undefined) patch[key] = null;
  const left = { ...had, ...wish.set };
  for (const key of wish.remove) delete left[key];
  const version = flags.text('resource-version');
  // A map that loses its last member goes away as a whole.
  const change =
    Object.keys(patch).length === 0
      ? {}
      : Object.keys(left).length === 0
        ? { metadata: { [field]: null } }
        : { metadata: { [field]: patch } };
  const body: JsonObject =
    version === '' ? change : { metadata: { ...(isObject(change.metadata) ? change.metadata : {}), resourceVersion: version } };
  let object: JsonObject = { ...info.object, metadata: { ...((info.object?.['metadata'] ?? {}) as JsonObject), [field]: left } };
  const dryRun = dryRunOf(session);
  if (dryRun !== 'client') {
    const query = {
      dryRun: dryRun === 'server' ? 'All' : undefined,
      fieldManager: flags.text('field-manager', field === 'labels' ? 'kubectl-label' : 'kubectl-annotate'),
    };
    const path = pathOf(info);
    object = (yield* session.http.send('PATCH', path, {
      accept: JSON_ONLY,
      contentType: 'application/merge-patch+json',
      query,
      body,
    })) as JsonObject;
  }
  say(session, object, verb(flags.bool('overwrite'), had, left, field));
}

function verb(overwrite: boolean, had: object, left: object, field: Field): string {
  if (field === 'annotations') return 'annotated';
  if (jsonEqual(had as JsonObject, left as JsonObject)) return 'not labeled';
  return !overwrite && JSON.stringify(left).length < JSON.stringify(had).length ? 'unlabeled' : 'labeled';
}

function refuseOverwriting(had: { readonly [key: string]: string }, { set }: Wish, field: Field): void {
  const taken = Object.keys(set).filter(
    (key) => had[key] !== undefined && had[key] !== set[key] && !(field === 'annotations' && key === CHANGE_CAUSE),
  );
  if (taken.length === 0) return;
  if (field === 'labels') {
    const texts = taken.map((key) => `'${key}' already has a value (${had[key]}), and --overwrite is false`);
    throw fail(texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`);
  }
  throw fail(
    `--overwrite is false but found the following declared annotation(s): ${taken.map((key) => `'${key}' already has a value (${had[key]})`).join('; ')}`,
  );
}
