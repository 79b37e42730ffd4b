// Create, update and delete objects of any kind: what all registries have in common.
// Models apiserver pkg/registry/generic/registry/store.go and the write handlers of pkg/endpoints/handlers.
// Left out: managedFields (see docs/FIDELITY.md).
import type { JsonObject } from '../../../base/json';
import { type ResourceInfo, storageKey } from '../../../machinery/resources';
import { alreadyExists, conflict, type FieldError, invalid, notFound, OPTIMISTIC_LOCK, plainError } from '../../../machinery/status';
import { rfc3339 } from '../../../machinery/time';
import { validateCreate, validateUpdate } from '../../../machinery/validation/validate';
import type { Ctx } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import type { Admission } from '../admission/admission';
import type { AdmissionRequest, Operation } from '../admission/plugin';
import type { Chain } from '../chain/chain';
import type { User } from '../chain/user';
import { Refusal, refuse } from '../refusal';
import type { Etcd3, TryUpdate, Updated } from '../storage/etcd3';
import { decode, type Versioned } from '../storage/versioner';
import type { WatchCache } from '../storage/watch-cache';
import { type Deleted, type DeleteOptions, goneObject, isEmptied, planDeletion, preconditionsOf } from './deletion';
import { toStorage } from './events';
import { namespaceProblem, newMeta, uidMismatch, updatedMeta, withMeta } from './meta';
import type { NameGenerator } from './names';
import { prepareForCreate, prepareForUpdate, strategyOf } from './strategy';

/** One request that was authorised, on its way to storage. */
export interface Call {
  readonly info: ResourceInfo;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly user: User;
  readonly dryRun: boolean;
  readonly chain: Chain;
  readonly warnings: string[];
  readonly annotations: { [key: string]: string };
}

/** What some kinds do around their write: services take addresses. Models BeginCreate, BeginUpdate and AfterDelete. */
export interface Around {
  /** Before validation. `old` is null for a new object. */
  begin(call: Call, object: Versioned, old: Versioned | null): Task<Begun | Refusal>;
  deleted(object: Versioned): Task<void>;
}
export interface Begun {
  readonly object: Versioned;
  /** Called once, when it is known whether the object was written. */
  finish(written: boolean): Task<void>;
}

interface Expected {
  readonly uid?: string;
  readonly resourceVersion?: string;
}
const ANY: Expected = {};

function unexpected({ uid, resourceVersion }: Expected, current: Versioned): string | null {
  if (uid && uid !== current.metadata.uid) return uidMismatch(uid, current);
  const version = current.metadata.resourceVersion ?? '';
  if (!resourceVersion || resourceVersion === version) return null;
  return `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${version}`;
}

/** storage.NewInvalidObjError's text. */
const invalidObject = (key: string, why: string): string =>
  `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`;

/** The new object that an update wants, made from the old one. */
export type Transform = (old: Versioned) => Versioned | Refusal;

const MAX_NAME_ATTEMPTS = 8; // store.go maxNameGenerationCreateAttempts
/** Kinds whose PUT creates what is missing: AllowCreateOnUpdate. */
const CREATED_ON_UPDATE = new Set([
  'leases',
  'events',
  'endpoints',
  'endpointslices',
  'limitranges',
  'roles',
  'rolebindings',
  'clusterroles',
  'clusterrolebindings',
  'priorityclasses',
  'services',
  'csistoragecapacities',
]);
/** Kinds whose PUT must carry a resourceVersion: AllowUnconditionalUpdate is false. */
const CONDITIONAL_ONLY = new Set([
  'leases',
  'roles',
  'rolebindings',
  'poddisruptionbudgets',
  'csidrivers',
  'apiservices',
  'customresourcedefinitions',
  'servicecidrs',
  'ipaddresses',
  'csistoragecapacities',
]);

export class Store {
  constructor(
    private readonly ctx: Ctx,
    private readonly etcd: Etcd3,
    readonly cacheOf: (info: ResourceInfo) => WatchCache | null,
    private readonly admission: Admission,
    readonly names: NameGenerator,
    private readonly around: { readonly [groupResource: string]: Around },
  ) {}

  // ---- Create

