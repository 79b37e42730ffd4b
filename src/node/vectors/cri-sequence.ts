// What the kubelet decides for a pod, and which calls it makes to its engine, which here says what a case says.
import { MINUTE, simTime } from '../../base/brand';
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/json';
import { ok } from '../../base/result';
import { ApiClient } from '../../client/api-client';
import { EventRecorder } from '../../client/event-recorder';
import type { Backoff } from '../../components/kubelet/backoff';
import { computePodActions, type ProbeResult, type ProbeResults } from '../../components/kubelet/compute-actions';
import { ContainerGc } from '../../components/kubelet/container-gc';
import { allContainersOf, containerHash } from '../../components/kubelet/containers-of';
import { Cri } from '../../components/kubelet/cri';
import { newKubeletDisk } from '../../components/kubelet/disk';
import { Handlers } from '../../components/kubelet/hooks';
import { Images } from '../../components/kubelet/images';
import { kubelet } from '../../components/kubelet/kubelet';
import { Pleg } from '../../components/kubelet/pleg';
import { backoffKey, RuntimeManager } from '../../components/kubelet/runtime-manager';
import { emptyRuntimePod, type RuntimeContainer, type RuntimePod, type RuntimeState } from '../../components/kubelet/runtime-status';
import type { Container, Pod } from '../../machinery/types';
import type { Ctx, Program } from '../../sim/process';
import { Simulation } from '../../sim/simulation';
import { API_SERVER, componentId, onNode } from '../../wire/names';
import type { CallRequest, HttpRequest, RpcError } from '../../wire/payload';
import type { Adapter } from './adapter';

interface Case {
  readonly group: string;
  readonly id: string;
  readonly input: JsonObject;
  readonly expect: JsonObject;
}

export const adapter: Adapter = (file) =>
  (file as { readonly cases: readonly Case[] }).cases.map((one) => ({ group: one.group, id: one.id, run: () => run(one) }));

function run({ group, input, expect }: Case): string | null {
  if (group === 'compute-actions') return decide(input, expect);
  if (group === 'sync-pod') return compareCalls(callsOf(input as unknown as Scene), expect as unknown as Calls);
  return `group ${group} is not supported`;
}

// ---- Decisions

type Assignment = { readonly set: string; readonly value: Json };

function decide({ base, set }: JsonObject, expect: JsonObject): string | null {
  const facts = baseOf(String(base));
  for (const { set: path, value } of set as unknown as readonly Assignment[])
    assign(facts as unknown as { [key: string]: Json }, path, value);
  const { pod, status } = facts;
  const runtime = runtimeIn(pod, status);
  const actions = computePodActions(pod, runtime, GOOD_PROBES);
  const names = status.ContainerStatuses ?? [];
  const got: { [name: string]: Json } = {
    killPod: actions.killPod,
    createSandbox: actions.createSandbox,
    attempt: actions.createSandbox ? actions.attempt : 0,
    sandboxID: actions.sandboxId,
    initContainersToStart: actions.initContainersToStart,
    containersToStart: actions.containersToStart,
    containersToKill: actions.containersToKill.map(({ id }) => names.findIndex(({ ID }) => ID === id)).sort(),
  };
  const zero = { killPod: false, createSandbox: false, attempt: 0, initContainersToStart: [] };
  const wanted: { [name: string]: Json | undefined } = { ...zero, ...expect };
  const wrong = Object.keys(wanted).filter((name) => !jsonEqual(got[name], wanted[name] as Json));
  return wrong.length === 0 ? null : JSON.stringify(got);
}

const GOOD_PROBES: ProbeResults = { liveness: () => 'success', startup: () => 'success' };

interface GoSandbox {
  State: number;
  readonly Id: string;
  readonly Metadata: { readonly Attempt: number };
  readonly Network: { readonly Ip: string };
}
interface GoContainer {
  readonly ID: string;
  readonly Name: string;
  readonly State: string;
  readonly ExitCode: number;
  readonly Hash?: number;
}
interface Facts {
  readonly pod: Pod;
  readonly status: { readonly SandboxStatuses: readonly GoSandbox[]; readonly ContainerStatuses: readonly GoContainer[] | null };
}

const named = (names: readonly string[], more: object = {}): Container[] => names.map((name) => ({ name, image: 'busybox', ...more }));
const statusOf = (names: readonly string[], State: string, prefix: string): GoContainer[] =>
  names.map((Name, i) => ({ ID: `${prefix}${i + 1}`, Name, State, ExitCode: 0 }));

