// kubectl delete, and waiting until what was deleted is gone. Models kubectl pkg/cmd/delete and pkg/cmd/wait.
import type { JsonObject } from '../../base/json';
import { parseGoDuration } from '../../machinery/duration';
import { metaOf } from '../../machinery/object';
import { groupVersion } from '../../machinery/resources';
import type { Task } from '../../sim/task';
import { type Info, infosOf, pathOf } from './builder';
import { dryRunOf, drySuffix } from './create/object';
import { ApiError, CommandError, fail, severalErrors } from './errors';
import { JSON_ONLY } from './http';
import { typeName } from './print/output';
import type { Command, Session } from './session';
import { until } from './until';

export const deleteCommand: Command = {
  flags: `f/filename:list R/recursive:bool k/kustomize all:bool A/all-namespaces:bool l/selector field-selector force:bool now:bool grace-period:int cascade:string=background
    wait:bool timeout:duration ignore-not-found:bool dry-run:string=unchanged o/output i/interactive:bool raw`,
  run: runDelete,
};

export interface Deleted {
  readonly info: Info;
  /** Of the object that is gone: one of the same name that comes later is another. */
  readonly uid: string;
}

function* runDelete(session: Session): Task<void> {
  const { flags } = session;
  const bulk = flags.bool('all') || flags.has('selector') || flags.has('field-selector');
  if (flags.bool('all') && flags.has('selector')) throw fail('cannot set --all and --selector at the same time');
  const grace = graceSeconds(session);
  const infos = yield* infosOf(session, { all: flags.bool('all'), unfetched: true });
  if (flags.has('namespace') && infos.some(({ mapping }) => !mapping.namespaced)) {
    session.err('Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n');
  }
  if (grace === 0) {
    session.err(
      'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n',
    );
  }
  const ignoreMissing = flags.bool('ignore-not-found', bulk && !flags.has('filename'));
  const { deleted, errors } = yield* deleteAll(session, infos, optionsBody(session, grace), ignoreMissing);
  if (deleted.length === 0 && errors.length === 0 && bulk) session.out('No resources found\n');
  if (errors.length > 0) throw severalErrors(errors);
  if (flags.bool('wait', true) && dryRunOf(session) === 'none') yield* waitGone(session, deleted);
}

function graceSeconds(session: Session): number | null {
  const { flags } = session;
  const grace = flags.int('grace-period', -1);
  if (flags.bool('now')) {
    if (grace !== -1) throw fail('--now and --grace-period cannot be specified together');
    return 1;
  }
  if (grace === 0 && !flags.bool('force')) return 1;
  if (flags.bool('force') && grace < 0) return 0;
  if (flags.bool('force') && grace > 0) throw fail('--force and --grace-period greater than 0 cannot be specified together');
  return grace < 0 ? null : grace;
}

const PROPAGATION: { readonly [cascade: string]: string } = { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' };

function optionsBody(session: Session, grace: number | null): JsonObject {
  const cascade = session.flags.text('cascade', 'background');
  const propagationPolicy = PROPAGATION[cascade];
  if (propagationPolicy === undefined) throw fail(`invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan"`);
  return {
    ...(grace === null ? {} : { gracePeriodSeconds: grace }),
    propagationPolicy,
    ...(dryRunOf(session) === 'server' ? { dryRun: ['All'] } : {}),
  };
}

/** DELETEs one after the other; what fails does not keep the others. */
export function* deleteAll(
  session: Session,
  infos: readonly Info[],
  body: JsonObject,
  ignoreMissing: boolean,
): Task<{ deleted: Deleted[]; errors: CommandError[] }> {
  const deleted: Deleted[] = [];
  const errors: CommandError[] = [];
  for (const info of infos) {
    if (dryRunOf(session) === 'client') {
      sayDeleted(session, info);
      continue;
    }
    try {
      const answer = (yield* session.http.send('DELETE', pathOf(info), { accept: JSON_ONLY, body })) as JsonObject;
      sayDeleted(session, info);
      const uid = metaOf(answer).uid ?? (answer['details'] as { uid?: string } | undefined)?.uid ?? '';
      deleted.push({ info, uid });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const missing = error instanceof ApiError && error.reason === 'NotFound';
      if (!missing || !ignoreMissing) errors.push(error.withSource('deleting', info.source));
    }
  }
  return { deleted, errors };
}

function sayDeleted(session: Session, info: Info): void {
  const kind = typeName({ apiVersion: groupVersion(info.mapping), kind: info.mapping.kind });
  if (session.flags.text('output') === 'name') return session.out(`${kind}/${info.name}\n`);
  const forced = session.flags.bool('force') ? 'force deleted' : 'deleted';
  const place = info.namespace === null ? '' : ` from ${info.namespace} namespace`;
  session.out(`${kind} "${info.name}" ${forced}${place}${drySuffix(dryRunOf(session))}\n`);
}

/** Until each is gone, or another object has taken its name. */
export function* waitGone(session: Session, deleted: readonly Deleted[]): Task<void> {
  const timeout = parseGoDuration(session.flags.text('timeout', '0s')) ?? 0;
  const deadlineUs = timeout > 0 ? session.http.ctx.now() + timeout : null;
  for (const { info, uid } of deleted) {
    const path = pathOf(info);
    const response = yield* session.http.exchange('GET', path, { accept: JSON_ONLY });
    // Not being allowed to look ends the waiting, quietly.
    if (response.status >= 400) continue;
    if (uid !== '' && metaOf(response.body as JsonObject).uid !== uid) continue;
    const gone = yield* until(
      session,
      { ...info, deadlineUs },
      ({ type, object }) => type === 'DELETED' || (uid !== '' && metaOf(object).uid !== uid),
    );
    if (gone === 'timeout') throw fail(`timed out waiting for the condition on ${info.mapping.resource}/${info.name}`);
  }
}
