// What hangs below an object: scale, binding, eviction, token, finalize; and the reviews, which store nothing.
// Models pkg/registry/{core/pod,core/serviceaccount,core/namespace,apps}/storage and pkg/registry/authorization.
// Left out: log, exec, attach, port-forward, proxy, resize, approval.
import { SECOND } from '../../../base/brand';
import { isObject, type Json, type JsonObject } from '../../../base/json';
import { groupVersion, type SubresourceInfo } from '../../../machinery/resources';
import { matchesSelector, selectorOf, selectorText } from '../../../machinery/selector';
import { conflict, type FieldError, failure, invalid, OPTIMISTIC_LOCK } from '../../../machinery/status';
import { EPOCH_SECONDS, rfc3339 } from '../../../machinery/time';
import type { Condition, LabelSelector, Pod } from '../../../machinery/types';
import type { Ctx } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import type { HttpRequest } from '../../../wire/payload';
import type { Authenticator } from '../chain/authentication';
import type { Filters } from '../chain/filters';
import type { Attributes, Rbac } from '../chain/rbac';
import { ISSUER, signToken } from '../chain/token';
import type { User } from '../chain/user';
import { serviceAccountUser } from '../chain/user';
import type { Lookups } from '../lookups';
import { Refusal, refuse } from '../refusal';
import { withField, withMeta } from '../registry/meta';
import type { Call, Store } from '../registry/store';
import type { RequestInfo } from '../request-info';
import type { Versioned } from '../storage/versioner';
import { applyPatch, decodeBody } from './decoding';
import { presented } from './negotiation';
import type { Reader } from './read';
import { type Answered, checkOptions } from './write';

interface Parts {
  readonly ctx: Ctx;
  readonly store: Store;
  readonly reader: Reader;
  readonly lookups: Lookups;
  readonly filters: Filters;
  readonly authenticator: Authenticator;
  readonly rbac: Rbac;
}

const CREATED: JsonObject = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
const MIN_TOKEN_SECONDS = 600;
const DEFAULT_TOKEN_SECONDS = 3_600;

export class Subresources {
  constructor(private readonly parts: Parts) {}

  *serve(request: HttpRequest, requested: RequestInfo, call: Call): Task<Answered | Refusal> {
    const { info, subresource } = call;
    if (subresource === '') return info.resource === 'bindings' ? yield* this.bind(request, call) : this.review(request, call);
    switch (subresource) {
      case 'status':
        return yield* this.getStatus(call);
      case 'scale':
        return yield* this.scale(request, requested, call);
      case 'binding':
        return yield* this.bind(request, call);
      case 'eviction':
        return yield* this.evict(request, call);
      case 'token':
        return yield* this.token(request, call);
      case 'finalize':
        return yield* this.finalize(request, call);
      case 'ephemeralcontainers':
        return yield* this.ephemeral(request, requested, call);
      default:
        return refuse(failure(501, 'NotImplemented', `the server does not implement ${info.resource}/${subresource}`));
    }
  }

  private *getStatus({ info, namespace, name }: Call): Task<Answered | Refusal> {
    const object = yield* this.parts.reader.object(info, namespace, name);
    return object instanceof Refusal ? object : { code: 200, body: presented(info, object, 'object', this.parts.ctx.now()) };
  }

  // ---- scale

  private *scale(request: HttpRequest, requested: RequestInfo, call: Call): Task<Answered | Refusal> {
    const { info, namespace, name } = call;
    if (requested.verb === 'get') {
      const object = yield* this.parts.reader.object(info, namespace, name);
      return object instanceof Refusal ? object : { code: 200, body: scaleOf(object) };
    }
    const options = checkOptions(requested.query, request.method === 'PUT' ? 'UpdateOptions' : 'PatchOptions');
    if (options !== null) return options;
    const updated = yield* this.parts.store.update(call, (old) => {
      const current = scaleOf(old);
      const wanted = request.method === 'PUT' ? decodeBody(request, SCALE) : applyPatch(request, SCALE, name, current as Versioned);
      return wanted instanceof Refusal ? wanted : rescaled(call, old, wanted);
    });
    return updated instanceof Refusal ? updated : { code: 200, body: scaleOf(updated) };
  }