  *create(call: Call, given: Versioned): Task<Versioned | Refusal> {
    const { info } = call;
    const named = this.named(call, given);
    if (named instanceof Refusal) return this.refused(call, named);
    const admitted = yield* this.admitNew(call, named);
    if (admitted instanceof Refusal) return this.refused(call, admitted);
    const around = this.aroundOf(info);
    const begun = around ? yield* around.begin(call, admitted, null) : null;
    if (begun instanceof Refusal) return this.refused(call, begun);
    const created = yield* this.createReady(call, given, prepareForCreate(info, begun?.object ?? admitted));
    if (begun !== null) yield* begun.finish(!(created instanceof Refusal) && !call.dryRun);
    return created;
  }

  private *createReady(call: Call, given: Versioned, object: Versioned): Task<Versioned | Refusal> {
    const stored = toStorage(call.info, object);
    const rejected = this.validated(call, object, null, validateCreate(call.info, stored), 'CREATE');
    if (rejected !== null) return this.refused(call, rejected);
    call.chain.write();
    return call.dryRun ? object : yield* this.put(call, given, stored);
  }

  /** The stages of an object that is answered and not stored: null if all let it pass. `wrong` is validation's verdict. */
  review(call: Call, object: Versioned, wrong: Refusal | null): Refusal | null {
    const { result, plugins } = this.admission.mutate(this.admissionRequest(call, 'CREATE', null, call.name), object);
    call.chain.add(plugins.length === 0 ? NOTHING_CHANGED : { stage: 'mutating-admission', plugins });
    const refusal =
      result instanceof Refusal ? result : wrong === null ? this.validated(call, object, null, [], 'CREATE') : invalidated(call, wrong);
    call.chain.write();
    return refusal;
  }

  private aroundOf({ group, resource }: ResourceInfo): Around | null {
    return this.around[`${group}/${resource}`] ?? null;
  }

  /** With its name, uid and time, which admission sees. */
  private named(call: Call, given: Versioned): Versioned | Refusal {
    const { info, namespace } = call;
    const { metadata } = given;
    if (metadata.resourceVersion) return refuse(plainError('resourceVersion should not be set on objects to be created'));
    const misplaced = namespaceProblem(info, namespace, metadata);
    if (misplaced !== null) return misplaced;
    const name = metadata.name || (metadata.generateName ? this.names.generate(info.resource, namespace, metadata.generateName) : '');
    const own = {
      name,
      namespace: info.namespaced ? namespace : '',
      uid: this.names.uid(`${info.resource}/${namespace}/${name}`),
      creationTimestamp: rfc3339(this.ctx.now()),
    };
    return { ...given, metadata: newMeta(metadata, own) };
  }

  private *admitNew(call: Call, object: Versioned): Task<Versioned | Refusal> {
    const request = this.admissionRequest(call, 'CREATE', null, object.metadata.name);
    const asked = yield* this.admission.prepare(request, object);
    const { result, plugins } = asked.result instanceof Refusal ? asked : this.admission.mutate(request, object);
    call.chain.add(plugins.length === 0 ? NOTHING_CHANGED : { stage: 'mutating-admission', plugins });
    return result as Versioned | Refusal;
  }

  private *put(call: Call, given: Versioned, stored: Versioned): Task<Versioned | Refusal> {
    const { info, namespace } = call;
    const { ttlSeconds } = strategyOf(info);
    let next = stored;
    for (let attempt = 1; ; attempt++) {
      const created = yield* this.etcd.create(this.keyOf(info, namespace, next.metadata.name), next, ttlSeconds);
      if (created !== null) return created;
      const { generateName } = given.metadata;
      if (given.metadata.name || !generateName || attempt >= MAX_NAME_ATTEMPTS) return refuse(alreadyExists(info, next.metadata.name));
      next = withMeta(next, { name: this.names.generate(info.resource, namespace, generateName) });
    }
  }

  // ---- Update

