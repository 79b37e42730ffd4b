// Questions that are answered and not stored: who am I, what may I do, whose is this token.
// Models pkg/registry/{authentication,authorization} and authorization validation.
import { isObject, type Json, type JsonObject } from '../../../base/json';
import { groupVersion } from '../../../machinery/resources';
import { badRequest, genericResponse, invalid } from '../../../machinery/status';
import { rfc3339 } from '../../../machinery/time';
import { Findings } from '../../../machinery/validation/findings';
import type { Ctx } from '../../../sim/process';
import type { HttpRequest } from '../../../wire/payload';
import type { Authenticator } from '../chain/authentication';
import type { Filters } from '../chain/filters';
import type { Attributes, Rbac } from '../chain/rbac';
import { ISSUER } from '../chain/token';
import type { User } from '../chain/user';
import { Refusal, refuse } from '../refusal';
import type { Call, Store } from '../registry/store';
import type { RequestInfo } from '../request-info';
import type { Versioned } from '../storage/versioner';
import { decodeBody } from './decoding';
import { type Answered, readingOf } from './write';

interface Parts {
  readonly ctx: Ctx;
  readonly filters: Filters;
  readonly authenticator: Authenticator;
  readonly rbac: Rbac;
  readonly store: Store;
}

export class Reviews {
  constructor(private readonly parts: Parts) {}

  serve(request: HttpRequest, { query }: RequestInfo, call: Call): Answered | Refusal {
    const { info, user } = call;
    const review = decodeBody(request, info, readingOf(query, call.warnings));
    if (review instanceof Refusal) return review;
    switch (info.resource) {
      case 'selfsubjectaccessreviews':
        return this.access(call, review, user);
      case 'subjectaccessreviews':
      case 'localsubjectaccessreviews':
        return this.access(call, review, null);
      case 'selfsubjectrulesreviews':
        return this.rules(call, review);
      case 'selfsubjectreviews':
        return (
          this.admitted(call, review) ??
          answered(call, { metadata: { creationTimestamp: rfc3339(this.parts.ctx.now()) }, status: { userInfo: userInfo(user) } })
        );
      case 'tokenreviews':
        return this.token(call, review);
      default:
        return refuse(genericResponse(405));
    }
  }

  /** `self` null: the review names whom it asks about. */
  private access(call: Call, review: Versioned, self: User | null): Answered | Refusal {
    const { info, namespace } = call;
    const spec = specOf(review);
    const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
    const found = new Findings();
    if (isObject(resource) && isObject(path))
      found.invalid('spec.nonResourceAttributes', path, 'cannot be specified in combination with resourceAttributes');
    if (!isObject(resource) && !isObject(path)) {
      const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
      found.invalid('spec.resourceAttributes', 'null', detail);
    }
    const user = self ?? { name: String(spec.user ?? ''), groups: (spec.groups ?? []) as readonly string[] };
    if (self === null && user.name === '' && user.groups.length === 0)
      found.invalid('spec.user', '', 'at least one of user or group must be specified');
    if (info.namespaced && isObject(resource) && (resource.namespace ?? '') !== namespace)
      found.invalid('spec.resourceAttributes.namespace', resource.namespace ?? '', 'must match metadata.namespace');
    const refused = this.admitted(call, review, found);
    if (refused !== null) return refused;
    const asked = attributesOf(user, isObject(resource) ? resource : null, isObject(path) ? path : null);
    const { allowed, reason } = this.parts.filters.authorize(asked);
    return answered(call, { spec, status: { allowed, ...(reason === '' ? {} : { reason }) } });
  }

  private admitted(call: Call, review: Versioned, { errors }: Findings = new Findings()): Refusal | null {
    const { group, kind } = call.info;
    return this.parts.store.review(call, review, errors.length === 0 ? null : refuse(invalid(group, kind, '', errors)));
  }

  private rules(call: Call, review: Versioned): Answered | Refusal {
    const { namespace } = specOf(review);
    if (typeof namespace !== 'string' || namespace === '') return refuse(badRequest('no namespace on request'));
    const refused = this.admitted(call, review);
    if (refused !== null) return refused;
    const rules = this.parts.rbac.rulesFor(call.user, namespace);
    const resourceRules = rules.filter((rule) => (rule.resources?.length ?? 0) > 0);
    const nonResourceRules = rules.filter((rule) => (rule.nonResourceURLs?.length ?? 0) > 0);
    return answered(call, { spec: {}, status: { resourceRules, nonResourceRules, incomplete: false } as unknown as Json });
  }

  private token(call: Call, review: Versioned): Answered | Refusal {
    const spec = specOf(review);
    if (typeof spec.token !== 'string') return refuse(badRequest('token is required for TokenReview in authentication'));
    const refused = this.admitted(call, review);
    if (refused !== null) return refused;
    const user = this.parts.authenticator.tokenUser(spec.token, this.parts.ctx.now());
    const status =
      user === null ? { user: {}, error: 'invalid bearer token' } : { authenticated: true, user: userInfo(user), audiences: [ISSUER] };
    return answered(call, { spec, status });
  }
}

const specOf = (review: Versioned): JsonObject => (isObject(review.spec) ? review.spec : {});

const answered = ({ info }: Call, answer: JsonObject): Answered => ({
  code: 201,
  body: { kind: info.kind, apiVersion: groupVersion(info), metadata: {}, ...answer },
});

const userInfo = ({ name, uid, groups, extra }: User): JsonObject => ({
  username: name,
  ...(uid === undefined ? {} : { uid }),
  groups,
  ...(extra === undefined ? {} : { extra: extra as unknown as Json }),
});

function attributesOf(user: User, resource: JsonObject | null, path: JsonObject | null): Attributes {
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
