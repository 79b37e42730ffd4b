// kubectl create role, clusterrole, rolebinding, clusterrolebinding. Models kubectl pkg/cmd/create.
import type { JsonObject } from '../../../base/json';
import type { Task } from '../../../sim/task';
import { resolve } from '../discovery';
import { CommandError, fail } from '../errors';
import type { Command, Session } from '../session';
import { CREATE_FLAGS, createObject, nameArgument } from './object';

const RBAC = 'rbac.authorization.k8s.io';

export const createRole: Command = { flags: `${CREATE_FLAGS} verb:list resource:list resource-name:array`, run: role };
export const createClusterRole: Command = {
  flags: `${CREATE_FLAGS} verb:list resource:list resource-name:array non-resource-url:list aggregation-rule`,
  run: clusterRole,
};
const BINDING = `${CREATE_FLAGS} role clusterrole user:array group:array serviceaccount:array`;
export const createRoleBinding: Command = { flags: BINDING, run: roleBinding };
export const createClusterRoleBinding: Command = { flags: BINDING, run: clusterRoleBinding };

function* role(session: Session): Task<void> {
  const name = nameArgument(session);
  const rules = yield* resourceRules(session);
  yield* createObject(session, { kind: 'Role', apiVersion: `${RBAC}/v1`, metadata: { name }, rules }, { failure: null });
}

function* clusterRole(session: Session): Task<void> {
  const name = nameArgument(session);
  const { flags } = session;
  const urls = flags.list('non-resource-url');
  const aggregation = flags.text('aggregation-rule');
  if (aggregation !== '') {
    const matchLabels = Object.fromEntries(aggregation.split(',').map((pair) => pair.split('=') as [string, string]));
    const object = {
      kind: 'ClusterRole',
      apiVersion: `${RBAC}/v1`,
      metadata: { name },
      rules: null,
      aggregationRule: { clusterRoleSelectors: [{ matchLabels }] },
    };
    return yield* createObject(session, object, { failure: null });
  }
  const rules = flags.list('resource').length > 0 || urls.length === 0 ? yield* resourceRules(session) : [];
  const all = urls.length > 0 ? [...rules, { verbs: verbsOf(session), nonResourceURLs: urls }] : rules;
  yield* createObject(session, { kind: 'ClusterRole', apiVersion: `${RBAC}/v1`, metadata: { name }, rules: all }, { failure: null });
}

function verbsOf(session: Session): readonly string[] {
  const verbs = [...new Set(session.flags.list('verb'))];
  if (verbs.length === 0) throw fail('at least one verb must be specified');
  return verbs.includes('*') ? ['*'] : verbs;
}

/** An unknown one is told without `error: `. */
function* resourceNamed(session: Session, type: string): Task<{ readonly group: string; readonly resource: string }> {
  try {
    return yield* resolve(session, type);
  } catch (error) {
    throw error instanceof CommandError ? new CommandError(error.text.replace(/^error: /, '')) : error;
  }
}

/** One rule for each API group among the resources. */
function* resourceRules(session: Session): Task<JsonObject[]> {
  const verbs = verbsOf(session);
  const wanted = session.flags.list('resource');
  if (wanted.length === 0) throw fail('at least one resource must be specified');
  const names = session.flags.list('resource-name');
  const groups = new Map<string, string[]>();
  for (const text of new Set(wanted)) {
    const [type = '', subresource] = text.split('/');
    const { group, resource } = type === '*' ? { group: '*', resource: '*' } : yield* resourceNamed(session, type);
    groups.set(group, [...(groups.get(group) ?? []), subresource === undefined ? resource : `${resource}/${subresource}`]);
  }
  return [...groups].map(([group, resources]) => ({
    verbs,
    apiGroups: [group],
    resources,
    ...(names.length > 0 ? { resourceNames: names } : {}),
  }));
}

function subjectsOf(session: Session): JsonObject[] {
  const { flags } = session;
  const named = (kind: string, names: readonly string[]): JsonObject[] => names.map((name) => ({ kind, apiGroup: RBAC, name }));
  const accounts = flags.list('serviceaccount').map((text): JsonObject => {
    const [namespace, name, ...rest] = text.split(':');
    if (!namespace || !name || rest.length > 0) throw fail(`serviceaccount must be <namespace>:<name>`);
    return { kind: 'ServiceAccount', name, namespace };
  });
  return [...named('User', flags.list('user')), ...named('Group', flags.list('group')), ...accounts];
}

function* roleBinding(session: Session): Task<void> {
  const name = nameArgument(session);
  const { flags } = session;
  if ((flags.text('role') === '') === (flags.text('clusterrole') === ''))
    throw fail('exactly one of clusterrole or role must be specified');
  const [kind, role] = flags.text('role') === '' ? ['ClusterRole', flags.text('clusterrole')] : ['Role', flags.text('role')];
  yield* createObject(session, binding('RoleBinding', name, session, kind, role), { failure: 'failed to create rolebinding: ' });
}

function* clusterRoleBinding(session: Session): Task<void> {
  const name = nameArgument(session);
  const role = session.flags.text('clusterrole');
  if (role === '') throw fail('clusterrole must be specified');
  yield* createObject(session, binding('ClusterRoleBinding', name, session, 'ClusterRole', role), {
    failure: 'failed to create clusterrolebinding: ',
  });
}

function binding(kind: string, name: string, session: Session, roleKind: string, role: string): JsonObject {
  const subjects = subjectsOf(session);
  return {
    kind,
    apiVersion: `${RBAC}/v1`,
    metadata: { name },
    ...(subjects.length > 0 ? { subjects } : {}),
    roleRef: { apiGroup: RBAC, kind: roleKind, name: role },
  };
}
