// describe role, clusterrole, rolebinding, clusterrolebinding, and rules made compact as kubectl prints them.
// Models kubectl pkg/describe and pkg/util/rbac.
import { compareBytes } from '../../../base/order';
import type { PolicyRule, Role, RoleBinding } from '../../../machinery/types';
import type { Describer } from './describing';

export const describeRole: Describer = function* (describing, object) {
  const w = describing.begin();
  w.names(object, false);
  w.marks(object);
  w.line(0, 'PolicyRule:');
  w.line(1, 'Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs');
  w.line(1, '---------', '-----------------', '--------------', '-----');
  for (const cells of ruleLines((object as unknown as Role).rules ?? [])) w.line(1, ...cells);
  return w;
};

export const describeRoleBinding: Describer = function* (describing, object) {
  const { roleRef, subjects = [] } = object as unknown as RoleBinding;
  const w = describing.begin();
  w.names(object, false);
  w.marks(object);
  w.line(0, 'Role:');
  w.line(1, 'Kind:', roleRef.kind);
  w.line(1, 'Name:', roleRef.name);
  w.line(0, 'Subjects:');
  w.line(1, 'Kind', 'Name', 'Namespace');
  w.line(1, '----', '----', '---------');
  for (const { kind, name, namespace = '' } of subjects) w.line(1, kind, name, namespace);
  return w;
};

interface SimpleRule {
  readonly group: string;
  readonly resource: string;
  readonly names: readonly string[];
  readonly urls: readonly string[];
  readonly verbs: readonly string[];
}

/** Resources, URLs, names and verbs of each rule as `[a b]`: one line for each resource, or for the URLs of a rule. */
export function ruleLines(rules: readonly PolicyRule[]): string[][] {
  const words = (list: readonly string[]): string => `[${list.join(' ')}]`;
  return compact(rules.flatMap(broken))
    .sort((a, b) => compareBytes(sortKey(a), sortKey(b)))
    .map((rule) => [resourceText(rule), words(rule.urls), words(rule.names), words(rule.verbs)]);
}

/** One rule for each group, resource, URL and name, with all verbs (BreakdownRule makes one for each verb, too). */
function broken(rule: PolicyRule): SimpleRule[] {
  const names = (rule.resourceNames ?? []).length > 0 ? (rule.resourceNames ?? []).map((name) => [name]) : [[]];
  const ofResources = (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).flatMap((resource) => names.map((own) => ({ group, resource, names: own, urls: [], verbs: rule.verbs }))),
  );
  const ofUrls = (rule.nonResourceURLs ?? []).map((url) => ({ group: '', resource: '', names: [], urls: [url], verbs: rule.verbs }));
  return [...ofResources, ...ofUrls];
}

/** Rules of the same resource and at most one name are one (CompactRules). */
function compact(rules: readonly SimpleRule[]): SimpleRule[] {
  const merged = new Map<string, SimpleRule>();
  const single: SimpleRule[] = [];
  for (const rule of rules) {
    if (rule.urls.length > 0) {
      single.push(rule);
      continue;
    }
    const key = JSON.stringify([rule.group, rule.resource, rule.names]);
    const had = merged.get(key);
    merged.set(key, had === undefined ? rule : { ...had, verbs: [...had.verbs, ...rule.verbs] });
  }
  return [...single, ...merged.values()];
}

function resourceText({ group, resource }: SimpleRule): string {
  const [name = '', sub] = resource.split('/');
  return `${name}${group === '' ? '' : `.${group}`}${sub === undefined ? '' : `/${sub}`}`;
}

/** As upstream's compact text of a rule compares. */
const sortKey = ({ group, resource, names, urls, verbs }: SimpleRule): string => JSON.stringify([group, resource, names, urls, verbs]);
