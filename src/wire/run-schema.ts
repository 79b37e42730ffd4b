// What a run from outside must look like before anybody uses it: the one table behind links, scenario texts and
// `public/scenario.schema.json`. A kind of input, fault or image that is missing here does not compile.
import { object, type Properties, problemsOf, type Schema } from '../base/schema';
import {
  type FaultSpec,
  type ImageBehaviour,
  type Input,
  MAX_LOAD_SECONDS,
  type NodeSpec,
  type RegistryState,
  type Run,
  type StandbyBinary,
} from './run';

export const MOST_INPUTS = 200;
export const MOST_NODES = 201;
const MOST_PLANES = 3;

export const text = (maxLength: number, minLength = 0): Schema => ({ type: 'string', minLength, maxLength });
export const integer = (minimum: number, maximum: number): Schema => ({ type: 'integer', minimum, maximum });
const like = (pattern: string, patternErrorMessage: string, maxLength = 64): Schema => ({
  type: 'string',
  maxLength,
  pattern,
  patternErrorMessage,
});
const BOOLEAN: Schema = { type: 'boolean' };
const MICROSECONDS = integer(0, 3_600_000_000);
const PORT = integer(1, 65_535);
const COMPONENT = text(256);
const NODE_NAME = like('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', 'lower case letters, digits and dashes');
const CPU = like('^([1-9][0-9]{0,3}|[1-9][0-9]{1,5}m)$', 'cores like 2 or 500m');
/** With less a kubelet does not start. */
const MEMORY = like('^([1-9][0-9]{2,5}Mi|[1-9][0-9]{0,3}[GT]i)$', 'an amount like 512Mi or 24Gi, 100Mi at least');
const COUNT = like('^[1-9][0-9]{0,3}$', 'a number from 1 to 9999 in quotes');
const WORD = '[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?';
const LABEL = like(`^(${WORD})?$`, 'letters, digits, dashes, points and underscores, a letter or digit at both ends', 63);
/** A kubelet may not give itself a role. */
const LABEL_KEY = like(
  `^(?!node-role\\.)([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?${WORD}$`,
  'a key like topology.kubernetes.io/zone, not one of node-role.kubernetes.io',
  317,
);
const ADDRESS = '[0-9]{1,3}(\\.[0-9]{1,3}){3}';

export const SEED = integer(0, 0xffffffff);

const PLACES = { from: COMPONENT, to: COMPONENT };
/** A run ends at the latest after as long. */
const FOR = integer(1, 600_000_000);
const YEAR_US = 31_536_000_000_000;

export const FAULTS: { readonly [kind in FaultSpec['kind']]: Properties } = {
  'kill-container': { component: COMPONENT },
  'static-pod-away': { component: COMPONENT, away: BOOLEAN },
  'kill-process': { component: COMPONENT },
  'start-process': { component: COMPONENT },
  'node-power': { node: text(256), on: BOOLEAN },
  reset: { ...PLACES, path: text(8192) },
  partition: { ...PLACES, oneWay: BOOLEAN, forUs: FOR },
  stall: { ...PLACES, forUs: FOR },
  delay: { ...PLACES, byUs: integer(1, 60_000_000), forUs: FOR },
  heal: PLACES,
  'lose-answer': { ...PLACES, path: text(8192) },
  'compact-etcd': {},
  registry: { state: { type: 'string', enum: ['well', 'slow', 'failing', 'down'] satisfies RegistryState[] } },
  clock: { node: text(256), aheadUs: integer(-YEAR_US, YEAR_US) },
  disk: { node: text(256), full: BOOLEAN },
};
const FAULT: Schema = { oneOf: Object.entries(FAULTS).map(([kind, members]) => object({ kind: { const: kind }, ...members })) };

const DNS_NAME = '[a-z0-9]([-a-z0-9.]*[a-z0-9])?';
const ASKER = like(`^(outside|node/${DNS_NAME}|pod/${DNS_NAME}/${DNS_NAME})$`, 'outside, node/NAME or pod/NAMESPACE/NAME', 512);
const TARGET = like(`^${DNS_NAME}:[1-9][0-9]{0,4}$`, 'an address and a port like 10.96.0.50:80', 270);

/** Members by an input's type, and those that may be missing. */
export const INPUTS: { readonly [type in Input['type']]: { readonly members: Properties; readonly optional: readonly string[] } } = {
  kubectl: { members: { line: text(8192), stdin: text(131_072) }, optional: ['stdin'] },
  interrupt: { members: {}, optional: [] },
  fault: { members: { fault: FAULT }, optional: [] },
  request: { members: { from: ASKER, to: TARGET }, optional: [] },
  load: { members: { from: ASKER, to: TARGET, seconds: integer(1, MAX_LOAD_SECONDS) }, optional: [] },
};
const INPUT: Schema = {
  oneOf: Object.entries(INPUTS).map(([type, { members, optional }]) => object({ type: { const: type }, ...members }, optional)),
};