function baseOf(base: string): Facts {
  const main = ['foo1', 'foo2', 'foo3'];
  const inits = base.includes('Restartable')
    ? ['restartable-init-1', 'restartable-init-2', 'restartable-init-3']
    : ['init1', 'init2', 'init3'];
  const sandbox: GoSandbox = { Id: 'sandboxID', State: 0, Metadata: { Attempt: 0 }, Network: { Ip: '10.0.0.1' } };
  const facts = (initContainers: readonly Container[], statuses: readonly GoContainer[]): Facts => ({
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'foo', namespace: 'new', uid: '12345678' },
      spec: { containers: named(main), ...(initContainers.length === 0 ? {} : { initContainers }) },
    },
    status: { SandboxStatuses: [sandbox], ContainerStatuses: statuses },
  });
  const probes = { livenessProbe: {}, startupProbe: {} };
  switch (base) {
    case 'TestComputePodActionsWithInitContainers':
      return facts(named(inits), statusOf(inits, 'exited', 'initid'));
    case 'TestComputePodActionsWithRestartableInitContainers': {
      const containers = named(inits, { restartPolicy: 'Always' }).map((container, i) =>
        i === 0 ? container : { ...container, ...probes },
      );
      return facts(containers, statusOf(inits, 'running', 'initid'));
    }
    case 'TestComputePodActionsWithInitAndEphemeralContainers':
      return facts(named(['init1']), [
        ...statusOf(main, 'running', 'id'),
        ...statusOf(['init1'], 'exited', 'initid'),
        ...statusOf(['debug'], 'running', 'debug'),
      ]);
    default:
      return facts([], statusOf(main, 'running', 'id'));
  }
}

/** `pod.Spec.Containers[1].Image`: Go's names; those of the pod are JSON's with a capital. */
function assign(root: { [key: string]: Json }, path: string, value: Json): void {
  const inPod = path.startsWith('pod.');
  const steps = [...path.matchAll(/[^.[\]]+/g)].map(([step], i) =>
    inPod && i > 0 && !/^\d/.test(step) ? (step[0] ?? '').toLowerCase() + step.slice(1) : step,
  );
  let at = root as { [key: string]: Json };
  for (const step of steps.slice(0, -1)) {
    const next = at[step];
    at = (isObject(next) || Array.isArray(next) ? next : (at[step] = {} as Json)) as { [key: string]: Json };
  }
  at[steps.at(-1) ?? ''] = value;
}

function runtimeIn(pod: Pod, { SandboxStatuses, ContainerStatuses }: Facts['status']): RuntimePod {
  const hashes = new Map(allContainersOf(pod.spec).map((container) => [container.name, containerHash(container)]));
  return {
    uid: '12345678',
    ips: [],
    sandboxes: SandboxStatuses.map(({ Id, State, Metadata, Network }) => ({
      id: Id,
      attempt: Metadata.Attempt,
      createdUs: 0,
      ready: State === 0,
      ips: Network.Ip === '' ? [] : [Network.Ip],
      hostNetwork: false,
    })),
    containers: (ContainerStatuses ?? []).map(({ ID, Name, State, ExitCode, Hash }) => ({
      ...BLANK,
      id: ID,
      name: Name,
      state: State as RuntimeState,
      exitCode: ExitCode,
      hash: Hash === undefined ? (hashes.get(Name) ?? '') : String(Hash),
    })),
  };
}

const BLANK: Omit<RuntimeContainer, 'id' | 'name' | 'state' | 'hash'> = {
  createdUs: 0,
  startedUs: 0,
  finishedUs: null,
  exitCode: 0,
  reason: '',
  message: '',
  image: '',
  imageRef: '',
  restartCount: 0,
};

// ---- Calls

interface Scene {
  readonly pod?: {
    readonly containers?: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly [field: string]: unknown;
  };
  readonly op?: 'delete' | 'gc' | 'start';
  readonly imagesPresent?: readonly string[];
  readonly sandboxReady?: boolean;
  readonly status?: { readonly [container: string]: string };
  readonly terminationGracePeriodSeconds?: number;
  readonly liveness?: ProbeResult;
  readonly startup?: ProbeResult;
  readonly inBackOff?: boolean;
  readonly imageBackOff?: boolean;
  /** `runSandboxError`, `pullError`, ...: that call fails. */
  readonly [flag: string]: unknown;
}
interface Calls {
  readonly cri: readonly string[];
  readonly events: readonly string[];
}

const NODE = 'node';

