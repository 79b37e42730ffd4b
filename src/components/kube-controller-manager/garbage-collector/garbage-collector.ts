// Deletes what has lost its owners, holds owners that wait for their dependents, and sets dependents free.
// Models kubernetes pkg/controller/garbagecollector/garbagecollector.go, operations.go. Left out: new resources found
// by later discovery, the fallback to merge patches for kinds without strategic merge.
import { MS } from '../../../base/brand';
import { type Json, type JsonObject, jsonEqual } from '../../../base/json';
import type { ApiClient, ObjectName, Reply } from '../../../client/api-client';
import { done, type Outcome, retry, runWorkers } from '../../../client/controller';
import type { EventRecorder } from '../../../client/event-recorder';
import { WorkQueue } from '../../../client/work-queue';
import { findKind, findResource, groupVersion, type ResourceInfo } from '../../../machinery/resources';
import type { KubeObject, OwnerReference } from '../../../machinery/types';
import type { Interior } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { type Controller, type Needs, whyNot } from '../controller';
import { deleteOwnerRefPatch } from '../controller-ref';
import { JSON_BODY, METADATA_ONLY } from '../metadata';
import { compute } from '../pace';
import { classOf, type Decision, decideDeleted, decideOwned, type OwnerClasses } from './decision';
import { FOREGROUND, type GraphNode, type Identity, ORPHAN, OwnerGraph, referred } from './graph';

const ACTOR = 'generic-garbage-collector';
const WORKERS = 20; // --concurrent-gc-syncs
const NEVER = Number.POSITIVE_INFINITY;
const CONFLICT_RETRIES = 4; // retry.DefaultBackoff: 10 ms, 5 times as long with each
const FIRST_CONFLICT_RETRY_US = 10 * MS;
export class GarbageCollector implements Controller {
  private readonly api: ApiClient;
  private readonly events: EventRecorder;
  private readonly toDelete: WorkQueue;
  private readonly toOrphan: WorkQueue;
  private readonly graph: OwnerGraph;

  constructor(private readonly needs: Needs) {
    this.api = needs.client(ACTOR);
    this.events = needs.recorder(ACTOR, 'garbage-collector-controller');
    this.toDelete = new WorkQueue(needs.ctx, 'garbage_collector_attempt_to_delete');
    this.toOrphan = new WorkQueue(needs.ctx, 'garbage_collector_attempt_to_orphan');
    this.graph = new OwnerGraph({
      attemptToDelete: (node) => this.toDelete.add(queueKey(node)),
      attemptToOrphan: (node) => this.toOrphan.add(queueKey(node)),
      invalidOwner: (node, owner) => this.tellInvalidOwner(node.identity, owner),
    });
    for (const [resource, informer] of needs.informers.entries()) {
      const named = namedAs(findResource(resource.group, resource.version, resource.resource));
      informer.addHandler({
        add: (object) => this.graph.seen(named(object), null),
        update: (object, old) => this.graph.seen(named(object), old),
        delete: (object) => this.graph.gone(named(object)),
      });
    }
  }

  start(): void {
    const { ctx } = this.needs;
    runWorkers(ctx, this.toDelete, (key) => this.attemptToDelete(key), { workers: WORKERS, actor: ACTOR, maxRetries: NEVER });
    runWorkers(ctx, this.toOrphan, (key) => this.attemptToOrphan(key), { workers: WORKERS, actor: ACTOR, maxRetries: NEVER });
  }
  inspect(): Interior {
    return { ...this.toDelete.inspect(), ...this.toOrphan.inspect() };
  }

  private tellInvalidOwner({ apiVersion, kind, namespace, name, uid }: Identity, owner: OwnerReference): void {
    const about: KubeObject = { apiVersion, kind, metadata: { namespace, name, uid } };
    const meant = `[${owner.apiVersion}/${owner.kind}, namespace: ${namespace}, name: ${owner.name}, uid: ${owner.uid}]`;
    this.events.event(about, 'Warning', 'OwnerRefInvalidNamespace', `ownerRef ${meant} does not exist in namespace "${namespace}"`);
  }

  // ---- Deleting