  // ---- pods

  private *bind(request: HttpRequest, call: Call): Task<Answered | Refusal> {
    const body = decodeBody(request, BINDING);
    if (body instanceof Refusal) return body;
    const { target, metadata } = body as {
      target?: { readonly kind?: string; readonly name?: string };
      metadata?: { readonly name?: string; readonly uid?: string; readonly annotations?: { [key: string]: string } };
    };
    const name = call.name || metadata?.name || '';
    const node = target?.name ?? '';
    if (node === '') return refuse(invalid('', 'Binding', name, [{ type: 'FieldValueRequired', field: 'target.name', detail: '' }]));
    const updated = yield* this.parts.store.update({ ...call, name, info: this.podInfo(call) }, (pod) =>
      this.bound(pod, node, metadata ?? {}),
    );
    return updated instanceof Refusal ? updated : { code: 201, body: CREATED };
  }

  private podInfo(call: Call): Call['info'] {
    return call.info.resource === 'pods' ? call.info : PODS(this.parts.lookups);
  }

  private bound(
    object: Versioned,
    node: string,
    metadata: { readonly uid?: string; readonly annotations?: { [key: string]: string } },
  ): Versioned | Refusal {
    const pod = object as unknown as Pod;
    const { name } = pod.metadata;
    const target = { group: '', resource: 'pods/binding' };
    if (metadata.uid && metadata.uid !== pod.metadata.uid)
      return refuse(
        conflict(target, name, `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${pod.metadata.uid ?? ''}`),
      );
    if (pod.metadata.deletionTimestamp !== undefined)
      return refuse(conflict(target, name, `pod ${name} is being deleted, cannot be assigned to a host`));
    if (pod.spec.nodeName) return refuse(conflict(target, name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`));
    const scheduled: Condition = {
      type: 'PodScheduled',
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: rfc3339(this.parts.ctx.now()),
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    };
    const { observedGeneration: _, ...condition } = scheduled;
    const conditions = [...(pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled'), condition];
    const annotated = metadata.annotations
      ? withMeta(object, { annotations: { ...pod.metadata.annotations, ...metadata.annotations } })
      : object;
    return {
      ...annotated,
      spec: { ...(object.spec as JsonObject), nodeName: node },
      status: { ...(object.status as JsonObject), conditions: conditions as unknown as Json },
    };
  }

  private *evict(request: HttpRequest, call: Call): Task<Answered | Refusal> {
    const body = decodeBody(request, EVICTION);
    if (body instanceof Refusal) return body;
    const { store, reader } = this.parts;
    const pod = yield* reader.object(call.info, call.namespace, call.name);
    if (pod instanceof Refusal) return pod;
    const refused = yield* this.disrupt(call, pod);
    if (refused !== null) return refused;
    const options = isObject(body.deleteOptions) ? body.deleteOptions : {};
    const deleted = yield* store.delete({ ...call, subresource: '' }, options);
    return deleted instanceof Refusal ? deleted : { code: 201, body: CREATED };
  }

  /** Takes one disruption from the pod's budget, or refuses. Models core/pod/storage/eviction.go. */
  private *disrupt(call: Call, pod: Versioned): Task<Refusal | null> {
    const { lookups, store } = this.parts;
    const { phase } = (pod.status ?? {}) as { readonly phase?: string };
    if (phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined) return null;
    const budgets = lookups
      .cachedList('policy', 'poddisruptionbudgets', call.namespace)
      .filter((budget) =>
        matchesSelector(selectorOf((budget.spec as { readonly selector?: LabelSelector }).selector), pod.metadata.labels),
      );
    const [budget, second] = budgets;
    if (budget === undefined) return null;
    if (second !== undefined)
      return refuse(
        failure(500, 'InternalError', 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'),
      );
    const name = budget.metadata.name;
    const budgetCall: Call = { ...call, info: BUDGETS(lookups), subresource: 'status', name };
    const now = rfc3339(this.parts.ctx.now());
    const updated = yield* store.update(budgetCall, (current) => {
      const status = (current.status ?? {}) as {
        readonly disruptionsAllowed?: number;
        readonly desiredHealthy?: number;
        readonly currentHealthy?: number;
        readonly observedGeneration?: number;
        readonly disruptedPods?: JsonObject;
      };
      if ((status.observedGeneration ?? 0) < (current.metadata.generation ?? 0))
        return budgetRefusal(`The disruption budget ${name} is still being processed by the server.`, 10);
      if ((status.disruptionsAllowed ?? 0) <= 0)
        return budgetRefusal(
          `The disruption budget ${name} needs ${status.desiredHealthy ?? 0} healthy pods and has ${status.currentHealthy ?? 0} currently`,
          0,
        );
      return withField(current, 'status', {
        ...status,
        disruptionsAllowed: (status.disruptionsAllowed ?? 0) - 1,
        disruptedPods: { ...status.disruptedPods, [pod.metadata.name]: now },
      } as JsonObject);
    });
    return updated instanceof Refusal ? updated : null;
  }

  private *ephemeral(request: HttpRequest, requested: RequestInfo, call: Call): Task<Answered | Refusal> {
    if (requested.verb === 'get') return yield* this.getStatus(call);
    const updated = yield* this.parts.store.update(call, (old) => {
      const wanted = request.method === 'PUT' ? decodeBody(request, call.info) : applyPatch(request, call.info, call.name, old);
      if (wanted instanceof Refusal) return wanted;
      const { ephemeralContainers } = (wanted.spec ?? {}) as JsonObject;
      return withField(old, 'spec', { ...(old.spec as JsonObject), ephemeralContainers });
    });
    return updated instanceof Refusal ? updated : { code: 200, body: updated };
  }

  // ---- namespaces

  private *finalize(request: HttpRequest, call: Call): Task<Answered | Refusal> {
    const body = decodeBody(request, call.info);
    if (body instanceof Refusal) return body;
    const updated = yield* this.parts.store.update({ ...call, namespace: '' }, (old) => ({
      ...withField(old, 'spec', body.spec),
      metadata: { ...old.metadata, ...pickVersion(body) },
    }));
    return updated instanceof Refusal ? updated : { code: 200, body: updated };
  }

  // ---- service accounts

  private *token(request: HttpRequest, call: Call): Task<Answered | Refusal> {
    const body = decodeBody(request, TOKEN_REQUEST);
    if (body instanceof Refusal) return body;
    const { ctx, reader, lookups } = this.parts;
    const spec = (body.spec ?? {}) as {
      readonly audiences?: readonly string[] | null;
      readonly expirationSeconds?: number;
      readonly boundObjectRef?: {
        readonly kind: string;
        readonly name: string;
        readonly uid?: string;
        readonly apiVersion?: string;
      } | null;
    };
    const seconds = spec.expirationSeconds ?? DEFAULT_TOKEN_SECONDS;
    if (seconds < MIN_TOKEN_SECONDS) {
      const error: FieldError = {
        type: 'FieldValueInvalid',
        field: 'spec.expirationSeconds',
        value: seconds,
        detail: 'may not specify a duration less than 10 minutes',
      };
      return refuse(invalid(TOKEN_REQUEST.group, TOKEN_REQUEST.kind, '', [error]));
    }
    call.chain.write();
    const account = yield* reader.object(call.info, call.namespace, call.name);
    if (account instanceof Refusal) return account;
    const pod = spec.boundObjectRef?.kind === 'Pod' ? yield* reader.object(PODS(lookups), call.namespace, spec.boundObjectRef.name) : null;
    if (pod instanceof Refusal) return pod;
    if (pod !== null && spec.boundObjectRef?.uid && spec.boundObjectRef.uid !== pod.metadata.uid) {
      return refuse(
        conflict(
          { group: '', resource: 'pods' },
          pod.metadata.name,
          `the UID in the bound object reference (${spec.boundObjectRef.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
        ),
      );
    }
    const now = EPOCH_SECONDS + Math.floor(ctx.now() / SECOND);
    const audiences = spec.audiences && spec.audiences.length > 0 ? spec.audiences : [ISSUER];
    const nodeName = (pod?.spec as { readonly nodeName?: string } | undefined)?.nodeName;
    const node = nodeName ? lookups.cached('', 'nodes', '', nodeName) : null;
    const jti = lookups.names.uid(`token/${call.namespace}/${call.name}`);
    const token = signToken({
      aud: audiences,
      exp: now + seconds,
      iat: now,
      iss: ISSUER,
      jti,
      'kubernetes.io': {
        namespace: call.namespace,
        ...(node ? { node: { name: node.metadata.name, uid: node.metadata.uid ?? '' } } : {}),
        ...(pod ? { pod: { name: pod.metadata.name, uid: pod.metadata.uid ?? '' } } : {}),
        serviceaccount: { name: call.name, uid: account.metadata.uid ?? '' },
      },
      nbf: now,
      sub: serviceAccountUser(call.namespace, call.name),
    });
    const answer: JsonObject = {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {
        name: call.name,
        namespace: call.namespace,
        uid: lookups.names.uid(`tokenrequest/${call.namespace}/${call.name}`),
        creationTimestamp: rfc3339(ctx.now()),
      },
      spec: { audiences, expirationSeconds: seconds, boundObjectRef: (spec.boundObjectRef ?? null) as Json },
      status: { token, expirationTimestamp: rfc3339((ctx.now() + seconds * SECOND) as ReturnType<Ctx['now']>) },
    };
    return { code: 201, body: answer };
  }

  // ---- reviews

  private review(request: HttpRequest, call: Call): Answered | Refusal {
    const { info, user } = call;
    const body = decodeBody(request, info);
    if (body instanceof Refusal) return body;
    const spec = (body.spec ?? {}) as JsonObject;
    const answer = { kind: info.kind, apiVersion: groupVersion(info), metadata: {} };
    switch (info.resource) {
      case 'selfsubjectaccessreviews':
        return this.accessReview(answer, spec, user, info.kind);
      case 'subjectaccessreviews':
      case 'localsubjectaccessreviews':
        return this.accessReview(
          answer,
          spec,
          { name: String(spec.user ?? ''), groups: (spec.groups ?? []) as readonly string[] },
          info.kind,
        );
      case 'selfsubjectrulesreviews':
        return this.rulesReview(answer, spec, user);
      case 'selfsubjectreviews':
        return {
          code: 201,
          body: { ...answer, metadata: { creationTimestamp: rfc3339(this.parts.ctx.now()) }, status: { userInfo: userInfo(user) } },
        };
      case 'tokenreviews':
        return this.tokenReview(answer, spec);
      default:
        return refuse(failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {}));
    }
  }