function callsOf(scene: Scene): Calls {
  const sim = new Simulation({ seed: 1, latency: () => ({ leastUs: 1, spreadUs: 0 }) });
  const calls: string[] = [];
  const events: string[] = [];
  const pod = podOf(scene);
  sim.start(onNode('containerd', NODE), engine(scene, calls));
  if (scene.op !== 'start') sim.start(API_SERVER, server(events));
  sim.runUntil(simTime(MINUTE));
  if (scene.op === 'start') startKubelet(sim);
  else sim.start(componentId('under-test'), { start: (ctx) => act(ctx, scene, pod), inspect: () => ({}) });
  sim.runUntil(simTime(3 * MINUTE));
  if (sim.crashes[0] !== undefined) throw new Error(sim.crashes[0].stack);
  return { cri: scene.op === 'start' ? calls.slice(0, 2) : calls, events };
}

function startKubelet(sim: Simulation): void {
  const node = { name: NODE, role: 'worker', address: '10.0.0.1', podCIDR: '10.1.0.0/24', cpu: '1', memory: '1Gi', pods: '110' } as const;
  sim.start(onNode('kubelet', NODE), kubelet({ node, manifests: new Map(), disk: newKubeletDisk() }));
}

function podOf({ pod, terminationGracePeriodSeconds }: Scene): Pod {
  const policy = (container: Container): Container => ({ imagePullPolicy: 'IfNotPresent', ...container });
  const spec = {
    restartPolicy: 'Always' as const,
    enableServiceLinks: true,
    terminationGracePeriodSeconds: terminationGracePeriodSeconds ?? 30,
    ...pod,
    containers: (pod?.containers ?? []).map(policy),
    ...(pod?.initContainers === undefined ? {} : { initContainers: pod.initContainers.map(policy) }),
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: '<name>', namespace: '<namespace>', uid: '<uid>' }, spec };
}

/** What the engine has at first: `exited 1`, `running`, `running started`. */
function runtimeOf({ sandboxReady, status, op }: Scene, pod: Pod): RuntimePod {
  const up = sandboxReady === true || op === 'delete';
  const containers = Object.entries(status ?? {}).map(([name, text]): RuntimeContainer => {
    const [state = '', code = '0'] = text.split(' ');
    const container = allContainersOf(pod.spec).find((candidate) => candidate.name === name);
    const hash = container === undefined ? '' : containerHash(container);
    return {
      ...BLANK,
      id: name,
      name,
      hash,
      state: state as RuntimeState,
      exitCode: Number(code) || 0,
      finishedUs: state === 'exited' ? MINUTE : null,
    };
  });
  const sandbox = { id: 'pod', attempt: 0, createdUs: 0, ready: true, ips: ['10.1.0.2'], hostNetwork: pod.spec.hostNetwork === true };
  return { ...emptyRuntimePod('<uid>'), ips: ['10.1.0.2'], sandboxes: up ? [sandbox] : [], containers };
}

function act(ctx: Ctx, scene: Scene, pod: Pod): void {
  const cri = new Cri(ctx, NODE);
  const api = new ApiClient(ctx, { credentials: { type: 'anonymous' }, userAgent: 'kubelet' });
  const events = new EventRecorder(ctx, api, { component: 'kubelet', host: NODE });
  const images = new Images(ctx, cri, events);
  const failing = (result: unknown) => (): ProbeResult => (result === undefined ? 'success' : (result as ProbeResult));
  const manager = new RuntimeManager({
    ctx,
    cri,
    events,
    images,
    handlers: new Handlers(ctx, cri),
    probes: { liveness: failing(scene.liveness), startup: failing(scene.startup) },
    dns: { server: '10.96.0.10', domain: 'cluster.local', host: '10.0.0.1' },
    nodeIp: '10.0.0.1',
    memoryCapacity: 1,
    environment: () => ok([]),
    onSandboxReady: () => undefined,
  });
  const fail = (backoff: Backoff, key: string): void => backoff.next(key, ctx.now(), ctx.now());
  if (scene.inBackOff) for (const { name } of allContainersOf(pod.spec)) fail(manager.backoff, backoffKey(pod, name));
  if (scene.imageBackOff) for (const { image } of allContainersOf(pod.spec)) fail(images.backoff, `<uid>_${image}`);
  const task = function* () {
    if (scene.op === 'gc')
      yield* new ContainerGc({ ctx, cri, pleg: new Pleg(ctx, cri, '', () => undefined), logs: new Map(), isRemovable: () => true }).sweep();
    else if (scene.op === 'delete') yield* manager.killPod(pod, runtimeOf(scene, pod), null);
    else yield* manager.syncPod(pod, runtimeOf(scene, pod));
  };
  ctx.spawn(task());
}