  private *attemptToDelete(key: string): Task<Outcome> {
    yield* compute(this.needs.ctx, `gc/${key}`);
    const node = this.graph.get(uidOf(key));
    if (node === undefined) return done({ found: 'nothing' });
    if (node.beingDeleted && !node.deletingDependents) return done({ found: 'on its way out' });
    const resource = findKind(node.identity.apiVersion, node.identity.kind);
    if (resource === null) return retry(`unable to get REST mapping for ${node.identity.apiVersion}/${node.identity.kind}.`);
    const found = yield* this.get(resource, node.identity);
    if (!found.ok && found.status !== 404) return retry(whyNot(found));
    if (!found.ok || found.body.metadata.uid !== node.identity.uid) {
      this.graph.goneVirtually(node.identity);
      return done({ found: 'nothing' });
    }
    const outcome = yield* this.decide(resource, node, found.body);
    return outcome.type === 'done' && node.virtual ? retry('not seen yet') : outcome;
  }

  private *decide(resource: ResourceInfo, node: GraphNode, latest: KubeObject): Task<Outcome> {
    const early = decideDeleted(node);
    if (early !== null) return yield* this.act(resource, node, latest, early, {});
    const owners = latest.metadata.ownerReferences ?? [];
    if (owners.length === 0) return done({ owners: 0 });
    const classes = yield* this.classify(node, owners);
    if (classes === 'never') return done({ owners: 'in a namespace, of what is in none' });
    if (typeof classes === 'string') return retry(classes);
    const counts = { solid: classes.solid.length, dangling: classes.dangling.length, waiting: classes.waiting.length };
    return yield* this.act(resource, node, latest, decideOwned(node, latest, classes), counts);
  }

  private *act(resource: ResourceInfo, node: GraphNode, latest: KubeObject, decision: Decision, counts: JsonObject): Task<Outcome> {
    const { identity } = node;
    const detail = { ...counts, decision: decision.type };
    switch (decision.type) {
      case 'leave':
        return done(detail);
      case 'wait':
        for (const dependent of decision.blockedBy) this.toDelete.add(queueKey(dependent));
        return done(detail);
      case 'let-go':
        return yield* this.removeFinalizer(resource, identity, FOREGROUND);
      case 'release': {
        const uids = decision.owners.map(({ uid }) => uid);
        const reply = yield* this.patch(resource, identity, deleteOwnerRefPatch(identity.uid, uids));
        return reply.ok ? done(detail) : { ...retry(whyNot(reply)), detail };
      }
      case 'delete': {
        const unblocked = decision.unblock ? yield* this.patch(resource, identity, unblockPatch(node)) : null;
        if (unblocked !== null && !unblocked.ok) return { ...retry(whyNot(unblocked)), detail };
        const deleted = yield* this.delete(resource, identity, latest, decision.policy);
        if (deleted.status === 404) this.graph.goneVirtually(identity);
        return deleted.ok || deleted.status === 404 ? done({ ...detail, policy: decision.policy }) : { ...retry(whyNot(deleted)), detail };
      }
    }
  }

  /** Asks the server about each owner. A text says why that failed. */
  private *classify(node: GraphNode, owners: readonly OwnerReference[]): Task<OwnerClasses | string> {
    const classes = { solid: [] as OwnerReference[], dangling: [] as OwnerReference[], waiting: [] as OwnerReference[] };
    for (const owner of owners) {
      const { namespace } = node.identity;
      if (this.graph.isAbsent(referred(owner, '')) || this.graph.isAbsent(referred(owner, namespace))) {
        classes.dangling.push(owner);
        continue;
      }
      const resource = findKind(owner.apiVersion, owner.kind);
      if (resource === null) return `unable to get REST mapping for ${owner.apiVersion}/${owner.kind}.`;
      if (namespace === '' && resource.namespaced) return 'never';
      const identity = referred(owner, resource.namespaced ? namespace : '');
      const found = yield* this.get(resource, identity);
      if (!found.ok && found.status !== 404) return whyNot(found);
      classes[classOf(owner, found.ok ? found.body : null)].push(owner);
      if (!found.ok || found.body.metadata.uid !== owner.uid) this.graph.markAbsent(identity);
    }
    return classes;
  }

  /** Only if nothing but what does not matter changed meanwhile. */
  private *delete(resource: ResourceInfo, identity: Identity, latest: KubeObject, policy: string): Task<Reply> {
    const { uid } = identity;
    const { resourceVersion = '', ownerReferences = [] } = latest.metadata;
    const first = yield* this.send(resource, identity, { uid, resourceVersion }, policy);
    if (first.ok || first.status !== 409) return first;
    const live = yield* this.get(resource, identity);
    if (live.status === 404) return { ok: true, status: 200, body: null };
    if (!live.ok) return first;
    const { metadata } = live.body;
    const unrelated =
      metadata.uid === uid &&
      metadata.resourceVersion !== resourceVersion &&
      jsonEqual((metadata.ownerReferences ?? []) as unknown as Json, ownerReferences as unknown as Json);
    return unrelated ? yield* this.send(resource, identity, { uid }, policy) : first;
  }

