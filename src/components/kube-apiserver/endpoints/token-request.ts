// Tokens of service accounts, as kubelets ask for them. Models pkg/registry/core/serviceaccount/storage/token.go and
// authentication validation's ValidateTokenRequest. Left out: the longer life of tokens that pods will not renew.
import { SECOND, simTime } from '../../../base/brand';
import type { Json, JsonObject } from '../../../base/json';
import { badRequest, conflict, type FieldError, fieldInvalid, invalid } from '../../../machinery/status';
import { EPOCH_SECONDS, rfc3339 } from '../../../machinery/time';
import type { Ctx } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import type { HttpRequest } from '../../../wire/payload';
import { ISSUER, signToken } from '../chain/token';
import { serviceAccountUser } from '../chain/user';
import type { Lookups } from '../lookups';
import { Refusal, refuse } from '../refusal';
import type { Call, Store } from '../registry/store';
import type { RequestInfo } from '../request-info';
import type { Versioned } from '../storage/versioner';
import { decodeBody, type Kind } from './decoding';
import type { Reader } from './read';
import { type Answered, readingOf } from './write';

const TOKEN_REQUEST: Kind = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };
const LEAST_SECONDS = 600;
const MOST_SECONDS = 2 ** 32;

interface Spec {
  readonly audiences?: readonly string[] | null;
  readonly expirationSeconds?: number;
  readonly boundObjectRef?: ObjectRef | null;
}
interface ObjectRef {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly name?: string;
  readonly uid?: string;
}
/** What a token is bound to: it dies with it. */
type Bound = { readonly [kind in 'pod' | 'node' | 'secret']?: Versioned };
interface Parts {
  readonly ctx: Ctx;
  readonly reader: Reader;
  readonly store: Store;
  readonly lookups: Lookups;
}

export function* requestToken(parts: Parts, request: HttpRequest, { query }: RequestInfo, call: Call): Task<Answered | Refusal> {
  const { info, namespace, name } = call;
  const body = decodeBody(request, TOKEN_REQUEST, readingOf(query, call.warnings));
  if (body instanceof Refusal) return body;
  const elsewhere = placeProblem(body, call);
  if (elsewhere !== null) return elsewhere;
  const account = yield* parts.reader.object(info, namespace, name);
  if (account instanceof Refusal) return account;
  const spec = (body.spec ?? {}) as Spec;
  const seconds = spec.expirationSeconds ?? 0;
  const wrong = durationProblem(seconds);
  const refused = parts.store.review(
    call,
    body,
    wrong === null ? null : refuse(invalid(TOKEN_REQUEST.group, TOKEN_REQUEST.kind, '', [wrong])),
  );
  if (refused !== null) return refused;
  const bound = yield* boundTo(parts, call, spec.boundObjectRef ?? null);
  if (bound instanceof Refusal) return bound;
  return issued(parts, call, account, { ...spec, audiences: spec.audiences?.length ? spec.audiences : [ISSUER] }, bound);
}

function placeProblem({ metadata }: Versioned, { namespace, name }: Call): Refusal | null {
  const differs = (given: string | undefined, wanted: string, field: string): FieldError[] =>
    given && given !== wanted ? [fieldInvalid(`metadata.${field}`, given, `must match the service account ${field} if specified`)] : [];
  const errors = [...differs(metadata.name, name, 'name'), ...differs(metadata.namespace, namespace, 'namespace')].slice(0, 1);
  return errors.length === 0 ? null : refuse(invalid(TOKEN_REQUEST.group, TOKEN_REQUEST.kind, name, errors));
}

function durationProblem(seconds: number): FieldError | null {
  const field = 'spec.expirationSeconds';
  if (seconds < LEAST_SECONDS) return fieldInvalid(field, seconds, 'may not specify a duration less than 10 minutes');
  return seconds > MOST_SECONDS ? fieldInvalid(field, seconds, 'may not specify a duration larger than 2^32 seconds') : null;
}

function* boundTo({ reader, lookups }: Parts, { namespace, name }: Call, ref: ObjectRef | null): Task<Bound | Refusal> {
  if (ref === null) return {};
  const { kind = '', apiVersion = '', name: target = '', uid } = ref;
  const resource = apiVersion === 'v1' ? RESOURCES[kind] : undefined;
  if (resource === undefined) return refuse(badRequest(`cannot bind token to object of type ${apiVersion}, Kind=${kind}`));
  const object = yield* reader.object(lookups.resource('', resource), resource === 'nodes' ? '' : namespace, target);
  if (object instanceof Refusal) return object;
  const { nodeName, serviceAccountName } = (object.spec ?? {}) as { readonly nodeName?: string; readonly serviceAccountName?: string };
  if (kind === 'Pod' && serviceAccountName !== name)
    return refuse(badRequest(`cannot bind token for serviceaccount "${name}" to pod running with different serviceaccount name.`));
  if (uid && uid !== object.metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    return refuse(conflict({ group: '', resource: kind }, target, why));
  }
  if (kind !== 'Pod') return { [kind.toLowerCase()]: object };
  const node = nodeName ? lookups.cached('', 'nodes', '', nodeName) : null;
  return node === null ? { pod: object } : { pod: object, node };
}
const RESOURCES: { readonly [kind: string]: string } = { Pod: 'pods', Node: 'nodes', Secret: 'secrets' };

function issued({ ctx, lookups }: Parts, { namespace, name }: Call, account: Versioned, spec: Spec, bound: Bound): Answered {
  const { audiences = [], expirationSeconds: seconds = 0, boundObjectRef = null } = spec;
  const now = EPOCH_SECONDS + Math.floor(ctx.now() / SECOND);
  const reference = ({ metadata }: Versioned) => ({ name: metadata.name, uid: metadata.uid ?? '' });
  const { node, pod, secret } = bound;
  const token = signToken({
    aud: audiences ?? [],
    exp: now + seconds,
    iat: now,
    iss: ISSUER,
    jti: lookups.names.uid(`token/${namespace}/${name}`),
    'kubernetes.io': {
      namespace,
      ...(node ? { node: reference(node) } : {}),
      ...(pod ? { pod: reference(pod) } : {}),
      ...(secret ? { secret: reference(secret) } : {}),
      serviceaccount: reference(account),
    },
    nbf: now,
    sub: serviceAccountUser(namespace, name),
  });
  const uid = lookups.names.uid(`tokenrequest/${namespace}/${name}`);
  const body: JsonObject = {
    kind: TOKEN_REQUEST.kind,
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, uid, creationTimestamp: rfc3339(ctx.now()) },
    spec: { audiences: audiences as Json, expirationSeconds: seconds, boundObjectRef: boundObjectRef as Json },
    status: { token, expirationTimestamp: rfc3339(simTime(ctx.now() + seconds * SECOND)) },
  };
  return { code: 201, body };
}