  /** `expected`: the uid and resourceVersion that the stored object must have; absent or '' for any. */
  *update(call: Call, transform: Transform, expected: Expected = ANY): Task<Versioned | Refusal> {
    const { info, namespace, name } = call;
    const key = this.keyOf(info, namespace, name);
    let emptied: Versioned | null = null;
    let missing: Refusal | null = null;
    let begun: Begun | null = null;
    const store = this;
    function* attempt(current: Versioned | null): Task<Versioned | Refusal> {
      emptied = null;
      missing = null;
      if (begun !== null) yield* begun.finish(false);
      begun = null;
      if (current === null) return (missing = store.refused(call, refuse(notFound(info, name))));
      const other = unexpected(expected, current);
      if (other !== null) return store.refused(call, refuse(conflict(info, name, invalidObject(key, other))));
      const next = yield* store.changed(call, current, transform, (started) => (begun = started));
      if (next instanceof Refusal) return store.refused(call, next);
      call.chain.write();
      if (!isEmptied(next, current)) return next;
      emptied = current;
      return refuse(notFound(info, name));
    }
    const updated = call.dryRun
      ? yield* this.tried(key, info, attempt)
      : yield* this.etcd.guaranteedUpdate(key, this.cacheOf(info)?.get(key) ?? null, attempt, strategyOf(info).ttlSeconds);
    yield* (begun as Begun | null)?.finish(!(updated instanceof Refusal) && !call.dryRun) ?? nothing();
    if (emptied !== null) return yield* this.remove(call, emptied, null);
    if (missing !== null) return missing;
    return updated instanceof Refusal ? updated : updated.object;
  }

  get createsOnUpdate(): ReadonlySet<string> {
    return CREATED_ON_UPDATE;
  }

  private *tried(key: string, info: ResourceInfo, attempt: TryUpdate): Task<Updated | Refusal> {
    const object = yield* attempt(this.cacheOf(info)?.get(key) ?? (yield* this.read(key)));
    return object instanceof Refusal ? object : { object, written: false };
  }

  private *read(key: string): Task<Versioned | null> {
    const page = yield* this.etcd.get(key);
    return page === null || page instanceof Refusal ? null : decode(page.value, page.mod_revision);
  }

  private *changed(call: Call, old: Versioned, transform: Transform, began: (begun: Begun) => void): Task<Versioned | Refusal> {
    const { info, subresource } = call;
    const wanted = transform(old);
    if (wanted instanceof Refusal) return wanted;
    const stale = this.precondition(call, wanted, old);
    if (stale !== null) return stale;
    const request = this.admissionRequest(call, 'UPDATE', old, call.name);
    const { result, plugins } = this.admission.mutate(request, { ...wanted, metadata: updatedMeta(wanted.metadata, old.metadata) });
    call.chain.add(plugins.length === 0 ? NOTHING_CHANGED : { stage: 'mutating-admission', plugins });
    if (result instanceof Refusal) return result;
    let stored = toStorage(info, result);
    const around = subresource === '' ? this.aroundOf(info) : null;
    if (around !== null) {
      const begun = yield* around.begin(call, stored, old);
      if (begun instanceof Refusal) return begun;
      began(begun);
      stored = begun.object;
    }
    const next = prepareForUpdate(info, subresource, stored, old);
    return this.validated(call, next, old, validateUpdate(info, next, old, subresource), 'UPDATE') ?? next;
  }

  private precondition({ info, name, subresource }: Call, wanted: Versioned, old: Versioned): Refusal | null {
    const { resourceVersion } = wanted.metadata;
    if (!resourceVersion || resourceVersion === '0') {
      if (subresource !== '' || !CONDITIONAL_ONLY.has(info.resource)) return null;
      const error: FieldError = {
        type: 'FieldValueInvalid',
        field: 'metadata.resourceVersion',
        value: 0,
        detail: 'must be specified for an update',
      };
      return refuse(invalid(info.group, info.kind, name, [error]));
    }
    return resourceVersion === old.metadata.resourceVersion ? null : refuse(conflict(info, name, OPTIMISTIC_LOCK));
  }

  // ---- Delete

  *delete(call: Call, options: DeleteOptions): Task<Deleted | Refusal> {
    const { info, namespace, name, chain } = call;
    const key = this.keyOf(info, namespace, name);
    const kv = yield* this.etcd.get(key);
    if (kv instanceof Refusal) return kv;
    if (kv === null) return this.refused(call, refuse(notFound(info, name)));
    const current = decode(kv.value, kv.mod_revision);
    const request = this.admissionRequest(call, 'DELETE', current, name);
    const { result, plugins } = this.admission.validate(request, null);
    chain.add(plugins.length === 0 ? ADMITTED : { stage: 'validating-admission', plugins });
    if (result instanceof Refusal) return this.refused(call, result);
    const failed = preconditionsOf(call, options, current);
    if (failed !== null) return this.refused(call, failed);
    chain.write();
    const plan = planDeletion(info, current, options, this.ctx.now());
    if (call.dryRun) return { object: plan.object, gone: plan.gone };
    if (plan.gone && plan.object === current) {
      const removed = yield* this.remove(call, current, options);
      return removed instanceof Refusal ? removed : { object: removed, gone: true };
    }
    return yield* this.markDeleted(call, current, options);
  }

