// kubectl rollout status, history, undo, restart, pause, resume. Models kubectl pkg/cmd/rollout and
// pkg/polymorphichelpers (rollout_status.go, history.go, rollback.go). Left out: StatefulSet and DaemonSet history.
import { isObject, type JsonObject, jsonEqual } from '../../base/json';
import { parseGoDuration } from '../../machinery/duration';
import { metaOf } from '../../machinery/object';
import { findKind, groupResource, resourcePath } from '../../machinery/resources';
import { type LabelSelector, selectorOf, selectorText } from '../../machinery/selector';
import { rfc3339 } from '../../machinery/time';
import type { PodTemplateSpec } from '../../machinery/types';
import type { Task } from '../../sim/task';
import { type Info, infosOf, itemsOf } from './builder';
import { dryRunOf, say } from './create/object';
import { podTemplateText } from './describe/pod-template';
import { CommandError, fail } from './errors';
import { ANY, TYPED } from './http';
import { typedName } from './print/output';
import { tabbed } from './print/tabwriter';
import type { Command, Session } from './session';
import { until } from './until';

const COMMON = 'f/filename:list R/recursive:bool k/kustomize l/selector';
const PRINTED = `${COMMON} o/output template show-managed-fields:bool`;

export const rolloutStatus: Command = { flags: `${COMMON} w/watch:bool revision:int timeout:duration`, run: status };
export const rolloutHistory: Command = { flags: `${PRINTED} revision:int`, run: history };
export const rolloutUndo: Command = { flags: `${PRINTED} to-revision:int dry-run:string=unchanged`, run: undo };
export const rolloutRestart: Command = { flags: `${PRINTED} field-manager`, run: (session) => change(session, restartPatch, 'restarted') };
export const rolloutPause: Command = { flags: `${PRINTED} field-manager`, run: (session) => change(session, pausePatch(true), 'paused') };
export const rolloutResume: Command = {
  flags: `${PRINTED} field-manager`,
  run: (session) => change(session, pausePatch(false), 'resumed'),
};

/** The objects, which must be named. */
function* targets(session: Session): Task<Info[]> {
  if (session.args.length === 0 && !session.flags.has('filename') && !session.flags.has('selector'))
    throw fail('required resource not specified');
  return yield* infosOf(session, { accept: ANY });
}

const part = (object: JsonObject | null, name: string): JsonObject => (object?.[name] ?? {}) as JsonObject;
const count = (object: JsonObject, field: string): number => (typeof object[field] === 'number' ? (object[field] as number) : 0);

// ---- status