  private *send(resource: ResourceInfo, identity: Identity, preconditions: JsonObject, propagationPolicy: string): Task<Reply> {
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions, propagationPolicy };
    return yield* this.api.delete(resource, nameOf(identity), options, { headers: JSON_BODY });
  }

  // ---- Orphaning

  /** Takes the owner out of its dependents, then lets it go. */
  private *attemptToOrphan(key: string): Task<Outcome> {
    yield* compute(this.needs.ctx, `gc/${key}`);
    const node = this.graph.get(uidOf(key));
    if (node === undefined) return done({ found: 'nothing' });
    const dependents = [...node.dependents];
    const replies = yield* this.needs.ctx.all(dependents.map((dependent) => this.orphan(dependent.identity, node.identity.uid)));
    const failed = replies.find((why) => why !== null);
    if (failed !== undefined && failed !== null) return retry(failed);
    const resource = findKind(node.identity.apiVersion, node.identity.kind);
    if (resource === null) return retry(`unable to get REST mapping for ${node.identity.apiVersion}/${node.identity.kind}.`);
    return yield* this.removeFinalizer(resource, node.identity, ORPHAN);
  }

  private *orphan(dependent: Identity, owner: string): Task<string | null> {
    const resource = findKind(dependent.apiVersion, dependent.kind);
    if (resource === null) return `unable to get REST mapping for ${dependent.apiVersion}/${dependent.kind}.`;
    const reply = yield* this.patch(resource, dependent, deleteOwnerRefPatch(dependent.uid, [owner]));
    return reply.ok || reply.status === 404 ? null : whyNot(reply);
  }

  // ---- Requests

  private *removeFinalizer(resource: ResourceInfo, identity: Identity, finalizer: string): Task<Outcome> {
    let waitUs = FIRST_CONFLICT_RETRY_US;
    for (let tries = 1; ; tries++) {
      const found = yield* this.get(resource, identity);
      if (found.status === 404) return done({ released: false });
      if (!found.ok) return retry(whyNot(found));
      const { resourceVersion, finalizers = [] } = found.body.metadata;
      if (!finalizers.includes(finalizer)) return done({ released: false });
      const left = finalizers.filter((name) => name !== finalizer);
      const patch = { metadata: { resourceVersion, finalizers: left.length === 0 ? null : left } };
      const reply = yield* this.api.patch(resource, nameOf(identity), 'merge', patch, { headers: METADATA_ONLY });
      if (reply.ok || reply.status === 404) return done({ released: finalizer });
      if (reply.status !== 409 || tries === CONFLICT_RETRIES) return retry(whyNot(reply));
      yield* this.needs.ctx.sleep(waitUs);
      waitUs *= 5;
    }
  }

  private get(resource: ResourceInfo, identity: Identity): Task<Reply<KubeObject>> {
    return this.api.get(resource, nameOf(identity), { headers: METADATA_ONLY });
  }
  private *patch(resource: ResourceInfo, identity: Identity, patch: JsonObject): Task<Reply> {
    return (yield* this.api.patch(resource, nameOf(identity), 'strategic', patch, { headers: METADATA_ONLY })) as Reply;
  }
}

/** An object of which only metadata is known does not say its kind. */
const namedAs =
  (info: ResourceInfo | null) =>
  (object: KubeObject): KubeObject =>
    info === null || object.kind === info.kind ? object : { ...object, apiVersion: groupVersion(info), kind: info.kind };

const unblockPatch = ({ identity: { uid }, owners }: GraphNode): JsonObject => ({
  metadata: {
    uid,
    ownerReferences: owners.filter((owner) => owner.blockOwnerDeletion).map((owner) => ({ ...owner, blockOwnerDeletion: false })),
  },
});

const nameOf = ({ namespace, name }: Identity): ObjectName => ({ namespace: namespace || null, name });
const queueKey = ({ identity: { kind, namespace, name, uid } }: GraphNode): string =>
  `${kind} ${namespace === '' ? name : `${namespace}/${name}`} ${uid}`;
const uidOf = (key: string): string => key.slice(key.lastIndexOf(' ') + 1);
