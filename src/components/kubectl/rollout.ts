// kubectl rollout: status, restart, pause, resume; history and undo are in rollout-history.ts. Models kubectl
// pkg/cmd/rollout and pkg/polymorphichelpers.
import { isObject, type JsonObject } from '../../base/json';
import { parseGoDuration } from '../../machinery/duration';
import { groupResource } from '../../machinery/resources';
import { rfc3339 } from '../../machinery/time';
import type { Task } from '../../sim/task';
import { type Info, infosOf, pathOf } from './builder';
import { say } from './create/object';
import { CommandError, fail } from './errors';
import { ANY } from './http';
import { history, undo } from './rollout-history';
import { FOLLOWED, statusOf } from './rollout-status';
import type { Command, Session } from './session';
import { until } from './until';

/** A type alone stands for all its objects. */
const ALL = { accept: ANY, bareTypes: true };
const COMMON = 'f/filename:list R/recursive:bool k/kustomize l/selector';
const PRINTED = `${COMMON} o/output template show-managed-fields:bool`;

export const rolloutStatus: Command = {
  flags: `${COMMON} w/watch:bool revision:int timeout:duration`,
  run: (session) => named(session, status),
};
export const rolloutHistory: Command = { flags: `${PRINTED} revision:int`, run: (session) => named(session, history) };
export const rolloutUndo: Command = {
  flags: `${PRINTED} to-revision:int dry-run:string=unchanged`,
  run: (session) => named(session, undo),
};
export const rolloutRestart: Command = {
  flags: `${PRINTED} field-manager`,
  run: (session) => named(session, () => change(session, restartPatch, 'restarted')),
};
export const rolloutPause: Command = {
  flags: `${PRINTED} field-manager`,
  run: (session) => named(session, () => change(session, pausePatch(true), 'paused')),
};
export const rolloutResume: Command = {
  flags: `${PRINTED} field-manager`,
  run: (session) => named(session, () => change(session, pausePatch(false), 'resumed')),
};

function named(session: Session, run: (session: Session) => Task<void>): Task<void> {
  if (session.args.length === 0 && !session.flags.has('filename') && !session.flags.has('selector'))
    throw fail('required resource not specified');
  return run(session);
}

const part = (object: JsonObject | null, name: string): JsonObject => (object?.[name] ?? {}) as JsonObject;

// ---- status

function* status(session: Session): Task<void> {
  const timeout = parseGoDuration(session.flags.text('timeout', '0s')) ?? 0;
  const deadlineUs = timeout > 0 ? session.http.ctx.now() + timeout : null;
  for (const info of yield* infosOf(session, ALL)) {
    if (!FOLLOWED.includes(info.mapping.kind)) throw fail(`no status viewer has been implemented for ${info.mapping.kind}`);
    let failure: CommandError | null = null;
    const outcome = yield* until(session, { ...info, deadlineUs }, ({ type, object }) => {
      if (type === 'DELETED') {
        failure = fail('object has been deleted');
        return true;
      }
      const said = statusOf(object, session.flags.int('revision', 0));
      if (said instanceof CommandError) failure = said;
      else session.out(said.text);
      return failure !== null || (said as { done: boolean }).done || !session.flags.bool('watch', true);
    });
    if (failure !== null) throw failure;
    if (outcome === 'timeout') throw fail('timed out waiting for the condition');
  }
}

// ---- restart, pause, resume

type PatchOf = (session: Session, info: Info) => JsonObject;

const restartPatch: PatchOf = (session, info) => {
  const spec = part(info.object, 'spec');
  if (!isObject(spec['template'])) throw fail(`${groupResource(info.mapping)} "${info.name}" restarting is not supported`);
  if (spec['paused'] === true)
    throw fail(`${groupResource(info.mapping)} "${info.name}" can't restart paused deployment (run rollout resume first)`);
  const now = rfc3339(session.http.ctx.now());
  const had = part(part(part(info.object, 'spec')['template'] as JsonObject, 'metadata'), 'annotations')[
    'kubectl.kubernetes.io/restartedAt'
  ];
  if (had === now) {
    throw fail(
      `failed to create patch for ${info.name}: if restart has already been triggered within the past second, please wait before attempting to trigger another`,
    );
  }
  return { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': now } } } } };
};

const pausePatch =
  (pause: boolean): PatchOf =>
  (_session, info) => {
    if (info.mapping.kind !== 'Deployment')
      throw fail(`${groupResource(info.mapping)} "${info.name}" ${pause ? 'pausing' : 'resuming'} is not supported`);
    if ((part(info.object, 'spec')['paused'] === true) === pause)
      throw fail(`${groupResource(info.mapping)} "${info.name}" is ${pause ? 'already' : 'not'} paused`);
    return { spec: { paused: pause ? true : null } };
  };

function* change(session: Session, patchOf: PatchOf, said: string): Task<void> {
  for (const info of yield* infosOf(session, ALL)) {
    const patched = yield* session.http.send('PATCH', pathOf(info), {
      accept: ANY,
      contentType: 'application/strategic-merge-patch+json',
      body: patchOf(session, info),
      query: { fieldManager: session.flags.text('field-manager', 'kubectl-rollout') },
    });
    say(session, patched as JsonObject, said);
  }
}