function* status(session: Session): Task<void> {
  const timeout = parseGoDuration(session.flags.text('timeout', '0s')) ?? 0;
  const deadlineUs = timeout > 0 ? session.http.ctx.now() + timeout : null;
  for (const info of yield* targets(session)) {
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

interface Said {
  readonly text: string;
  readonly done: boolean;
}

function statusOf(object: JsonObject, revision: number): Said | CommandError {
  switch (object['kind']) {
    case 'Deployment':
      return deploymentStatus(object, revision);
    case 'DaemonSet':
      return daemonSetStatus(object);
    case 'StatefulSet':
      return statefulSetStatus(object);
    default:
      return fail(`no status viewer has been implemented for ${String(object['kind'])}`);
  }
}

function deploymentStatus(object: JsonObject, revision: number): Said | CommandError {
  const { name = '', generation = 0, annotations } = metaOf(object);
  const state = part(object, 'status');
  const spec = part(object, 'spec');
  const own = Number(annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  if (revision > 0 && revision !== own) return fail(`desired revision (${revision}) is different from the running revision (${own})`);
  if (generation > count(state, 'observedGeneration'))
    return { text: 'Waiting for deployment spec update to be observed...\n', done: false };
  const progressing = ((state['conditions'] ?? []) as readonly JsonObject[]).find((c) => c['type'] === 'Progressing');
  if (progressing?.['reason'] === 'ProgressDeadlineExceeded') return fail(`deployment "${name}" exceeded its progress deadline`);
  const waiting = (what: string): Said => ({ text: `Waiting for deployment "${name}" rollout to finish: ${what}...\n`, done: false });
  const [wanted, updated, all, available] = [
    count(spec, 'replicas'),
    count(state, 'updatedReplicas'),
    count(state, 'replicas'),
    count(state, 'availableReplicas'),
  ];
  if (updated < wanted) return waiting(`${updated} out of ${wanted} new replicas have been updated`);
  if (all > updated) return waiting(`${all - updated} old replicas are pending termination`);
  if (available < updated) return waiting(`${available} of ${updated} updated replicas are available`);
  return { text: `deployment "${name}" successfully rolled out\n`, done: true };
}

function daemonSetStatus(object: JsonObject): Said | CommandError {
  const { name = '', generation = 0 } = metaOf(object);
  const state = part(object, 'status');
  const strategy = (part(object, 'spec')['updateStrategy'] ?? {}) as JsonObject;
  if (strategy['type'] !== 'RollingUpdate') return fail(`rollout status is only available for RollingUpdate strategy type`);
  if (generation > count(state, 'observedGeneration'))
    return { text: 'Waiting for daemon set spec update to be observed...\n', done: false };
  const [wanted, updated, available] = [
    count(state, 'desiredNumberScheduled'),
    count(state, 'updatedNumberScheduled'),
    count(state, 'numberAvailable'),
  ];
  if (updated < wanted)
    return {
      text: `Waiting for daemon set "${name}" rollout to finish: ${updated} out of ${wanted} new pods have been updated...\n`,
      done: false,
    };
  if (available < wanted)
    return {
      text: `Waiting for daemon set "${name}" rollout to finish: ${available} of ${wanted} updated pods are available...\n`,
      done: false,
    };
  return { text: `daemon set "${name}" successfully rolled out\n`, done: true };
}

function statefulSetStatus(object: JsonObject): Said | CommandError {
  const { generation = 0 } = metaOf(object);
  const state = part(object, 'status');
  const wanted = count(part(object, 'spec'), 'replicas');
  if (count(state, 'observedGeneration') === 0 || generation > count(state, 'observedGeneration')) {
    return { text: 'Waiting for statefulset spec update to be observed...\n', done: false };
  }
  if (count(state, 'readyReplicas') < wanted)
    return { text: `Waiting for ${wanted - count(state, 'readyReplicas')} pods to be ready...\n`, done: false };
  if (state['updateRevision'] !== state['currentRevision']) {
    return {
      text: `waiting for statefulset rolling update to complete ${count(state, 'updatedReplicas')} pods at revision ${String(state['updateRevision'])}...\n`,
      done: false,
    };
  }
  return {
    text: `statefulset rolling update complete ${count(state, 'currentReplicas')} pods at revision ${String(state['currentRevision'])}...\n`,
    done: true,
  };
}

// ---- history and undo

interface Revisions {
  readonly deployment: JsonObject;
  /** By revision. */
  readonly sets: ReadonlyMap<number, JsonObject>;
}

/** The deployment again, and its ReplicaSets by revision. */
function* revisionsOf(session: Session, info: Info): Task<Revisions> {
  if (info.mapping.kind !== 'Deployment') throw fail(`no history viewer has been implemented for "${info.mapping.kind}"`);
  const sets = findKind('apps/v1', 'ReplicaSet');
  if (sets === null) throw fail('no ReplicaSets');
  const deployment = yield* session.http.get(resourcePath(info.mapping, info.namespace, info.name), TYPED);
  const labelSelector = selectorText(selectorOf(part(deployment, 'spec')['selector'] as LabelSelector));
  const list = yield* session.http.get(resourcePath(sets, info.namespace), TYPED, { labelSelector });
  const found = new Map<number, JsonObject>();
  for (const set of itemsOf(list, sets)) {
    const { ownerReferences, annotations } = metaOf(set);
    if (!ownerReferences?.some((owner) => owner.controller && owner.uid === metaOf(deployment).uid)) continue;
    const revision = Number(annotations?.['deployment.kubernetes.io/revision'] ?? 0);
    if (revision > 0) found.set(revision, set);
  }
  return { deployment, sets: new Map([...found].sort(([a], [b]) => a - b)) };
}

const CHANGE_CAUSE = 'kubernetes.io/change-cause';

function* history(session: Session): Task<void> {
  const revision = session.flags.int('revision', 0);
  if (revision < 0) throw fail(`revision must be a positive integer: ${revision}`);
  for (const info of yield* targets(session)) {
    const { sets } = yield* revisionsOf(session, info);
    const name = typedName(info.object ?? {});
    if (revision > 0) {
      const set = sets.get(revision);
      if (set === undefined) throw fail(`unable to find the specified revision`);
      const cause = metaOf(set).annotations?.[CHANGE_CAUSE];
      const template = part(set, 'spec')['template'] as JsonObject;
      const annotated =
        cause === undefined
          ? template
          : {
              ...template,
              metadata: {
                ...part(template, 'metadata'),
                annotations: { ...part(part(template, 'metadata'), 'annotations'), [CHANGE_CAUSE]: cause },
              },
            };
      session.out(`${name} with revision #${revision}\n${podTemplateText(annotated as unknown as PodTemplateSpec)}\n`);
      continue;
    }
    const lines = [...sets].map(([number, set]) => [`${number}`, metaOf(set).annotations?.[CHANGE_CAUSE] || '<none>']);
    const table = tabbed([['REVISION', 'CHANGE-CAUSE'], ...lines].map((line) => `${line.join('\t')}\n`).join(''));
    session.out(sets.size === 0 ? `${name} \nNo rollout history found.\n` : `${name} \n${table}\n`);
  }
}

const KEPT = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
];

function* undo(session: Session): Task<void> {
  const wanted = session.flags.int('to-revision', 0);
  const dryRun = dryRunOf(session);
  for (const info of yield* targets(session)) {
    const { deployment, sets } = yield* revisionsOf(session, info);
    const set = wanted === 0 ? [...sets.values()].at(-2) : sets.get(wanted);
    if (set === undefined)
      throw fail(
        wanted === 0 ? `no rollout history found for deployment "${info.name}"` : `unable to find specified revision ${wanted} in history`,
      );
    if (part(deployment, 'spec')['paused'] === true) {
      throw fail(`you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again`);
    }
    const template = withoutHash(part(set, 'spec')['template'] as JsonObject);
    if (jsonEqual(template, withoutHash(part(deployment, 'spec')['template'] as JsonObject))) {
      say(
        session,
        info.object ?? {},
        `skipped rollback (current template already matches revision ${metaOf(set).annotations?.['deployment.kubernetes.io/revision'] ?? wanted})`,
      );
      continue;
    }
    const annotations: { [key: string]: string } = {};
    for (const [key, value] of Object.entries(metaOf(deployment).annotations ?? {})) if (KEPT.includes(key)) annotations[key] = value;
    for (const [key, value] of Object.entries(metaOf(set).annotations ?? {})) if (!KEPT.includes(key)) annotations[key] = value;
    const body = [
      { op: 'replace', path: '/spec/template', value: template },
      { op: 'replace', path: '/metadata/annotations', value: annotations },
    ];
    if (dryRun !== 'client') {
      yield* session.http.send('PATCH', resourcePath(info.mapping, info.namespace, info.name), {
        accept: TYPED,
        contentType: 'application/json-patch+json',
        body,
        query: { dryRun: dryRun === 'server' ? 'All' : undefined },
      });
    }
    say(session, info.object ?? {}, 'rolled back');
  }
}

function withoutHash(template: JsonObject): JsonObject {
  const metadata = part(template, 'metadata');
  const { 'pod-template-hash': _, ...labels } = part(metadata, 'labels');
  return { ...template, metadata: { ...metadata, labels } };
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
  for (const info of yield* targets(session)) {
    const patched = yield* session.http.send('PATCH', resourcePath(info.mapping, info.namespace, info.name), {
      accept: ANY,
      contentType: 'application/strategic-merge-patch+json',
      body: patchOf(session, info),
      query: { fieldManager: session.flags.text('field-manager', 'kubectl-rollout') },
    });
    say(session, patched as JsonObject, said);
  }
}