  private accessReview(answer: JsonObject, spec: JsonObject, user: User, kind: string): Answered | Refusal {
    const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
    if (!isObject(resource) && !isObject(path)) {
      const text = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
      const error: FieldError = { type: 'FieldValueInvalid', field: 'spec.resourceAttributes', value: null, detail: text };
      return refuse(invalid('authorization.k8s.io', kind, '', [error]));
    }
    const { allowed, reason } = this.parts.filters.authorize(
      reviewAttributes(user, isObject(resource) ? resource : null, isObject(path) ? path : null),
    );
    return { code: 201, body: { ...answer, spec, status: { allowed, ...(reason === '' ? {} : { reason }) } } };
  }

  private rulesReview(answer: JsonObject, spec: JsonObject, user: User): Answered {
    const rules = this.parts.rbac.rulesFor(user, String(spec.namespace ?? ''));
    const resourceRules = rules.filter((rule) => (rule.resources?.length ?? 0) > 0);
    const nonResourceRules = rules.filter((rule) => (rule.nonResourceURLs?.length ?? 0) > 0);
    return { code: 201, body: { ...answer, spec: {}, status: { resourceRules, nonResourceRules, incomplete: false } as unknown as Json } };
  }

  private tokenReview(answer: JsonObject, spec: JsonObject): Answered {
    const user = this.parts.authenticator.tokenUser(String(spec.token ?? ''), this.parts.ctx.now());
    const status =
      user === null ? { user: {}, error: 'invalid bearer token' } : { authenticated: true, user: userInfo(user), audiences: [ISSUER] };
    return { code: 201, body: { ...answer, spec, status } };
  }
}

