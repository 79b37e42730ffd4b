// kubectl rollout history and undo. Models kubectl pkg/polymorphichelpers (history.go, rollback.go) and pkg/cmd/rollout:
// revisions of a Deployment are its ReplicaSets, those of the others ControllerRevisions.
import { type JsonObject, jsonEqual } from '../../base/json';
import { metaOf } from '../../machinery/object';
import { findKind, resourcePath } from '../../machinery/resources';
import { type LabelSelector, selectorOf, selectorText } from '../../machinery/selector';
import type { PodTemplateSpec } from '../../machinery/types';
import type { Task } from '../../sim/task';
import { type Info, itemsOf, pathOf, visitInfos } from './builder';
import { dryRunOf, say } from './create/object';
import { podTemplateText } from './describe/pod-template';
import { fail } from './errors';
import { ANY, TYPED } from './http';
import { typedName } from './print/output';
import { tabbed } from './print/tabwriter';
import type { Session } from './session';

const part = (object: JsonObject | null, name: string): JsonObject => (object?.[name] ?? {}) as JsonObject;

interface Revision {
  readonly number: number;
  readonly cause: string | undefined;
  readonly template: JsonObject;
  /** The ReplicaSet or ControllerRevision. */
  readonly object: JsonObject;
}
interface History {
  readonly owner: JsonObject;
  /** The oldest first. */
  readonly revisions: readonly Revision[];
}

const CHANGE_CAUSE = 'kubernetes.io/change-cause';
const REVISION = 'deployment.kubernetes.io/revision';

/** The object again, and what is known of its past. */
function* historyOf(session: Session, info: Info): Task<History> {
  const { mapping, namespace, name } = info;
  const byReplicaSet = mapping.kind === 'Deployment';
  if (!byReplicaSet && mapping.kind !== 'DaemonSet' && mapping.kind !== 'StatefulSet')
    throw fail(`no history viewer has been implemented for "${kindText(info)}"`);
  const kept = findKind('apps/v1', byReplicaSet ? 'ReplicaSet' : 'ControllerRevision');
  if (kept === null) throw fail('no revisions');
  const owner = yield* session.http.get(resourcePath(mapping, namespace, name), TYPED);
  const labelSelector = selectorText(selectorOf(part(owner, 'spec')['selector'] as LabelSelector));
  const list = yield* session.http.get(resourcePath(kept, namespace), TYPED, { labelSelector });
  const own = itemsOf(list, kept).filter((item) =>
    metaOf(item).ownerReferences?.some((reference) => reference.controller && reference.uid === metaOf(owner).uid),
  );
  const revisions = own.map((object): Revision => {
    const { annotations } = metaOf(object);
    return {
      number: Number(byReplicaSet ? (annotations?.[REVISION] ?? 0) : (object['revision'] ?? 0)),
      cause: annotations?.[CHANGE_CAUSE],
      template: templateOf(part(byReplicaSet ? object : part(object, 'data'), 'spec')),
      object,
    };
  });
  return { owner, revisions: revisions.filter(({ number }) => number > 0).sort((a, b) => a.number - b.number) };
}

/** Without the directive that a revision carries to replace a template whole. */
function templateOf(spec: JsonObject): JsonObject {
  const { $patch: _, ...template } = part(spec, 'template');
  return template;
}

const kindText = ({ mapping }: Info): string => (mapping.group === '' ? mapping.kind : `${mapping.kind}.${mapping.group}`);

export function* history(session: Session): Task<void> {
  const wanted = session.flags.int('revision', 0);
  if (wanted < 0) throw fail(`revision must be a positive integer: ${wanted}`);
  yield* visitInfos(session, { accept: ANY, bareTypes: true }, function* (info) {
    const { revisions } = yield* historyOf(session, info);
    const name = typedName(info.object ?? {});
    if (wanted > 0) {
      const revision = revisions.find(({ number }) => number === wanted);
      if (revision === undefined) throw fail(`unable to find the specified revision`);
      session.out(`${name} with revision #${wanted}\n${podTemplateText(annotated(revision) as unknown as PodTemplateSpec)}\n`);
      return;
    }
    const lines = revisions.map(({ number, cause }) => `${number}\t${cause || '<none>'}\n`);
    const table = tabbed(['REVISION\tCHANGE-CAUSE\n', ...lines].join(''));
    session.out(lines.length === 0 ? `${name} \nNo rollout history found.\n` : `${name} \n${table}\n`);
  });
}

