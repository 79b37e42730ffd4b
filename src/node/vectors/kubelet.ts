// The kubelet's rules: phase, conditions, QoS, environments, back-off, names.
import { type Json, type JsonObject, jsonEqual } from '../../base/json';
import { err, ok, type Result } from '../../base/result';
import { Backoff } from '../../components/kubelet/backoff';
import {
  containersReady,
  OWNED_CONDITIONS,
  podInitialized,
  podReady,
  readyToStartContainers,
  type Verdict,
} from '../../components/kubelet/conditions';
import { environmentOf } from '../../components/kubelet/env';
import { etcHosts } from '../../components/kubelet/etc-hosts';
import { REASONS } from '../../components/kubelet/events';
import { DEFAULT_EVICTION_HARD, type EvictionConfig, parseThresholds } from '../../components/kubelet/eviction';
import { expand } from '../../components/kubelet/expansion';
import { defaultTag } from '../../components/kubelet/images';
import { podPhase } from '../../components/kubelet/pod-phase';
import { unhealthyText } from '../../components/kubelet/probes';
import { type SandboxStatus, sortPodIps } from '../../components/kubelet/runtime-status';
import { truncateHostname } from '../../components/kubelet/sandbox-config';
import { qosClass } from '../../machinery/qos';
import type {
  Condition,
  ConfigMap,
  Container,
  ContainerStatus,
  EnvVar,
  Pod,
  PodSpec,
  PodStatus,
  Secret,
  Service,
} from '../../machinery/types';
import { parseImageName } from '../../wire/image-name';
import type { Adapter } from './adapter';

interface Case {
  readonly group: string;
  readonly id: string;
  readonly input: JsonObject;
  readonly expect: Json;
}
type File = { readonly groups: { readonly 'env-vars-services': readonly Service[] }; readonly cases: readonly Case[] };

export const adapter: Adapter = (file) => {
  const { groups, cases } = file as File;
  const services = groups['env-vars-services'];
  return cases.map(({ group, id, input, expect }) => ({ group, id, run: () => run(group, input, expect, services) }));
};

function run(group: string, input: JsonObject, expect: Json, services: readonly Service[]): string | null {
  switch (group) {
    case 'pod-phase':
    case 'pod-phase-restart-rules':
      return compare({ phase: phaseOf(input) }, expect);
    case 'cond-containers-ready':
    case 'cond-pod-ready':
    case 'cond-initialized':
    case 'cond-ready-to-start':
      return compareVerdict(verdictOf(group, input), expect);
    case 'env-vars':
      return compareEnvironment(environmentIn(input as unknown as EnvInput, services), expect as unknown as EnvExpect);
    case 'crashloop-backoff':
      return compare({ delaySeconds: delayBefore(Number(input.restartNumber)) }, expect);
    case 'eviction-parse':
      return compareThresholds(input as unknown as EvictionConfig, expect as JsonObject);
    case 'parse-image-name':
      return compareImageName(input as unknown as string, expect as JsonObject);
    default:
      return compare(simple(group, input), expect);
  }
}

function simple(group: string, input: JsonObject): Json {
  const text = input as unknown as string;
  switch (group) {
    case 'truncate-hostname':
      return truncateHostname(text);
    case 'sort-pod-ips':
      return sortPodIps(input.podIPs as readonly string[], String(input.nodeIP));
    case 'etc-hosts':
      return hostsOf(input);
    case 'event-reason':
      return (REASONS as { readonly [name: string]: string })[text] ?? null;
    case 'qos':
      return { qosClass: qosClass((input.pod as unknown as Pod).spec) };
    case 'default-image-tag':
      return defaultTag(text);
    case 'expand-command':
      return expanded(input);
    case 'condition-order':
      return OWNED_CONDITIONS;
    case 'probe-event':
      return {
        type: 'Warning',
        reason: REASONS.ContainerUnhealthy,
        message: unhealthyText(input.probeType as 'Liveness', String(input.output)),
      };
    case 'eviction-default-hard':
      return DEFAULT_EVICTION_HARD[text] ?? null;
    default:
      return `group ${group} is not supported`;
  }
}

const compare = (got: Json, expect: Json): string | null => (jsonEqual(got, expect) ? null : JSON.stringify(got));

function phaseOf(input: JsonObject): string {
  const pod = (input.pod ?? input) as unknown as Pod;
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const statuses = (input.statuses ?? [...initContainerStatuses, ...containerStatuses]) as unknown as readonly ContainerStatus[];
  const spec = { ...pod.spec, containers: pod.spec.containers ?? [] };
  return podPhase(spec, statuses, Boolean(input.podIsTerminal), Boolean(input.podHasInitialized));
}

function verdictOf(group: string, input: JsonObject): Verdict {
  const {
    spec,
    conditions,
    containerStatuses,
    podPhase: phase,
  } = input as unknown as {
    readonly spec?: PodSpec;
    readonly conditions?: readonly Condition[] | null;
    readonly containerStatuses?: readonly ContainerStatus[] | null;
    readonly podPhase?: PodStatus['phase'];
  };
  if (group === 'cond-ready-to-start') return sandboxVerdict(input);
  const full = { ...spec, containers: spec?.containers ?? [] };
  const statuses = containerStatuses ?? null;
  if (group === 'cond-initialized') return podInitialized(full, statuses, phase);
  const containers = containersReady(full, statuses, phase);
  return group === 'cond-containers-ready' ? containers : podReady({ spec: full } as Pod, containers, conditions ?? []);
}

