// Role-based access: which binding of which role lets a user do something. Pure.
// Models plugin/pkg/auth/authorizer/rbac (rbac.go), pkg/registry/rbac/validation (rule.go) and
// pkg/apis/rbac/v1/evaluation_helpers.go. Bindings are looked at in the order of their keys.
import type { PolicyRule, Role, RoleBinding } from '../../../machinery/types';
import { serviceAccountUser, type User } from './user';

/** What is asked of an authorizer. */
export interface Attributes {
  readonly user: User;
  readonly verb: string;
  readonly isResource: boolean;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Of a non-resource request. */
  readonly path: string;
  /** `spec.nodeName=node-1` of a list or watch, as sent. */
  readonly fieldSelector?: string;
}
export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

type Subject = NonNullable<RoleBinding['subjects']>[number];

export interface RbacObjects {
  readonly clusterRole: (name: string) => Role | null;
  readonly role: (namespace: string, name: string) => Role | null;
  readonly clusterRoleBindings: () => readonly RoleBinding[];
  readonly roleBindings: (namespace: string) => readonly RoleBinding[];
}

/** A rule that a user has, and by what. */
interface Granted {
  readonly rule: PolicyRule;
  readonly reason: string;
}

/** Remembers each user's rules and answers until RBAC objects change; then `forget` must be called. */
export class Rbac {
  private readonly clusterWide = new Map<string, readonly Granted[]>();
  private readonly inNamespace = new Map<string, readonly Granted[]>();
  private readonly decisions = new Map<string, Decision>();

  constructor(private readonly objects: RbacObjects) {}

  forget(): void {
    this.clusterWide.clear();
    this.inNamespace.clear();
    this.decisions.clear();
  }

  authorize(attributes: Attributes): Decision {
    const { user, verb, group, resource, subresource, namespace, name, path } = attributes;
    const who = identityOf(user);
    const key = attributes.isResource
      ? `${who} ${verb} ${group}/${resource}/${subresource} ${namespace} ${name}`
      : `${who} ${verb} ${path}`;
    let decision = this.decisions.get(key);
    if (decision === undefined) {
      decision = this.decide(attributes, who);
      if (this.decisions.size > MAX_DECISIONS) this.decisions.clear();
      this.decisions.set(key, decision);
    }
    return decision;
  }

  /** All rules of a user, cluster-wide ones first: for SelfSubjectRulesReview. */
  rulesFor(user: User, namespace: string): PolicyRule[] {
    const who = identityOf(user);
    return [...this.granted(user, who, ''), ...(namespace === '' ? [] : this.granted(user, who, namespace))].map(({ rule }) => rule);
  }

  private decide(attributes: Attributes, who: string): Decision {
    const { user, namespace } = attributes;
    for (const { rule, reason } of this.granted(user, who, '')) if (ruleAllows(attributes, rule)) return { allowed: true, reason };
    if (namespace !== '') {
      for (const { rule, reason } of this.granted(user, who, namespace)) if (ruleAllows(attributes, rule)) return { allowed: true, reason };
    }
    return NO_OPINION;
  }

  private granted(user: User, who: string, namespace: string): readonly Granted[] {
    const memo = namespace === '' ? this.clusterWide : this.inNamespace;
    const key = namespace === '' ? who : `${namespace} ${who}`;
    let granted = memo.get(key);
    if (granted === undefined) {
      granted = namespace === '' ? this.fromClusterRoleBindings(user) : this.fromRoleBindings(user, namespace);
      memo.set(key, granted);
    }
    return granted;
  }

  private fromClusterRoleBindings(user: User): Granted[] {
    return this.objects.clusterRoleBindings().flatMap((binding) => {
      const index = firstApplicable(user, binding.subjects ?? [], '');
      if (index < 0) return [];
      const reason = `RBAC: allowed by ClusterRoleBinding ${quote(binding.metadata.name)} of ClusterRole ${quote(binding.roleRef.name)} to ${subjectText(binding.subjects?.[index])}`;
      return (this.objects.clusterRole(binding.roleRef.name)?.rules ?? []).map((rule) => ({ rule, reason }));
    });
  }

  private fromRoleBindings(user: User, namespace: string): Granted[] {
    return this.objects.roleBindings(namespace).flatMap((binding) => {
      const index = firstApplicable(user, binding.subjects ?? [], namespace);
      if (index < 0) return [];
      const { kind, name } = binding.roleRef;
      const role = kind === 'ClusterRole' ? this.objects.clusterRole(name) : this.objects.role(namespace, name);
      const reason = `RBAC: allowed by RoleBinding ${quote(`${binding.metadata.name}/${namespace}`)} of ${kind} ${quote(name)} to ${subjectText(binding.subjects?.[index])}`;
      return (role?.rules ?? []).map((rule) => ({ rule, reason }));
    });
  }
}

const MAX_DECISIONS = 20_000;
const NO_OPINION: Decision = { allowed: false, reason: '' };
const quote = (text: string | undefined): string => JSON.stringify(text ?? '');

const identities = new WeakMap<User, string>();
function identityOf(user: User): string {
  let identity = identities.get(user);
  if (identity === undefined) identities.set(user, (identity = `${user.name} ${user.groups.join(',')}`));
  return identity;
}

function subjectText(subject: Subject | undefined): string {
  if (subject === undefined) return '';
  const { kind, name, namespace } = subject;
  return `${kind} ${quote(kind === 'ServiceAccount' ? `${name}/${namespace ?? ''}` : name)}`;
}

/** Index of the first subject that the user is, or -1. */
export function firstApplicable(user: User, subjects: readonly Subject[], bindingNamespace: string): number {
  return subjects.findIndex((subject) => {
    if (subject.kind === 'User') return user.name === subject.name;
    if (subject.kind === 'Group') return user.groups.includes(subject.name);
    if (subject.kind !== 'ServiceAccount') return false;
    const namespace = subject.namespace ? subject.namespace : bindingNamespace;
    return namespace !== '' && user.name === serviceAccountUser(namespace, subject.name);
  });
}

export function ruleAllows(attributes: Omit<Attributes, 'user'>, rule: PolicyRule): boolean {
  if (!matchesAny(rule.verbs, attributes.verb)) return false;
  if (!attributes.isResource) return nonResourceMatches(rule.nonResourceURLs ?? [], attributes.path);
  const { group, resource, subresource, name } = attributes;
  return (
    matchesAny(rule.apiGroups ?? [], group) &&
    resourceMatches(rule.resources ?? [], subresource === '' ? resource : `${resource}/${subresource}`, subresource) &&
    ((rule.resourceNames?.length ?? 0) === 0 || (rule.resourceNames ?? []).includes(name))
  );
}

const matchesAny = (allowed: readonly string[], asked: string): boolean => allowed.includes('*') || allowed.includes(asked);

const resourceMatches = (allowed: readonly string[], combined: string, subresource: string): boolean =>
  matchesAny(allowed, combined) || (subresource !== '' && allowed.includes(`*/${subresource}`));

const nonResourceMatches = (allowed: readonly string[], path: string): boolean =>
  allowed.some((url) => url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1).replace(/\*+$/, ''))));
