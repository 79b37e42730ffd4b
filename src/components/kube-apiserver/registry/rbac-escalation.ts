// Nobody grants by a role or a binding what they do not have. Models pkg/registry/rbac (escalation_check.go,
// */policybased/storage.go) and its validation (ConfirmNoEscalation, policy_comparator.go, policy_compact.go).
import { type Json, jsonEqual } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { goQuote } from '../../../machinery/go-json';
import { forbidden, notFound, plainError } from '../../../machinery/status';
import type { PolicyRule, Role, RoleBinding } from '../../../machinery/types';
import type { Task } from '../../../sim/task';
import type { Attributes, Decision } from '../chain/rbac';
import { MASTERS, type User } from '../chain/user';
import { type Refusal, refuse } from '../refusal';
import type { Versioned } from '../storage/versioner';
import type { Around, Begun, Call } from './store';

/** What the check asks of the authorizer and its rules. */
interface Authority {
  authorize(attributes: Attributes): Decision;
  rulesFor(user: User, namespace: string): readonly PolicyRule[];
  role(namespace: string, name: string): Role | null;
  clusterRole(name: string): Role | null;
}

const GROUP = 'rbac.authorization.k8s.io';
const EVERYTHING: readonly PolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];

/** Of roles, cluster roles and their bindings. */
export const escalationCheck = (authority: Authority): Around => ({
  *begin(call, object, old): Task<Begun | Refusal> {
    return problemOf(authority, call, object, old) ?? { object, finish: nothing };
  },
  deleted: nothing,
});

function* nothing(): Task<void> {}

function problemOf(authority: Authority, call: Call, object: Versioned, old: Versioned | null): Refusal | null {
  const { info, user } = call;
  if (user.groups.includes(MASTERS) || (old !== null && onlyOwnersChange(object, old))) return null;
  return info.resource.endsWith('bindings')
    ? bindingProblem(authority, call, object as unknown as RoleBinding)
    : roleProblem(authority, call, object as unknown as Role & { readonly aggregationRule?: Json });
}

/** Such changes the garbage collector makes. */
function onlyOwnersChange(next: Versioned, old: Versioned): boolean {
  const rest = ({ metadata, ...object }: Versioned): Json => {
    const { ownerReferences: _o, finalizers: _f, ...meta } = metadata;
    return { ...object, metadata: meta as unknown as Json };
  };
  return jsonEqual(rest(next), rest(old));
}

function roleProblem(authority: Authority, call: Call, role: Role & { readonly aggregationRule?: Json }): Refusal | null {
  const { info } = call;
  if (may(authority, call, 'escalate', info.resource, role.metadata.name)) return null;
  if (role.aggregationRule !== undefined && missing(authority, call, EVERYTHING).length > 0)
    return refuse(forbidden(info, role.metadata.name, 'must have cluster-admin privileges to use an aggregationRule'));
  return escalation(authority, call, role.metadata.name, role.rules ?? []);
}

function bindingProblem(authority: Authority, call: Call, { metadata, roleRef }: RoleBinding): Refusal | null {
  const { kind, name } = roleRef;
  const resource = kind === 'ClusterRole' ? 'clusterroles' : kind === 'Role' ? 'roles' : null;
  if (resource === null) return refuse(plainError(`unsupported role reference kind: ${goQuote(kind)}`));
  if (may(authority, call, 'bind', resource, name)) return null;
  const role = resource === 'roles' ? authority.role(call.namespace, name) : authority.clusterRole(name);
  if (role === null) return refuse(notFound({ group: GROUP, resource }, name));
  return escalation(authority, call, metadata.name, role.rules ?? []);
}

const may = (authority: Authority, { user, namespace }: Call, verb: string, resource: string, name: string): boolean =>
  authority.authorize({ user, verb, isResource: true, group: GROUP, resource, subresource: '', namespace, name, path: '' }).allowed;

function escalation(authority: Authority, call: Call, name: string, rules: readonly PolicyRule[]): Refusal | null {
  const lacking = compact(missing(authority, call, rules)).map(ruleText);
  if (lacking.length === 0) return null;
  const { name: who, groups } = call.user;
  const list = [...new Set(lacking)].sort(compareBytes).join('\n');
  const message = `user ${goQuote(who)} (groups=${quoted(groups)}) is attempting to grant RBAC permissions not currently held:\n${list}`;
  return refuse(forbidden(call.info, name, message));
}

// ---- Rules against rules

const missing = (authority: Authority, { user, namespace }: Call, rules: readonly PolicyRule[]): readonly PolicyRule[] =>
  uncovered(authority.rulesFor(user, namespace), rules);

/** The single permissions of `wanted` that no rule of `owned` covers. */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  return wanted.flatMap(singles).filter((single) => !owned.some((rule) => covers(rule, single)));
}

/** One rule for each verb of each resource of each group, or of each path. */
function singles({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): PolicyRule[] {
  const single: PolicyRule[] = [];
  for (const group of apiGroups)
    for (const resource of resources)
      for (const verb of verbs) {
        const rule = { apiGroups: [group], resources: [resource], verbs: [verb] };
        if (resourceNames.length === 0) single.push(rule);
        else for (const name of resourceNames) single.push({ ...rule, resourceNames: [name] });
      }
  for (const url of nonResourceURLs) for (const verb of verbs) single.push({ nonResourceURLs: [url], verbs: [verb] });
  return single;
}

function covers(rule: PolicyRule, single: PolicyRule): boolean {
  const all = (owned: readonly string[] = [], asked: readonly string[] = [], any = '*'): boolean =>
    owned.includes(any) || asked.every((item) => owned.includes(item));
  const resource = single.resources?.[0] ?? '';
  const slash = resource.indexOf('/');
  const byResource = all(rule.resources, single.resources) || (slash >= 0 && (rule.resources ?? []).includes(`*${resource.slice(slash)}`));
  const byName =
    (rule.resourceNames?.length ?? 0) === 0 || (single.resourceNames !== undefined && all(rule.resourceNames, single.resourceNames, ''));
  const url = single.nonResourceURLs?.[0];
  const byUrl =
    url === undefined || (rule.nonResourceURLs ?? []).some((own) => own === url || (own.endsWith('*') && url.startsWith(own.slice(0, -1))));
  return all(rule.verbs, single.verbs) && all(rule.apiGroups, single.apiGroups) && byResource && byName && byUrl;
}

/** Permissions on one resource become one rule with several verbs. */
function compact(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const joined = new Map<string, PolicyRule>();
  const others: PolicyRule[] = [];
  for (const rule of rules) {
    const { apiGroups, resources, resourceNames = [], verbs } = rule;
    if (apiGroups === undefined || resources === undefined) {
      others.push(rule);
      continue;
    }
    const key = [...apiGroups, ...resources, ...resourceNames].join('\0');
    const known = joined.get(key);
    joined.set(key, known === undefined ? rule : { ...known, verbs: [...new Set([...known.verbs, ...verbs])] });
  }
  return [...others, ...joined.values()];
}

const quoted = (texts: readonly string[]): string => `[${texts.map(goQuote).join(' ')}]`;

function ruleText({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts = Object.entries({
    APIGroups: apiGroups,
    Resources: resources,
    NonResourceURLs: nonResourceURLs,
    ResourceNames: resourceNames,
    Verbs: verbs,
  });
  return `{${parts.flatMap(([name, texts]) => (texts && texts.length > 0 ? [`${name}:${quoted(texts)}`] : [])).join(', ')}}`;
}
