// Roles and bindings. Models pkg/apis/rbac/validation.
import { type JsonObject, jsonEqual } from '../../base/json';
import type { PolicyRule, Role, RoleBinding } from '../types';
import type { Findings } from './findings';
import { goStruct } from './go-struct';
import { segmentName, subdomainName, validateLabelSelector, validateMeta, validateMetaUpdate } from './meta';

const GROUP = 'rbac.authorization.k8s.io';

const roleOf =
  (namespaced: boolean) =>
  (found: Findings, { metadata, rules, aggregationRule }: Role): void => {
    validateMeta(found, metadata, namespaced, segmentName);
    rules?.forEach((rule, i) => void validateRule(found, `rules[${i}]`, rule, namespaced));
    if (aggregationRule === undefined) return;
    const path = 'aggregationRule.clusterRoleSelectors';
    const selectors = aggregationRule.clusterRoleSelectors ?? [];
    if (selectors.length === 0) found.required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil');
    selectors.forEach((selector, i) => void validateLabelSelector(found, `${path}[${i}]`, selector));
  };
export const validateRole = roleOf(true);
export const validateClusterRole = roleOf(false);

function validateRule(found: Findings, path: string, rule: PolicyRule, namespaced: boolean): void {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs: urls = [] } = rule;
  if ((verbs?.length ?? 0) === 0) found.required(`${path}.verbs`, 'verbs must contain at least one value');
  if (urls.length > 0) {
    if (namespaced) found.invalid(`${path}.nonResourceURLs`, urls, 'namespaced rules cannot apply to non-resource URLs');
    if (apiGroups.length + resources.length + resourceNames.length > 0)
      found.invalid(`${path}.nonResourceURLs`, urls, 'rules cannot apply to both regular resources and non-resource URLs');
    return;
  }
  if (apiGroups.length === 0) found.required(`${path}.apiGroups`, 'resource rules must supply at least one api group');
  if (resources.length === 0) found.required(`${path}.resources`, 'resource rules must supply at least one resource');
}

const roleUpdate =
  (validate: (found: Findings, role: Role) => void) =>
  (found: Findings, next: Role, old: Role): void => {
    validate(found, next);
    validateMetaUpdate(found, next.metadata, old.metadata);
  };
export const validateRoleUpdate = roleUpdate(validateRole);
export const validateClusterRoleUpdate = roleUpdate(validateClusterRole);

const bindingOf =
  (namespaced: boolean) =>
  (found: Findings, { metadata, roleRef, subjects }: RoleBinding): void => {
    validateMeta(found, metadata, namespaced, segmentName);
    found.oneOf('roleRef.apiGroup', roleRef.apiGroup, [GROUP]);
    found.oneOf('roleRef.kind', roleRef.kind, namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']);
    if (!roleRef.name) found.required('roleRef.name');
    else found.complaints('roleRef.name', roleRef.name, segmentName(roleRef.name));
    subjects?.forEach((subject, i) => void validateSubject(found, `subjects[${i}]`, subject, namespaced));
  };
export const validateRoleBinding = bindingOf(true);
export const validateClusterRoleBinding = bindingOf(false);

type Subject = NonNullable<RoleBinding['subjects']>[number];

function validateSubject(found: Findings, path: string, { kind, name, apiGroup = '', namespace }: Subject, namespaced: boolean): void {
  if (!name) found.required(`${path}.name`);
  if (kind === 'ServiceAccount') {
    if (name) found.complaints(`${path}.name`, name, subdomainName(name));
    if (apiGroup !== '') found.notSupported(`${path}.apiGroup`, apiGroup, ['']);
    if (!namespaced && !namespace) found.required(`${path}.namespace`);
  } else if (kind === 'User' || kind === 'Group') found.oneOf(`${path}.apiGroup`, apiGroup, [GROUP]);
  else found.notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']);
}

const bindingUpdate =
  (validate: (found: Findings, binding: RoleBinding) => void) =>
  (found: Findings, next: RoleBinding, old: RoleBinding): void => {
    validate(found, next);
    validateMetaUpdate(found, next.metadata, old.metadata);
    if (!jsonEqual(next.roleRef, old.roleRef))
      found.invalid('roleRef', goStruct('RoleRef', next.roleRef as JsonObject), 'cannot change roleRef');
  };
export const validateRoleBindingUpdate = bindingUpdate(validateRoleBinding);
export const validateClusterRoleBindingUpdate = bindingUpdate(validateClusterRoleBinding);
