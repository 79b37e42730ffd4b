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

/** What a line says: one resource, or one URL. */
interface SimpleRule {
  readonly group: string;
  readonly resource: string;
  readonly names: readonly string[];
  readonly urls: readonly string[];
  readonly verbs: readonly string[];
}

const words = (list: readonly string[]): string => `[${list.join(' ')}]`;

/** Resources, URLs, names and verbs of rules, one line for each resource and for each URL and verb. */
export function ruleLines(rules: readonly PolicyRule[]): string[][] {
  return compact(rules.flatMap(broken))
    .sort((a, b) => compareBytes(goText(a), goText(b)))
    .map((rule) => [resourceText(rule), words(rule.urls), words(rule.names), words(rule.verbs)]);
}

/** BreakdownRule. */
function broken({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): SimpleRule[] {
  const names = resourceNames.length > 0 ? resourceNames.map((name) => [name]) : [[]];
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) => names.map((own): SimpleRule => ({ group, resource, names: own, urls: [], verbs: [verb] }))),
    ),
  );
  const ofUrls = nonResourceURLs.flatMap((url) =>
    verbs.map((verb): SimpleRule => ({ group: '', resource: '', names: [], urls: [url], verbs: [verb] })),
  );
  return [...ofResources, ...ofUrls];
}

/** CompactRules: those of one resource, and one name if they name any, are one with all verbs. */
function compact(rules: readonly SimpleRule[]): SimpleRule[] {
  const merged = new Map<string, SimpleRule>();
  const ofUrls = rules.filter(({ urls }) => urls.length > 0);
  for (const rule of rules) {
    if (rule.urls.length > 0) continue;
    const key = JSON.stringify([rule.group, rule.resource, rule.names]);
    const had = merged.get(key);
    merged.set(key, had === undefined ? rule : { ...had, verbs: [...new Set([...had.verbs, ...rule.verbs])] });
  }
  return [...ofUrls, ...merged.values()];
}

function resourceText({ group, resource }: SimpleRule): string {
  const [name = '', sub] = resource.split('/');
  return `${name}${group === '' ? '' : `.${group}`}${sub === undefined ? '' : `/${sub}`}`;
}

/** A rule as Go prints it, by which kubectl sorts. */
const goText = ({ group, resource, names, urls, verbs }: SimpleRule): string =>
  `{Verbs:${words(verbs)},APIGroups:[${group}],Resources:[${resource}],ResourceNames:${words(names)},NonResourceURLs:${words(urls)},}`;