export const AT_TIME = object({ atUs: integer(0, 86_400_000_000) });
export const MATCHER: Schema = {
  type: 'object',
  maxProperties: 16,
  propertyNames: text(128, 1),
  additionalProperties: { oneOf: [text(512), integer(0, Number.MAX_SAFE_INTEGER), BOOLEAN, { type: 'null' }] },
};
export const AFTER = object({ after: MATCHER });
const WHEN: Schema = { oneOf: [{ type: 'string', enum: ['rest'] }, AT_TIME, AFTER] };

const STANDBY: readonly StandbyBinary[] = ['kube-controller-manager', 'kube-scheduler'];

export const NODE_MEMBERS: { readonly [member in keyof Required<NodeSpec>]: Schema } = {
  name: NODE_NAME,
  role: { type: 'string', enum: ['control-plane', 'worker'] },
  address: like(`^${ADDRESS}$`, 'an address like 192.168.49.11'),
  podCIDR: like(`^${ADDRESS}/[0-9]{1,2}$`, 'a range like 10.244.0.0/24'),
  cpu: CPU,
  memory: MEMORY,
  pods: COUNT,
  labels: { type: 'object', propertyNames: LABEL_KEY, maxProperties: 64, additionalProperties: LABEL },
  taints: {
    type: 'array',
    maxItems: 16,
    items: object({ key: LABEL_KEY, value: LABEL, effect: { type: 'string', enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] } }, [
      'value',
    ]),
  },
  images: { type: 'array', maxItems: 64, items: text(256, 1) },
  staticPods: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string', enum: STANDBY } },
  off: { type: 'boolean' },
};

const NODE_OPTIONAL: readonly (keyof NodeSpec)[] = ['labels', 'taints', 'images', 'staticPods', 'off'];

const BEHAVIOURS: { readonly [does in ImageBehaviour['does']]: Properties } = {
  serve: { port: PORT },
  shell: {},
  crash: { afterUs: MICROSECONDS, exitCode: integer(0, 255) },
  'never-ready': { port: PORT },
  pause: {},
  component: { binary: text(64, 1) },
};
export const IMAGES: Schema = {
  type: 'object',
  maxProperties: 200,
  propertyNames: text(256, 1),
  additionalProperties: object(
    {
      sizeBytes: integer(0, 100_000_000_000),
      behaviour: { oneOf: Object.entries(BEHAVIOURS).map(([does, members]) => object({ does: { const: does }, ...members })) },
      tags: { type: 'array', maxItems: 64, items: text(128, 1) },
    },
    ['tags'],
  ),
};
export const BYTES_PER_SECOND = integer(1, 100_000_000_000);

const RUN = object(
  {
    seed: SEED,
    cluster: {
      oneOf: [
        { type: 'null' },
        object({
          nodes: { type: 'array', minItems: 1, maxItems: MOST_NODES, items: object(NODE_MEMBERS, NODE_OPTIONAL) },
          images: IMAGES,
          registryBytesPerSecond: BYTES_PER_SECOND,
        }),
      ],
    },
    inputs: { type: 'array', maxItems: MOST_INPUTS, items: object({ when: WHEN, input: INPUT }) },
  },
  ['cluster'],
);

/** What decides a run, as it comes from outside; `cluster` null or missing means the default one. */
type RunFromOutside = Pick<Run, 'seed' | 'inputs'> & { readonly cluster?: Run['cluster'] | null };

export function isRun(value: unknown): value is RunFromOutside {
  if (problemsOf(value, RUN).length > 0) return false;
  const { cluster } = value as RunFromOutside;
  return cluster === undefined || cluster === null || clusterProblem(cluster.nodes) === null;
}

/** What no schema says: one control plane, and nothing twice. */
export function clusterProblem(nodes: readonly NodeSpec[]): string | null {
  const planes = nodes.filter(({ role }) => role === 'control-plane');
  if (planes.filter(({ staticPods }) => staticPods === undefined).length !== 1 || planes.length > MOST_PLANES)
    return 'must have one node with the role control-plane; up to two more with staticPods may stand by';
  if (planes.some(({ staticPods, off }) => off === true && staticPods === undefined)) return 'must not have its control plane switched off';
  if (nodes.some(({ role, staticPods }) => role === 'worker' && staticPods !== undefined))
    return 'must have staticPods on control-plane nodes only';
  for (const member of ['name', 'address', 'podCIDR'] as const)
    if (hasTwice(nodes.map((node) => node[member]))) return `must not have the same ${member} twice`;
  const taints = nodes.map((node) => (node.taints ?? []).map(({ key, effect }) => `${key}:${effect}`));
  return taints.some(hasTwice) ? 'must not have the same taint twice on a node' : null;
}

const hasTwice = (texts: readonly string[]): boolean => new Set(texts).size < texts.length;
