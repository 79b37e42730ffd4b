// The history of a DaemonSet's template, kept as ControllerRevisions; their hash labels its pods.
// Models kubernetes pkg/controller/daemon/update.go: constructHistory, snapshot, dedupCurHistories, cleanupHistory.
import { type Json, type JsonObject, jsonEqual } from '../../../base/json';
import type { ApiClient } from '../../../client/api-client';
import type { Informer } from '../../../client/informer';
import { selectorOf } from '../../../machinery/selector';
import { podTemplateHash } from '../../../machinery/template-hash';
import type { DaemonSet, KubeObject, Pod } from '../../../machinery/types';
import type { Task } from '../../../sim/task';
import { Abandoned, granted } from '../abandoned';
import { whyNot } from '../controller';
import { claim, controllerRef } from '../controller-ref';
import { BY_CONTROLLER, byControllerUid, orphansOf } from '../owned';
import { CONTROLLER_REVISIONS, DAEMON_SETS, PODS } from '../refs';
import { REVISION_HASH } from './placement';

export interface ControllerRevision extends KubeObject {
  /** A patch that brings the template back. */
  readonly data: JsonObject;
  readonly revision: number;
}
export interface History {
  readonly current: ControllerRevision;
  readonly old: readonly ControllerRevision[];
}

export const hashOf = ({ metadata }: KubeObject): string => metadata.labels?.[REVISION_HASH] ?? '';

const snapshotOf = ({ spec }: DaemonSet): JsonObject => ({
  spec: { template: { ...spec.template, $patch: 'replace' } as unknown as Json },
});
const matches = (daemonSet: DaemonSet, { data }: ControllerRevision): boolean => jsonEqual(data, snapshotOf(daemonSet));

const DELETE = { kind: 'DeleteOptions', apiVersion: 'v1' };

export class Revisions {
  constructor(
    private readonly api: ApiClient,
    private readonly informer: Informer<ControllerRevision>,
  ) {}

  /** The revision of the present template, made if there is none, and the others. `pods` are the DaemonSet's. */
  *of(daemonSet: DaemonSet, pods: readonly Pod[]): Task<History> {
    const fitting: ControllerRevision[] = [];
    const old: ControllerRevision[] = [];
    for (const revision of yield* this.owned(daemonSet)) {
      const labelled = hashOf(revision) === '' ? yield* this.label(revision) : revision;
      (matches(daemonSet, labelled) ? fitting : old).push(labelled);
    }
    const number = old.reduce((most, { revision }) => Math.max(most, revision), 0) + 1;
    const [newest, ...others] = fitting.sort((a, b) => b.revision - a.revision);
    if (newest === undefined) return { current: yield* this.snapshot(daemonSet, number), old };
    if (others.length > 0) yield* this.merge(newest, others, pods);
    if (newest.revision < number) granted(yield* this.api.update(CONTROLLER_REVISIONS, { ...newest, revision: number }));
    return { current: newest, old };
  }

  /** Old revisions beyond the limit go, the oldest first, but none that a pod still runs. */
  *cleanUp(daemonSet: DaemonSet, old: readonly ControllerRevision[], pods: readonly Pod[]): Task<void> {
    const live = new Set(pods.map(hashOf));
    let surplus = old.length - (daemonSet.spec.revisionHistoryLimit ?? 10);
    for (const revision of [...old].sort((a, b) => a.revision - b.revision)) {
      if (surplus <= 0) return;
      if (live.has(hashOf(revision))) continue;
      granted(yield* this.api.delete(CONTROLLER_REVISIONS, nameOf(revision), DELETE));
      surplus--;
    }
  }

  private *owned(daemonSet: DaemonSet): Task<readonly ControllerRevision[]> {
    const { uid = '', namespace = '' } = daemonSet.metadata;
    const own = this.informer.byIndex(BY_CONTROLLER, byControllerUid(uid));
    const orphans = this.informer.byIndex(BY_CONTROLLER, orphansOf(namespace));
    const owner = { object: daemonSet, resource: DAEMON_SETS };
    const claims = yield* claim(this.api, owner, selectorOf(daemonSet.spec.selector), [...own, ...orphans], CONTROLLER_REVISIONS);
    if (!claims.ok) throw new Abandoned(claims.why);
    return claims.claimed;
  }

  private *label(revision: ControllerRevision): Task<ControllerRevision> {
    const labels = { ...revision.metadata.labels, [REVISION_HASH]: revision.metadata.name };
    return granted(
      yield* this.api.update<ControllerRevision>(CONTROLLER_REVISIONS, { ...revision, metadata: { ...revision.metadata, labels } }),
    );
  }

  private *snapshot(daemonSet: DaemonSet, revision: number): Task<ControllerRevision> {
    const { template } = daemonSet.spec;
    const { name, namespace = '', annotations } = daemonSet.metadata;
    const hash = podTemplateHash(template as unknown as Json, daemonSet.status?.collisionCount);
    const wanted: ControllerRevision = {
      kind: 'ControllerRevision',
      apiVersion: 'apps/v1',
      metadata: {
        name: `${name}-${hash}`,
        namespace,
        labels: { ...template.metadata?.labels, [REVISION_HASH]: hash },
        ...(annotations === undefined ? {} : { annotations }),
        ownerReferences: [controllerRef(daemonSet)],
      },
      data: snapshotOf(daemonSet),
      revision,
    };
    const reply = yield* this.api.create<ControllerRevision>(CONTROLLER_REVISIONS, { namespace, name: '' }, wanted);
    if (reply.ok || reply.error?.reason !== 'AlreadyExists') return granted(reply);
    const found = granted(yield* this.api.get<ControllerRevision>(CONTROLLER_REVISIONS, nameOf(wanted)));
    if (matches(daemonSet, found)) return found;
    yield* this.countCollision(daemonSet);
    throw new Abandoned(whyNot(reply));
  }

  /** Another template has the same hash: the next one is salted. */
  private *countCollision(daemonSet: DaemonSet): Task<void> {
    const known = granted(yield* this.api.get<DaemonSet>(DAEMON_SETS, nameOf(daemonSet)));
    const [before, now] = [daemonSet.status?.collisionCount, known.status?.collisionCount];
    if (before !== now) throw new Abandoned(`found a stale collision count of DaemonSet "${daemonSet.metadata.name}"`);
    const status = { ...known.status, collisionCount: (now ?? 0) + 1 } as NonNullable<DaemonSet['status']>;
    granted(yield* this.api.update<DaemonSet>(DAEMON_SETS, { ...known, status }, { subresource: 'status' }));
  }

  /** One template, several revisions: the newest stays and takes over the pods. */
  private *merge(newest: ControllerRevision, others: readonly ControllerRevision[], pods: readonly Pod[]): Task<void> {
    const patch = { metadata: { labels: { [REVISION_HASH]: hashOf(newest) } } };
    for (const pod of pods) {
      if (hashOf(pod) !== hashOf(newest)) granted(yield* this.api.patch(PODS, nameOf(pod), 'merge', patch));
    }
    for (const revision of others) granted(yield* this.api.delete(CONTROLLER_REVISIONS, nameOf(revision), DELETE));
  }
}

const nameOf = ({ metadata: { namespace = '', name } }: KubeObject): { readonly namespace: string; readonly name: string } => ({
  namespace,
  name,
});