  private *markDeleted(call: Call, current: Versioned, options: DeleteOptions): Task<Deleted | Refusal> {
    const { info, name } = call;
    const key = this.keyOf(info, call.namespace, name);
    let emptied: Versioned | null = null;
    let gone = false;
    const { ctx } = this;
    const updated = yield* this.etcd.guaranteedUpdate(key, current, function* (now) {
      emptied = null;
      if (now === null) return refuse(notFound(info, name));
      const failed = preconditionsOf(call, options, now);
      if (failed !== null) return failed;
      const plan = planDeletion(info, now, options, ctx.now());
      gone = plan.gone;
      if (!gone || plan.object !== now) return plan.object;
      emptied = now;
      return refuse(notFound(info, name));
    });
    if (emptied === null && updated instanceof Refusal) return updated;
    const last = emptied ?? (gone && !(updated instanceof Refusal) ? updated.object : null);
    if (last !== null) {
      // What was asked of its version was true of the version before its mark.
      const removed = yield* this.remove(call, last, emptied === null ? onlyUid(options) : options);
      return removed instanceof Refusal ? removed : { object: removed, gone: true };
    }
    return updated instanceof Refusal ? updated : { object: updated.object, gone: false };
  }

  private *remove(call: Call, current: Versioned, options: DeleteOptions | null): Task<Versioned | Refusal> {
    const { info, namespace, name } = call;
    const missing = (): Refusal => refuse(notFound(info, name));
    const check = (now: Versioned): Refusal | null => (options === null ? null : preconditionsOf(call, options, now));
    const removed = yield* this.etcd.delete(this.keyOf(info, namespace, name), current, check, missing);
    if (removed instanceof Refusal) return removed;
    yield* this.aroundOf(info)?.deleted(removed) ?? nothing();
    return options === null ? removed : goneObject(removed, this.ctx.now());
  }

  // ---- Shared

  private keyOf(info: ResourceInfo, namespace: string, name: string): string {
    return storageKey(info, namespace, name);
  }

  private validated(
    call: Call,
    object: Versioned,
    old: Versioned | null,
    errors: readonly FieldError[],
    operation: Operation,
  ): Refusal | null {
    const { info, chain } = call;
    if (errors.length > 0) return invalidated(call, refuse(invalid(info.group, info.kind, object.metadata.name, errors)));
    chain.add(VALID);
    const { result, plugins } = this.admission.validate(this.admissionRequest(call, operation, old, object.metadata.name), object);
    chain.add(plugins.length === 0 ? ADMITTED : { stage: 'validating-admission', plugins });
    return result;
  }

  private admissionRequest(call: Call, operation: Operation, old: Versioned | null, name: string): AdmissionRequest {
    const { info, subresource, namespace, user, dryRun, warnings, annotations } = call;
    return { operation, info, subresource, namespace, name, user, dryRun, old, warnings, annotations };
  }

  private refused(call: Call, refusal: Refusal): Refusal {
    call.chain.write();
    return refusal;
  }
}

// Stages that say the same for most requests are one object each.
const NOTHING_CHANGED: JsonObject = { stage: 'mutating-admission', plugins: [] };
const VALID: JsonObject = { stage: 'validation', verdict: 'ok' };
const ADMITTED: JsonObject = { stage: 'validating-admission', plugins: [] };

function invalidated({ chain }: Call, refusal: Refusal): Refusal {
  chain.add({ stage: 'validation', verdict: 'invalid', reason: refusal.status.message ?? '' });
  return refusal;
}

const onlyUid = ({ preconditions, ...options }: DeleteOptions): DeleteOptions => ({
  ...options,
  ...(preconditions?.uid === undefined ? {} : { preconditions: { uid: preconditions.uid } }),
});

function* nothing(): Task<void> {}
