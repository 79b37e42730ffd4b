// Priority and fairness: which FlowSchema a request falls under, and so which priority level serves it.
// Models apiserver pkg/util/flowcontrol/rule.go. Left out: seats, queues and shuffle sharding; nobody waits.
import type { JsonObject } from '../../../base/json';
import { sortedBy } from '../../../base/order';
import type { Versioned } from '../storage/versioner';
import type { Attributes } from './rbac';
import { serviceAccountUser, type User } from './user';

export interface Flow {
  readonly flowSchema: string;
  readonly priorityLevel: string;
}

type SubjectRule = {
  readonly subjects: readonly {
    readonly kind: string;
    readonly user?: Named;
    readonly group?: Named;
    readonly serviceAccount?: Named & { readonly namespace: string };
  }[];
  readonly resourceRules?: readonly {
    readonly verbs: readonly string[];
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly clusterScope?: boolean;
    readonly namespaces?: readonly string[];
  }[];
  readonly nonResourceRules?: readonly { readonly verbs: readonly string[]; readonly nonResourceURLs: readonly string[] }[];
};
type Named = { readonly name: string };
interface FlowSchemaSpec {
  readonly matchingPrecedence: number;
  readonly priorityLevelConfiguration: Named;
  readonly rules?: readonly SubjectRule[];
}

const MAX_REMEMBERED = 10_000;
const CATCH_ALL: Flow = { flowSchema: 'catch-all', priorityLevel: 'catch-all' };
const EXEMPT: Flow = { flowSchema: 'exempt', priorityLevel: 'exempt' };

export class FlowControl {
  private readonly remembered = new Map<string, Flow>();
  private schemas: readonly Versioned[] | null = null;

  constructor(private readonly flowSchemas: () => readonly Versioned[]) {}

  forget(): void {
    this.remembered.clear();
    this.schemas = null;
  }

  classify(attributes: Attributes): Flow {
    const { user, verb, group, resource, subresource, namespace, path } = attributes;
    const key = `${user.name} ${verb} ${group}/${resource}/${subresource} ${namespace} ${attributes.isResource ? '' : path}`;
    let flow = this.remembered.get(key);
    if (flow === undefined) {
      flow = this.find(attributes);
      if (this.remembered.size > MAX_REMEMBERED) this.remembered.clear();
      this.remembered.set(key, flow);
    }
    return flow;
  }

  private find(attributes: Attributes): Flow {
    this.schemas ??= sortedBy(this.flowSchemas(), ({ spec, metadata }) => `${precedence(spec as JsonObject)} ${metadata.name}`);
    for (const { spec, metadata } of this.schemas) {
      const { rules, priorityLevelConfiguration } = spec as unknown as FlowSchemaSpec;
      if (rules?.some((rule) => applies(rule, attributes)))
        return { flowSchema: metadata.name, priorityLevel: priorityLevelConfiguration.name };
    }
    return attributes.user.groups.includes('system:masters') ? EXEMPT : CATCH_ALL;
  }
}

const precedence = (spec: JsonObject): string => String((spec as unknown as FlowSchemaSpec).matchingPrecedence).padStart(6, '0');

function applies(rule: SubjectRule, attributes: Attributes): boolean {
  if (!rule.subjects.some((subject) => isSubject(subject, attributes.user))) return false;
  return attributes.isResource
    ? (rule.resourceRules ?? []).some((resourceRule) => matchesResource(resourceRule, attributes))
    : (rule.nonResourceRules ?? []).some(
        (one) => has(one.verbs, attributes.verb) && one.nonResourceURLs.some((url) => urlMatches(url, attributes.path)),
      );
}

function isSubject(subject: SubjectRule['subjects'][number], user: User): boolean {
  if (subject.user) return subject.user.name === '*' || subject.user.name === user.name;
  if (subject.group) return subject.group.name === '*' || user.groups.includes(subject.group.name);
  if (!subject.serviceAccount) return false;
  const { namespace, name } = subject.serviceAccount;
  return name === '*' ? user.name.startsWith(serviceAccountUser(namespace, '')) : user.name === serviceAccountUser(namespace, name);
}

function matchesResource(
  rule: NonNullable<SubjectRule['resourceRules']>[number],
  { verb, group, resource, subresource, namespace }: Attributes,
): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  if (!has(rule.verbs, verb) || !has(rule.apiGroups, group) || !has(rule.resources, combined)) return false;
  return namespace === '' ? rule.clusterScope === true : has(rule.namespaces ?? [], namespace);
}

const has = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value);
const urlMatches = (url: string, path: string): boolean =>
  url === '*' || url === path || (url.endsWith('/*') && path.startsWith(url.slice(0, -1)));