const userInfo = ({ name, uid, groups, extra }: User): JsonObject => ({
  username: name,
  ...(uid === undefined ? {} : { uid }),
  groups,
  ...(extra === undefined ? {} : { extra: extra as unknown as Json }),
});

function reviewAttributes(user: User, resource: JsonObject | null, path: JsonObject | null): Attributes {
  const text = (object: JsonObject | null, field: string): string => String(object?.[field] ?? '');
  return {
    user,
    verb: text(resource ?? path, 'verb'),
    isResource: resource !== null,
    group: text(resource, 'group'),
    resource: text(resource, 'resource'),
    subresource: text(resource, 'subresource'),
    namespace: text(resource, 'namespace'),
    name: text(resource, 'name'),
    path: text(path, 'path'),
  };
}

const subKind = (group: string, version: string, kind: string): Pick<SubresourceInfo, 'group' | 'version' | 'kind'> => ({
  group,
  version,
  kind,
});
const SCALE = subKind('autoscaling', 'v1', 'Scale');
const BINDING = subKind('', 'v1', 'Binding');
const EVICTION = subKind('policy', 'v1', 'Eviction');
const TOKEN_REQUEST = subKind('authentication.k8s.io', 'v1', 'TokenRequest');
const PODS = (lookups: Lookups): Call['info'] => lookups.resource('', 'pods');
const BUDGETS = (lookups: Lookups): Call['info'] => lookups.resource('policy', 'poddisruptionbudgets');

