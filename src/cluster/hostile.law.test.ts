// Whatever a manifest says: an answer where it was typed, no component crashes, and the cluster goes on. A sample here;
// more by WATCHLOOP_RUNS.
import { expect, it } from 'vitest';
import { isObject, type Json, type JsonObject } from '../base/json';
import { Random } from '../base/random';
import { Play } from './testing/play';

const RUNS = Number(process.env.WATCHLOOP_RUNS ?? 3);
const MANIFESTS_EACH = 40;

const container = {
  name: 'c',
  image: 'nginx',
  ports: [{ containerPort: 80, protocol: 'TCP' }],
  env: [
    { name: 'A', value: 'b' },
    { name: 'N', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  ],
  resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1' } },
  readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 5 },
  volumeMounts: [{ name: 'v', mountPath: '/v' }],
};
const template = {
  metadata: { labels: { app: 'x' } },
  spec: {
    containers: [container],
    volumes: [{ name: 'v', configMap: { name: 'settings', optional: true } }],
    nodeSelector: {},
    tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }],
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { app: 'x' } },
      },
    ],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/os', operator: 'In', values: ['linux'] }] }],
        },
      },
    },
    terminationGracePeriodSeconds: 1,
  },
};
const named = (name: string): JsonObject => ({ name, namespace: 'default', labels: { app: 'x' }, annotations: { a: 'b' } });
const selector = { matchLabels: { app: 'x' } };
const OBJECTS: readonly JsonObject[] = [
  { apiVersion: 'v1', kind: 'Pod', metadata: named('p'), spec: template.spec },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: named('d'),
    spec: { replicas: 1, selector, template, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } } },
  },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: named('ds'), spec: { selector, template } },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: named('rs'), spec: { replicas: 1, selector, template } },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: named('s'),
    spec: {
      type: 'NodePort',
      selector: { app: 'x' },
      ports: [{ name: 'p', port: 80, targetPort: 'http', nodePort: 30_090 }],
      clusterIP: '10.96.0.77',
    },
  },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: named('settings'), data: { a: 'b' } },
  { apiVersion: 'v1', kind: 'Secret', metadata: named('secret'), type: 'Opaque', data: { a: 'Yg==' } },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team', finalizers: ['a.b/c'] } },
  { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-9' }, spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: named('r'),
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: named('rb'),
    subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }],
    roleRef: { kind: 'Role', name: 'r', apiGroup: 'rbac.authorization.k8s.io' },
  },
  { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: named('l'), spec: { holderIdentity: 'x', leaseDurationSeconds: 15 } },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...named('es'), labels: { 'kubernetes.io/service-name': 's' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.244.1.9'], conditions: { ready: true } }],
    ports: [{ name: 'p', port: 80, protocol: 'TCP' }],
  },
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'pc' }, value: 10, globalDefault: false },
  { apiVersion: 'v1', kind: 'Event', metadata: named('e'), involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' }, reason: 'R' },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: named('sa'), imagePullSecrets: [{ name: 'secret' }] },
];

const deep = (depth: number): Json => (depth === 0 ? 'x' : { a: deep(depth - 1) });
const HOSTILE: readonly Json[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e300,
  9_007_199_254_740_992,
  -2_147_483_649,
  '',
  ' ',
  'NaN',
  '-0',
  '1e999',
  '١',
  '../../etc/passwd',
  '<img src=x onerror=alert(1)>',
  '$(HOST)',
  '$(A)$(A)',
  '%s%s%n',
  '\u0000',
  '\ud800',
  'a'.repeat(300),
  'x'.repeat(5_000),
  '__proto__',
  'constructor',
  [],
  [[]],
  [null],
  ['a', 'a'],
  {},
  { constructor: 'x' },
  { toString: null },
  deep(40),
];
const NAMES: readonly string[] = [
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  '/',
  'a'.repeat(400),
  '.',
  '..',
  'status',
  'deletionTimestamp',
];

/** The object with one thing in it replaced, left out, or added. */
function mutated(value: Json, random: Random, chance: number): Json {
  if (random.below(1_000) < chance) return HOSTILE[random.below(HOSTILE.length)] as Json;
  if (Array.isArray(value)) {
    const items = value.map((item) => mutated(item, random, chance));
    return random.below(20) === 0 ? [...items, ...items] : items;
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).flatMap(([name, member]): [string, Json][] =>
    member === undefined || random.below(1_000) < chance / 2 ? [] : [[name, mutated(member, random, chance)]],
  );
  if (random.below(40) === 0) members.push([NAMES[random.below(NAMES.length)] as string, HOSTILE[random.below(HOSTILE.length)] as Json]);
  return Object.fromEntries(members);
}

it(`${RUNS} clusters and ${MANIFESTS_EACH} hostile manifests each: an answer to all, no crash, every law kept`, {
  timeout: 60_000 + RUNS * 20_000,
}, () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const random = new Random(seed, 'hostile manifests');
    const play = new Play({ seed });
    for (let i = 0; i < MANIFESTS_EACH; i++) {
      const object = mutated(OBJECTS[random.below(OBJECTS.length)] as JsonObject, random, 30);
      const verb = ['apply -f -', 'create -f -', 'apply -f - --dry-run=server', 'replace -f -', 'create -f - --validate=false'][
        random.below(5)
      ];
      play.kubectl(`kubectl ${verb}`, JSON.stringify(object));
      const found = {
        seed,
        i,
        manifest: JSON.stringify(object),
        wrong: play.sim.crashes.map(({ component, error }) => `${component}: ${error}`),
      };
      expect(found).toEqual({ ...found, wrong: [] });
    }
    const outputs = play.records.filter(({ payload }) => payload.kind === 'output' && payload.exit !== null);
    expect(outputs.length).toBe(MANIFESTS_EACH);
    expect({ seed, violations: play.violations() }).toEqual({ seed, violations: [] });
    expect(play.kubectl('kubectl get nodes').records.at(-1)).toBeDefined();
  }
});