interface CriSandbox {
  readonly state?: number;
  readonly network?: { readonly ip?: string };
  readonly linux?: { readonly namespaces?: { readonly options?: { readonly network?: number } } };
  readonly metadata?: { readonly attempt?: number };
}
function sandboxVerdict({ pod, status }: JsonObject): Verdict {
  const { spec } = pod as unknown as Partial<Pod>;
  const { sandboxStatuses = [] } = status as { readonly sandboxStatuses?: readonly CriSandbox[] };
  const sandboxes = sandboxStatuses.map(
    ({ state, network, metadata, linux }): SandboxStatus => ({
      id: '',
      createdUs: 0,
      attempt: metadata?.attempt ?? 0,
      ready: (state ?? 0) === 0,
      ips: network?.ip ? [network.ip] : [],
      hostNetwork: linux?.namespaces?.options?.network === 2,
    }),
  );
  return readyToStartContainers({ spec: { containers: [], ...spec } } as unknown as Pod, { uid: '', ips: [], sandboxes, containers: [] });
}

/** What the expectation does not say is not compared; '' means absent. */
function compareVerdict(got: Verdict, expect: Json): string | null {
  const wanted = (expect as { readonly condition: JsonObject }).condition;
  const filled: JsonObject = { reason: '', message: '', ...got };
  const agrees = Object.entries(wanted).every(([name, value]) => filled[name] === value);
  return agrees ? null : JSON.stringify(got);
}

// ---- Environments

interface EnvInput {
  readonly ns: string;
  readonly enableServiceLinks?: boolean | null;
  readonly container: Partial<Container>;
  readonly nilLister?: boolean;
  readonly staticPod?: boolean;
  readonly unsyncedServices?: boolean;
  readonly configMap?: ConfigMap;
  readonly secret?: Secret;
  readonly podIPs?: readonly string[];
}
interface EnvExpect {
  readonly error?: boolean;
  readonly envs?: readonly EnvVar[] | null;
}

function environmentIn(input: EnvInput, services: readonly Service[]): Result<readonly EnvVar[]> {
  const pod = {
    metadata: { name: 'dapi-test-pod-name', namespace: input.ns, uid: 'uid', annotations: {} },
    spec: {
      containers: [],
      nodeName: 'node-name',
      serviceAccountName: 'special',
      enableServiceLinks: input.enableServiceLinks ?? undefined,
    },
  } as unknown as Pod;
  const container = { name: 'c', image: 'i', ...input.container } as Container;
  const lister = input.nilLister ? [] : input.unsyncedServices ? null : services;
  const sources = {
    services: lister,
    configMap: (name: string) => (input.configMap === undefined ? err(`configmap "${name}" not found`) : ok(input.configMap)),
    secret: (name: string) => (input.secret === undefined ? err(`secret "${name}" not found`) : ok(encoded(input.secret))),
    podIps: input.podIPs ?? [],
    hostIp: '',
    nodeAllocatable: {},
  };
  return environmentOf(pod, container, sources, input.staticPod ?? false);
}

/** The file has the bytes as text. */
const encoded = (secret: Secret): Secret => ({
  ...secret,
  data: Object.fromEntries(Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
});

function compareEnvironment(got: Result<readonly EnvVar[]>, expect: EnvExpect): string | null {
  if (expect.error) return got.ok ? 'no error' : null;
  if (!got.ok) return got.error;
  const lines = (variables: readonly EnvVar[]): Json => variables.map(({ name, value }) => `${name}=${value ?? ''}`).sort();
  return compare(lines(got.value), lines(expect.envs ?? []));
}

// ---- The rest

/** The wait before restart `n` of a container that fails at once each time. */
function delayBefore(n: number): number {
  const SECOND = 1_000_000;
  const backoff = new Backoff(10 * SECOND, 300 * SECOND);
  let now = 0;
  for (let restart = 1; restart < n; restart++) {
    backoff.next('c', now, now + backoff.delayUs('c'));
    now += backoff.delayUs('c');
  }
  return backoff.delayUs('c') / SECOND;
}

function hostsOf(input: JsonObject): string {
  const {
    hostIPs,
    hostName,
    hostDomainName = '',
    hostAliases,
  } = input as {
    readonly hostIPs: readonly string[];
    readonly hostName: string;
    readonly hostDomainName?: string;
    readonly hostAliases: readonly { readonly ip: string; readonly hostnames: readonly string[] }[];
  };
  return etcHosts({ ips: hostIPs, hostname: hostName, domain: hostDomainName, aliases: hostAliases });
}

function expanded({ container, envs }: JsonObject): Json {
  const values = new Map(((envs ?? []) as unknown as readonly EnvVar[]).map(({ name, value }) => [name, value ?? '']));
  const { command = null, args = null } = container as { readonly command?: readonly string[]; readonly args?: readonly string[] };
  const all = (words: readonly string[] | null): Json => words?.map((word) => expand(word, (name) => values.get(name))) ?? null;
  return { command: all(command), args: all(args) };
}

function compareThresholds(input: EvictionConfig, expect: JsonObject): string | null {
  const got = parseThresholds(input);
  if (expect.error === true) return got.ok ? 'no error' : null;
  if (!got.ok) return got.error;
  const wanted = expect.thresholds as readonly Json[];
  const agrees =
    got.value.length === wanted.length &&
    got.value.every(({ signal }) => wanted.some((item) => JSON.stringify(item).includes(`"${signal}"`)));
  return agrees ? null : JSON.stringify(got.value);
}

function compareImageName(text: string, expect: JsonObject): string | null {
  const got = parseImageName(text);
  if (typeof expect.expectedError === 'string') return !got.ok && got.error.includes(expect.expectedError) ? null : JSON.stringify(got);
  if (!got.ok) return got.error;
  const { repo, tag, digest } = got.value;
  return compare({ Repo: repo, ...(tag === null ? {} : { Tag: tag }), ...(digest === null ? {} : { Digest: digest }) }, expect);
}