function budgetRefusal(message: string, retryAfterSeconds: number): Refusal {
  const details = { causes: [{ reason: 'DisruptionBudget', message }], ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}) };
  return refuse(failure(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", details));
}

const pickVersion = (body: JsonObject): JsonObject => {
  const { resourceVersion, uid } = (body.metadata ?? {}) as { readonly resourceVersion?: string; readonly uid?: string };
  return { ...(resourceVersion ? { resourceVersion } : {}), ...(uid ? { uid } : {}) };
};

function scaleOf(object: Versioned): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const spec = (object.spec ?? {}) as { readonly replicas?: number; readonly selector?: LabelSelector };
  const { replicas = 0 } = (object.status ?? {}) as { readonly replicas?: number };
  const selector =
    object.kind === 'ReplicationController'
      ? selectorOf({ matchLabels: (spec.selector ?? {}) as { [key: string]: string } })
      : selectorOf(spec.selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace ? { namespace } : {}), uid, resourceVersion, creationTimestamp },
    spec: spec.replicas ? { replicas: spec.replicas } : {},
    status: { replicas, selector: selectorText(selector) },
  };
}

function rescaled({ name }: Call, old: Versioned, wanted: JsonObject): Versioned | Refusal {
  const { replicas = 0 } = (wanted.spec ?? {}) as { readonly replicas?: number };
  if (replicas < 0) {
    const error: FieldError = {
      type: 'FieldValueInvalid',
      field: 'spec.replicas',
      value: replicas,
      detail: 'must be greater than or equal to 0',
    };
    return refuse(invalid('autoscaling', 'Scale', name, [error]));
  }
  const { resourceVersion } = (wanted.metadata ?? {}) as { readonly resourceVersion?: string };
  if (resourceVersion && resourceVersion !== old.metadata.resourceVersion)
    return refuse(conflict({ group: '', resource: '' }, name, OPTIMISTIC_LOCK));
  const spec: JsonObject = { ...(old.spec as JsonObject), replicas };
  return withField(old, 'spec', spec);
}
