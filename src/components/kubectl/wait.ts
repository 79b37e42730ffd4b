// kubectl wait. Models kubectl pkg/cmd/wait: conditions, jsonpath values, create and delete.
import type { JsonObject } from '../../base/json';
import { parseGoDuration } from '../../machinery/duration';
import { metaOf } from '../../machinery/object';
import { groupResource, groupVersion } from '../../machinery/resources';
import type { Task } from '../../sim/task';
import { fetch, type Info, infosOf } from './builder';
import { waitGone } from './delete';
import { ApiError, CommandError, fail } from './errors';
import { jsonPathValues } from './print/jsonpath';
import { typedName } from './print/output';
import type { Command, Session } from './session';
import { until } from './until';

export const wait: Command = {
  flags:
    'for:array timeout:duration f/filename:list R/recursive:bool l/selector field-selector A/all-namespaces:bool all:bool o/output local:bool template',
  run: runWait,
};

function* runWait(session: Session): Task<void> {
  const { flags } = session;
  const conditions = flags.list('for');
  if (conditions.length === 0) throw fail('the --for option is required');
  const timeout = parseGoDuration(flags.text('timeout', '30s')) ?? 30_000_000;
  const deadlineUs = session.http.ctx.now() + (timeout < 0 ? 7 * 24 * 3_600_000_000 : timeout);
  for (const text of conditions) {
    if (text.toLowerCase() === 'delete') yield* waitDeleted(session);
    else yield* waitFor(session, conditionOf(text), text.toLowerCase() === 'create', deadlineUs);
  }
}

function* waitDeleted(session: Session): Task<void> {
  let infos: Info[];
  try {
    infos = yield* infosOf(session, { all: session.flags.bool('all') });
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'NotFound') return;
    throw error;
  }
  for (const info of infos) {
    yield* waitGone(session, [{ info, uid: info.object === null ? '' : (metaOf(info.object).uid ?? '') }]);
    session.out(`${nameOf(info)} condition met\n`);
  }
}

const nameOf = (info: Info): string =>
  typedName({ apiVersion: groupVersion(info.mapping), kind: info.mapping.kind, metadata: { name: info.name } });

type Condition = (object: JsonObject) => boolean;

function conditionOf(text: string): Condition {
  if (text.toLowerCase() === 'create') return () => true;
  const condition = /^condition=([^=]+)(?:=(.*))?$/.exec(text);
  if (condition !== null) {
    const [, type = '', status = 'True'] = condition;
    return (object) => {
      const found = (((object['status'] ?? {}) as JsonObject)['conditions'] ?? []) as readonly JsonObject[];
      const match = found.find((c) => String(c['type']).toLowerCase() === type.toLowerCase());
      if (match === undefined) return false;
      const generation = metaOf(object).generation;
      const observed = match['observedGeneration'] ?? ((object['status'] ?? {}) as JsonObject)['observedGeneration'];
      if (typeof generation === 'number' && typeof observed === 'number' && observed < generation) return false;
      return String(match['status']).toLowerCase() === status.toLowerCase();
    };
  }
  const path = /^jsonpath=(.+?)(?:=([^=].*)?)?$/.exec(text.replace(/^jsonpath='(.*)'/, 'jsonpath=$1'));
  if (path !== null && text.startsWith('jsonpath=')) return jsonPathCondition(text.slice('jsonpath='.length));
  throw fail(`unrecognized condition: ${JSON.stringify(text)}`);
}

function jsonPathCondition(text: string): Condition {
  const brace = text.lastIndexOf('}');
  const rest = text.slice(brace + 1);
  const path = text.slice(0, brace + 1);
  if (!text.startsWith('{') && !text.startsWith('.'))
    throw fail(`jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'`);
  const [bare, wanted] =
    brace >= 0 ? [path, rest.startsWith('=') ? rest.slice(1) : null] : [text.split('=')[0] ?? '', text.split('=')[1] ?? null];
  return (object) => {
    const values = jsonPathValues(bare, object);
    return wanted === null ? values.length > 0 : values.some((value) => String(value) === wanted);
  };
}

function* waitFor(session: Session, met: Condition, creation: boolean, deadlineUs: number): Task<void> {
  const infos = creation ? yield* created(session, deadlineUs) : yield* infosOf(session, { all: session.flags.bool('all') });
  if (infos.length === 0) throw fail('no matching resources found');
  const errors: CommandError[] = [];
  for (const info of infos) {
    let ended = false;
    const outcome = creation
      ? 'done'
      : yield* until(session, { ...info, deadlineUs }, ({ type, object }) => {
          ended = type === 'DELETED';
          return ended || met(object);
        });
    if (outcome === 'timeout') errors.push(fail(`timed out waiting for the condition on ${groupResource(info.mapping)}/${info.name}`));
    else if (ended) errors.push(new CommandError(`Error from server (NotFound): ${groupResource(info.mapping)} "${info.name}" not found`));
    else session.out(`${nameOf(info)} condition met\n`);
  }
  const [first] = errors;
  if (first !== undefined)
    throw errors.length === 1 ? first : new CommandError(errors.map(({ text }) => text.replace(/^error: /, '')).join('\n'));
}

/** Asks again every half second until the object is there. */
function* created(session: Session, deadlineUs: number): Task<Info[]> {
  const infos = yield* infosOf(session, { unfetched: true });
  for (const info of infos) {
    for (;;) {
      try {
        yield* fetch(session, info);
        break;
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error;
        if (session.http.ctx.now() >= deadlineUs)
          throw fail(`timed out waiting for the condition on ${groupResource(info.mapping)}/${info.name}`);
        yield* session.http.ctx.sleep(500_000);
      }
    }
  }
  return infos;
}
