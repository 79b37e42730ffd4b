// The first chambers of the chain, which every request passes: authentication, impersonation, priority and
// fairness, authorization. Models apiserver pkg/endpoints/filters and the order of pkg/server/config.go.

import type { SimTime } from '../../../base/brand';
import type { JsonObject } from '../../../base/json';
import { forbidden, unauthorized } from '../../../machinery/status';
import type { HttpRequest } from '../../../wire/payload';
import { Refusal, refuse } from '../refusal';
import type { RequestInfo } from '../request-info';
import { type Authenticator, impersonated } from './authentication';
import type { Chain } from './chain';
import type { FlowControl } from './flow-control';
import type { NodeAuthorizer } from './node-authorizer';
import type { Attributes, Decision, Rbac } from './rbac';
import type { User } from './user';

export class Filters {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly flowControl: FlowControl,
    private readonly node: NodeAuthorizer,
    private readonly rbac: Rbac,
  ) {}

  /** The user in whose name the request goes on, or why it does not. */
  pass(request: HttpRequest, info: RequestInfo, now: SimTime, chain: Chain): User | Refusal {
    const identified = this.authenticator.authenticate(request, now);
    if (identified === null) {
      chain.add({ stage: 'authentication', verdict: 'refused', reason: 'invalid bearer token' });
      return refuse(unauthorized());
    }
    chain.add({ stage: 'authentication', verdict: 'ok', reason: identified.how });
    const user = this.impersonate(request, identified.user, chain);
    if (user instanceof Refusal) return user;
    chain.user = user;
    const attributes = attributesOf(user, info);
    chain.add({ stage: 'priority-and-fairness', ...this.flowControl.classify(attributes) });
    const { allowed, reason } = this.authorize(attributes);
    chain.add({ stage: 'authorization', verdict: allowed ? 'ok' : 'refused', reason });
    return allowed ? user : refusedTo(attributes, reason);
  }

  /** The authorizers in their order: the first that allows decides. */
  authorize(attributes: Attributes): Decision {
    if (attributes.user.groups.includes('system:masters')) return ALLOWED;
    const node = this.node.authorize(attributes);
    if (node.allowed) return node;
    const rbac = this.rbac.authorize(attributes);
    if (rbac.allowed) return rbac;
    return { allowed: false, reason: [node.reason, rbac.reason].filter((reason) => reason !== '').join('\n') };
  }

  private impersonate(request: HttpRequest, user: User, chain: Chain): User | Refusal {
    const wanted = impersonated(request);
    if (wanted === null) return user;
    const attributes = impersonation(user, wanted);
    const { allowed, reason } = this.authorize(attributes);
    const stage: JsonObject = { stage: 'impersonation', verdict: allowed ? 'ok' : 'refused', reason, as: wanted.name };
    chain.add(stage);
    return allowed ? wanted : refusedTo(attributes, reason);
  }
}

const ALLOWED: Decision = { allowed: true, reason: '' };

function impersonation(user: User, wanted: User): Attributes {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(wanted.name);
  return {
    user,
    verb: 'impersonate',
    isResource: true,
    group: '',
    resource: account ? 'serviceaccounts' : 'users',
    subresource: '',
    namespace: account?.[1] ?? '',
    name: account?.[2] ?? wanted.name,
    path: '',
  };
}

const attributesOf = (user: User, info: RequestInfo): Attributes => ({
  user,
  verb: info.verb,
  isResource: info.isResource,
  group: info.group,
  resource: info.resource,
  subresource: info.subresource,
  namespace: info.namespace,
  name: info.name,
  path: info.path,
  ...(info.query.fieldSelector === undefined ? {} : { fieldSelector: info.query.fieldSelector }),
});

/** Models pkg/endpoints/handlers/responsewriters/errors.go (Forbidden). */
function refusedTo({ user, verb, isResource, group, resource, subresource, namespace, name, path }: Attributes, reason: string): Refusal {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? ' at the cluster scope' : ` in the namespace "${namespace}"`;
  const what = isResource ? `cannot ${verb} resource "${combined}" in API group "${group}"${where}` : `cannot ${verb} path "${path}"`;
  const message = `User "${user.name}" ${what}${reason === '' ? '' : `: ${reason}`}`;
  return refuse(forbidden({ group, resource }, name, message));
}
