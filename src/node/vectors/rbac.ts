// Authorization, against kube-apiserver's chain: RBAC and the Node authorizer. The latter's cases tell of a graph in
// words; its Pods, volumes and slices are made here.
import bootstrap from '../../components/kube-apiserver/bootstrap/objects.json' with { type: 'json' };
import { NodeAuthorizer } from '../../components/kube-apiserver/chain/node-authorizer';
import { PodGraph } from '../../components/kube-apiserver/chain/node-graph';
import { type Attributes, firstApplicable, Rbac, ruleAllows } from '../../components/kube-apiserver/chain/rbac';
import type { CacheEvent } from '../../components/kube-apiserver/storage/watch-cache';
import type { PolicyRule, Role, RoleBinding } from '../../machinery/types';
import type { Adapter } from './adapter';

interface Asked {
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly verb: string;
  readonly resourceRequest: boolean;
  readonly apiGroup?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly path?: string;
  readonly fieldSelectorRequirements?: readonly (string | { readonly field: string; readonly operator: string; readonly value: string })[];
}
interface Case {
  readonly group: string;
  readonly id: string;
  readonly input: {
    readonly attributes: Asked;
    readonly features?: { readonly [gate: string]: boolean };
    readonly clusterRoles?: readonly Role[];
    readonly clusterRoleBindings?: readonly RoleBinding[];
    readonly roleBindings?: readonly RoleBinding[];
    readonly rule: PolicyRule;
    readonly request: Asked;
    readonly subjects: NonNullable<RoleBinding['subjects']>;
    readonly user: { readonly name: string; readonly groups?: readonly string[] };
    readonly namespace: string;
  };
  readonly expect: {
    readonly allow?: boolean;
    readonly match?: boolean;
    readonly applies?: boolean;
    readonly index?: number;
    readonly decision?: string;
    readonly reasonContains?: string;
  };
}

function attributesOf(asked: Asked): Attributes {
  const selectors = (asked.fieldSelectorRequirements ?? []).map((one) =>
    typeof one === 'string' ? one : one.field + one.operator + one.value,
  );
  return {
    user: { name: asked.user ?? '', groups: asked.groups ?? [] },
    verb: asked.verb,
    isResource: asked.resourceRequest,
    group: asked.apiGroup ?? '',
    resource: asked.resource ?? '',
    subresource: asked.subresource ?? '',
    namespace: asked.namespace ?? '',
    name: asked.name ?? '',
    path: asked.path ?? '',
    ...(selectors.length === 0 ? {} : { fieldSelector: selectors.join(',') }),
  };
}

/** Some bindings of the cases have no name. */
const named = (binding: RoleBinding): RoleBinding => ({
  ...binding,
  metadata: { ...binding.metadata, name: binding.metadata?.name ?? '' },
});

const differs = (said: unknown, expected: unknown): string | null =>
  said === expected ? null : `${String(said)}, not ${String(expected)}`;

const GROUPS: { readonly [group: string]: (one: Case) => string | null } = {
  authorize({ input, expect }) {
    const byName = (name: string): Role | null => input.clusterRoles?.find(({ metadata }) => metadata.name === name) ?? null;
    const rbac = new Rbac({
      clusterRole: byName,
      role: () => null,
      clusterRoleBindings: () => (input.clusterRoleBindings ?? []).map(named),
      roleBindings: (namespace) => (input.roleBindings ?? []).map(named).filter(({ metadata }) => metadata.namespace === namespace),
    });
    return differs(rbac.authorize(attributesOf(input.attributes)).allowed, expect.allow);
  },
  'rule-matches': ({ input, expect }) => differs(ruleAllows(attributesOf(input.request), input.rule), expect.match),
  'subject-applies'({ input, expect }) {
    const index = firstApplicable({ name: input.user.name, groups: input.user.groups ?? [] }, input.subjects, input.namespace);
    return differs(index >= 0, expect.applies) ?? (index < 0 ? null : differs(index, expect.index));
  },
  'node-authorizer'({ input, expect }) {
    const { allowed, reason } = nodeAuthorizer().authorize(attributesOf(input.attributes));
    if (!reason.includes(expect.reasonContains ?? '')) return reason;
    return differs(allowed ? 'allow' : 'no opinion', expect.decision);
  },
};

const added = (object: object): CacheEvent => ({ type: 'ADDED', revision: 1, key: '', object, previous: null }) as unknown as CacheEvent;

function nodeAuthorizer(): NodeAuthorizer {
  const graph = new PodGraph();
  for (const node of ['node0', 'node1']) {
    graph.attachmentChanged(added({ metadata: { name: `attachment0-${node}` }, spec: { nodeName: node } }));
    graph.sliceChanged(added({ metadata: { name: `slice0-${node}` }, spec: { nodeName: node } }));
    for (const namespace of ['ns0', 'ns1'])
      for (const pod of [`pod0-${node}`, `pod1-${node}`]) {
        graph.podChanged(added(podOf(pod, namespace, node)));
        const claimRef = { namespace, name: `pvc0-${pod}` };
        graph.volumeChanged(added({ metadata: { name: `pv0-${pod}-${namespace}` }, spec: { claimRef } }));
      }
  }
  const rules = (bootstrap.clusterroles as unknown as readonly Role[]).find(({ metadata }) => metadata.name === 'system:node')?.rules ?? [];
  return new NodeAuthorizer(graph, () => rules);
}

const podOf = (name: string, namespace: string, node: string): object => ({
  metadata: { name, namespace },
  spec: {
    nodeName: node,
    serviceAccountName: `svcacct0-${node}`,
    containers: [],
    volumes: [
      { name: 'a', secret: { secretName: `secret0-${name}` } },
      { name: 'b', secret: { secretName: 'secret0-shared' } },
      { name: 'c', configMap: { name: `configmap0-${name}` } },
      { name: 'd', persistentVolumeClaim: { claimName: `pvc0-${name}` } },
    ],
    resourceClaims: [{ name: 'claim', resourceClaimName: `claim0-${name}-${namespace}` }],
  },
});

export const adapter: Adapter = (file) =>
  (file as { readonly cases: readonly Case[] }).cases.map((one) => ({
    group: one.group,
    id: one.id,
    run: () => GROUPS[one.group]?.(one) ?? (GROUPS[one.group] === undefined ? 'unsupported group' : null),
  }));