function annotated({ template, cause }: Revision): JsonObject {
  if (cause === undefined) return template;
  const metadata = part(template, 'metadata');
  return { ...template, metadata: { ...metadata, annotations: { ...part(metadata, 'annotations'), [CHANGE_CAUSE]: cause } } };
}

// ---- undo

export function* undo(session: Session): Task<void> {
  const wanted = session.flags.int('to-revision', 0);
  yield* visitInfos(session, { accept: ANY }, function* (info) {
    const past = yield* historyOf(session, info);
    if (info.mapping.kind === 'Deployment') yield* undoDeployment(session, info, past, wanted);
    else yield* undoOther(session, info, past, wanted);
  });
}

function* undoDeployment(session: Session, info: Info, { owner, revisions }: History, wanted: number): Task<void> {
  const revision = wanted === 0 ? revisions.at(-2) : revisions.find(({ number }) => number === wanted);
  if (revision === undefined)
    throw fail(
      wanted === 0 ? `no rollout history found for deployment "${info.name}"` : `unable to find specified revision ${wanted} in history`,
    );
  if (part(owner, 'spec')['paused'] === true)
    throw fail(`you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again`);
  const template = withoutHash(revision.template);
  if (jsonEqual(template, withoutHash(templateOf(part(owner, 'spec')))))
    return say(session, info.object ?? {}, `skipped rollback (current template already matches revision ${revision.number})`);
  const body = [
    { op: 'replace', path: '/spec/template', value: template },
    { op: 'replace', path: '/metadata/annotations', value: annotationsBack(owner, revision.object) },
  ];
  yield* sendBack(session, info, 'application/json-patch+json', body);
}

const KEPT = [
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
];

/** The Deployment's own bookkeeping stays, the rest comes from the ReplicaSet. */
function annotationsBack(owner: JsonObject, set: JsonObject): JsonObject {
  const pick = (object: JsonObject, kept: boolean): [string, string][] =>
    Object.entries(metaOf(object).annotations ?? {}).filter(([key]) => KEPT.includes(key) === kept);
  return Object.fromEntries([...pick(owner, true), ...pick(set, false)]);
}

function withoutHash(template: JsonObject): JsonObject {
  const metadata = part(template, 'metadata');
  const { 'pod-template-hash': _, ...labels } = part(metadata, 'labels');
  return { ...template, metadata: { ...metadata, labels } };
}

function* undoOther(session: Session, info: Info, { owner, revisions }: History, wanted: number): Task<void> {
  if (wanted === 0 && revisions.length <= 1) throw fail('no last revision to roll back to');
  const revision = wanted === 0 ? revisions.at(-2) : revisions.find(({ number }) => number === wanted);
  if (revision === undefined) throw fail(`unable to find specified revision ${wanted} in history`);
  if (jsonEqual(revision.template, templateOf(part(owner, 'spec'))))
    return say(session, info.object ?? {}, `skipped rollback (current template already matches revision ${revision.number})`);
  yield* sendBack(session, info, 'application/strategic-merge-patch+json', part(revision.object, 'data'));
}

function* sendBack(session: Session, info: Info, contentType: string, body: JsonObject | readonly JsonObject[]): Task<void> {
  const dryRun = dryRunOf(session);
  if (dryRun !== 'client') {
    const query = { dryRun: dryRun === 'server' ? 'All' : undefined };
    const path = pathOf(info);
    yield* session.http.send('PATCH', path, { accept: TYPED, contentType, body, query });
  }
  say(session, info.object ?? {}, 'rolled back');
}