/** Answers as the scene says and notes each call in the words of the file. */
function engine(scene: Scene, calls: string[]): Program {
  const images = new Set(scene.imagesPresent ?? []);
  const fails = (what: RegExp): boolean =>
    Object.entries(scene).some(([flag, value]) => Boolean(value) && /Error$/.test(flag) && what.test(flag));
  const answer = (
    rpc: string,
    body: JsonObject,
  ): { readonly line: string | null; readonly body?: JsonObject; readonly error?: boolean } => {
    const image = String((body.image as JsonObject | undefined)?.image ?? '');
    switch (rpc) {
      case 'RunPodSandbox':
        return { line: 'RunPodSandbox pod', body: { podSandboxId: 'pod' }, error: fails(/sandbox/i) };
      case 'PodSandboxStatus':
        return {
          line: 'PodSandboxStatus pod',
          body: { status: { id: 'pod', metadata: { name: 'p' }, createdAt: '0', network: { ip: '10.1.0.2' } } },
        };
      case 'StopPodSandbox':
      case 'RemovePodSandbox':
        return { line: `${rpc} pod` };
      case 'ImageStatus':
        return { line: `ImageStatus ${image}`, body: images.has(image) ? { image: { id: image, size: '1' } } : {} };
      case 'PullImage':
        images.add(image);
        return { line: `PullImage ${image}`, body: { imageRef: image }, error: fails(/pull/i) };
      case 'CreateContainer': {
        const { name } = (body.config as JsonObject).metadata as { readonly name: string };
        return { line: `CreateContainer ${name}`, body: { containerId: name }, error: fails(/create/i) };
      }
      case 'StartContainer':
        return { line: `StartContainer ${String(body.containerId)}`, error: fails(/start/i) };
      case 'StopContainer':
        return { line: `StopContainer ${String(body.containerId)}${scene.op === 'delete' ? ` timeout=${String(body.timeout)}` : ''}` };
      case 'RemoveContainer':
      case 'ExecSync':
        return { line: `${rpc} ${String(body.containerId)}` };
      case 'ListContainers':
        if (scene.op !== 'gc') return { line: null };
        return { line: null, body: { containers: [{ id: 'c', podSandboxId: 'pod', state: 'CONTAINER_EXITED', labels: {} }] } };
      case 'ListPodSandbox':
        if (scene.op !== 'gc') return { line: null };
        return { line: null, body: { items: [{ id: 'pod', state: 'SANDBOX_NOTREADY', labels: {}, createdAt: '1' }] } };
      case 'Version':
        return { line: 'Version', body: { runtimeVersion: '2.1.9' } };
      case 'Status':
        return { line: 'Status', body: { status: { conditions: [] } } };
      default:
        return { line: null };
    }
  };
  return {
    start: (ctx) =>
      ctx.listen((incoming) => {
        const { rpc, body } = incoming.payload as CallRequest;
        const { line, body: said = {}, error } = answer(rpc, body);
        if (line !== null && !(scene.op === 'gc' && rpc === 'ContainerStatus')) calls.push(line);
        const failure: RpcError | null = error ? { code: 'UNKNOWN', message: '<err>' } : null;
        incoming.respond({ protocol: 'cri', kind: 'response', rpc, body: error ? {} : said, error: failure });
      }),
    inspect: () => ({}),
  };
}

function server(events: string[]): Program {
  return {
    start: (ctx) =>
      ctx.listen((incoming) => {
        const { method, body } = incoming.payload as HttpRequest;
        const { type, reason, message } = (body ?? {}) as JsonObject;
        if (method === 'POST' && reason !== undefined) events.push(`${String(type)} ${String(reason)} ${String(message)}`);
        incoming.respond({ protocol: 'http', kind: 'response', status: 201, headers: {}, body });
      }),
    inspect: () => ({}),
  };
}

function compareCalls(got: Calls, expect: Calls): string | null {
  const cri = jsonEqual(got.cri, expect.cri.map(withoutNote));
  const events = jsonEqual(got.events.map(asInFile), expect.events.map(asInFile));
  return cri && events ? null : JSON.stringify(got);
}

const withoutNote = (call: string): string => call.replace(/ \(.*\)$/, '');

/** Times and sizes are not compared; what 1.36 says more of a present image was recorded, but is not in this file. */
const asInFile = (event: string): string =>
  event
    .replace(' and can be accessed by the pod', '')
    .replace(/in \S+ \(\S+ including waiting\)\. Image size: \d+ bytes/, 'in <d> (<d> including waiting). Image size: <n> bytes')
    .replace(/rpc error: code = \w+ desc = <err>/g, '<err>');
