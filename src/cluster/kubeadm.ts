// What the installer adds once kube-apiserver answers: rights for administrators and nodes, the labels
// and the taint of the control-plane node, and kube-proxy as a DaemonSet.
// Models kubernetes cmd/kubeadm/app/phases: bootstraptoken/node, markcontrolplane, addons/proxy. Left
// out: certificates and tokens, uploaded configuration, CoreDNS.
import { SECOND } from '../base/brand';
import type { JsonObject } from '../base/json';
import { ApiClient, type ResourceRef } from '../client/api-client';
import type { Ctx, Program } from '../sim/process';
import type { Task } from '../sim/task';
import type { NodeSpec } from '../wire/run';
import { KUBERNETES_VERSION, systemImage } from './default-run';

const RBAC: ResourceRef = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterrolebindings' };
const core = (resource: string): ResourceRef => ({ group: '', version: 'v1', resource });
const DAEMON_SETS: ResourceRef = { group: 'apps', version: 'v1', resource: 'daemonsets' };
const RETRY_US = SECOND;
const CONTROL_PLANE_ROLE = 'node-role.kubernetes.io/control-plane';

/** Runs once and ends. */
export const kubeadm = (nodes: readonly NodeSpec[]): Program => ({
  start: (ctx) => ctx.spawn(install(ctx, nodes)),
  inspect: () => ({}),
});

function* install(ctx: Ctx, nodes: readonly NodeSpec[]): Task<void> {
  const client = new ApiClient(ctx, {
    credentials: { type: 'certificate', certificate: { commonName: 'kubernetes-super-admin', organizations: ['system:masters'] } },
    userAgent: `kubeadm/${KUBERNETES_VERSION} (linux/amd64) kubernetes/0000000`,
  });
  while (!(yield* client.send('GET', '/readyz', null)).ok) yield* ctx.sleep(RETRY_US);
  yield* create(
    ctx,
    client,
    RBAC,
    null,
    binding('kubeadm:cluster-admins', 'cluster-admin', { kind: 'Group', name: 'kubeadm:cluster-admins', apiGroup: RBAC.group }),
  );
  yield* create(ctx, client, core('serviceaccounts'), 'kube-system', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'kube-proxy', namespace: 'kube-system' },
  });
  yield* create(
    ctx,
    client,
    RBAC,
    null,
    binding('kubeadm:node-proxier', 'system:node-proxier', { kind: 'ServiceAccount', name: 'kube-proxy', namespace: 'kube-system' }),
  );
  yield* create(ctx, client, DAEMON_SETS, 'kube-system', PROXY_DAEMON_SET);
  for (const node of nodes) if (node.role === 'control-plane' && node.off !== true) yield* mark(ctx, client, node.name);
  ctx.exit(0);
}

function* create(ctx: Ctx, client: ApiClient, ref: ResourceRef, namespace: string | null, object: JsonObject): Task<void> {
  for (;;) {
    const reply = yield* client.create(ref, { namespace, name: '' }, object);
    if (reply.ok || reply.status === 409) return;
    yield* ctx.sleep(RETRY_US);
  }
}

function* mark(ctx: Ctx, client: ApiClient, name: string): Task<void> {
  const patch = {
    metadata: { labels: { [CONTROL_PLANE_ROLE]: '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' } },
    spec: { taints: [{ key: CONTROL_PLANE_ROLE, effect: 'NoSchedule' }] },
  };
  while (!(yield* client.patch(core('nodes'), { namespace: null, name }, 'strategic', patch)).ok) yield* ctx.sleep(RETRY_US);
}

const binding = (name: string, role: string, subject: JsonObject): JsonObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name },
  roleRef: { apiGroup: RBAC.group, kind: 'ClusterRole', name: role },
  subjects: [subject],
});

const PROXY_LABELS = { 'k8s-app': 'kube-proxy' };
const PROXY_DAEMON_SET: JsonObject = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'kube-proxy', namespace: 'kube-system', labels: PROXY_LABELS },
  spec: {
    selector: { matchLabels: PROXY_LABELS },
    updateStrategy: { type: 'RollingUpdate' },
    template: {
      metadata: { labels: PROXY_LABELS },
      spec: {
        priorityClassName: 'system-node-critical',
        serviceAccountName: 'kube-proxy',
        hostNetwork: true,
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        tolerations: [{ operator: 'Exists' }],
        containers: [
          {
            name: 'kube-proxy',
            image: systemImage('kube-proxy'),
            imagePullPolicy: 'IfNotPresent',
            command: ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf', '--hostname-override=$(NODE_NAME)'],
            env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
            securityContext: { privileged: true },
          },
        ],
      },
    },
  },
};
