// runc of a node, with the shims that keep its containers: create, start, kill, delete, exec, state, and a
// stream of exits. A container of Kubernetes itself is started as a process of the simulation by `launch`.
// Models opencontainers/runc 1.x and containerd-shim-runc-v2, argv and order as in
// ../shared/vectors/cri-lowlevel.json. Left out: cgroups, namespaces, logs, being killed for memory.
import { MS } from '../../base/brand';
import { entry, type JsonObject } from '../../base/json';
import type { Incoming } from '../../sim/network';
import type { Ctx, Program } from '../../sim/process';
import type { Task } from '../../sim/task';
import { parseImageName } from '../../wire/image-name';
import type { CallRequest, RpcError } from '../../wire/payload';
import type { ClusterSpec, ImageBehaviour } from '../../wire/run';
import { type ContainerProcess, type ExecResult, holds, KILLED, type Print, startBehaviour } from './behaviour';
import type { Room } from './programs';

/** Which container a process is the body of. */
export interface LaunchedContainer {
  readonly node: string;
  readonly namespace: string;
  readonly podName: string;
  readonly podUid: string;
  /** The container's name in its pod. */
  readonly name: string;
  readonly id: string;
}
/** Starts a process of the simulation that is a container's body; null if there is none for it. */
export type Launch = (
  behaviour: ImageBehaviour,
  container: LaunchedContainer,
  onExit: (code: number) => void,
) => { kill(): void; terminate(): void } | null;

export interface RuncOptions {
  readonly node: string;
  readonly images: ClusterSpec['images'];
  readonly launch: Launch;
  /** What a container's bundle and mounts show to who is inside. */
  readonly room?: (id: string) => Room | null;
  /** Where a container's output goes. */
  readonly log?: (id: string, text: string) => void;
}

/** Microseconds: what is left of RunPodSandbox (96 ms), StartContainer (36 ms), StopContainer (34 ms) and
 *  ExecSync (35 ms) in real-traces when containerd's own share is taken away. */
const TOOK_US: { readonly [verb: string]: number } = { create: 24 * MS, start: 6 * MS, kill: 3 * MS, delete: 9 * MS, exec: 28 * MS };

interface Container {
  readonly id: string;
  readonly args: readonly string[];
  readonly annotations: JsonObject;
  state: 'created' | 'running' | 'stopped';
  process: ContainerProcess | null;
  exit: JsonObject | null;
}

export const runc = (options: RuncOptions): Program => {
  const containers = new Map<string, Container>();
  return {
    start: (ctx) => new Keeper(ctx, options, containers).start(),
    inspect: () => Object.fromEntries([...containers.values()].map(({ id, state }) => [`task/${id}`, state])),
  };
};

class Keeper {
  private readonly streams = new Set<Incoming>();
  private readonly behaviours = new Map<string, ImageBehaviour>();

  constructor(
    private readonly ctx: Ctx,
    private readonly options: RuncOptions,
    private readonly tasks: Map<string, Container>,
  ) {
    for (const [name, { behaviour }] of Object.entries(options.images)) {
      const parsed = parseImageName(name);
      if (parsed.ok) this.behaviours.set(parsed.value.repo, behaviour);
    }
  }

  start(): void {
    this.ctx.listen((incoming) => this.serve(incoming));
  }

  private *serve(incoming: Incoming): Task<void> {
    const { rpc, body } = incoming.payload as CallRequest;
    if (rpc === 'events') return this.subscribe(incoming);
    yield* this.ctx.sleep(TOOK_US[rpc] ?? MS);
    const outcome = rpc === 'exec' ? yield* this.exec(body) : this.act(rpc, body);
    const error = 'error' in outcome ? (outcome.error as RpcError) : null;
    incoming.respond({ protocol: 'runc', kind: 'response', rpc, body: error === null ? (outcome as JsonObject) : {}, error });
  }

  /** A shim's connection to containerd: first which containers there are, then each exit. */
  private subscribe(incoming: Incoming): void {
    this.streams.add(incoming);
    incoming.onClose(() => this.streams.delete(incoming));
    const running = [...this.tasks.values()].filter((task) => task.state !== 'stopped').map((task) => task.id);
    const exits = [...this.tasks.values()].flatMap((task) => (task.exit === null ? [] : [task.exit]));
    incoming.respond({ protocol: 'runc', kind: 'response', rpc: 'events', body: { running, exits }, error: null });
  }

  private act(verb: string, body: JsonObject): JsonObject | { readonly error: RpcError } {
    const id = String(body.id);
    if (verb === 'create') return this.create(id, body);
    const task = this.tasks.get(id);
    if (task === undefined) return { error: { code: '1', message: `container "${id}" does not exist` } };
    if (verb === 'start') this.run(task);
    else if (verb === 'kill') this.kill(task, Number(body.signal));
    else if (verb === 'delete') this.remove(task);
    return {};
  }

  private create(id: string, body: JsonObject): JsonObject | { readonly error: RpcError } {
    const args = (body.args as readonly string[] | undefined) ?? [];
    const annotations = (body.annotations as JsonObject | undefined) ?? {};
    const missing = missingProgram(this.behaviourOf(annotations), args);
    if (missing !== null) return { error: { code: '1', message: `runc create failed: unable to start container process: ${missing}` } };
    const task: Container = { id, args, annotations, state: 'created', process: null, exit: null };
    this.tasks.set(id, task);
    this.note(task);
    return {};
  }

  private run(task: Container): void {
    task.state = 'running';
    this.note(task);
    const behaviour = this.behaviourOf(task.annotations);
    const onExit = (code: number): void => this.exited(task, code);
    const launched =
      behaviour === null || behaviour.does === 'shell' || behaviour.does === 'pause' || behaviour.does === 'crash'
        ? null
        : this.options.launch(behaviour, containerOf(this.options.node, task), onExit);
    const print: Print = (_, text) => this.options.log?.(task.id, text);
    if (launched === null) task.process = startBehaviour(this.ctx, behaviour, task.args, onExit, print);
    else
      task.process = {
        signal: (number) => (number === 9 ? launched.kill() : launched.terminate()),
        exec: startBehaviour(
          this.ctx,
          null,
          [],
          () => undefined,
          () => undefined,
        ).exec,
      };
  }

  private kill(task: Container, signal: number): void {
    if (task.state === 'running') task.process?.signal(signal);
    else if (task.state === 'created' && signal === 9) this.exited(task, KILLED);
  }

  private exited(task: Container, code: number): void {
    if (task.state === 'stopped' || !this.tasks.has(task.id)) return;
    task.state = 'stopped';
    task.exit = { id: task.id, exitStatus: code, exitedAtUs: this.ctx.clock() };
    this.note(task);
    for (const stream of this.streams) stream.push({ protocol: 'runc', kind: 'stream', rpc: 'exit', body: task.exit });
  }

  private remove(task: Container): void {
    if (task.state !== 'stopped') this.exited(task, KILLED);
    this.tasks.delete(task.id);
    this.ctx.inside('container', { deleted: task.id }, entry(`task/${task.id}`, null));
  }

  private *exec(body: JsonObject): Task<JsonObject | { readonly error: RpcError }> {
    const task = this.tasks.get(String(body.id));
    if (task?.process == null || task.state !== 'running') return { error: { code: '1', message: 'cannot exec in a stopped container' } };
    const args = (body.args as readonly string[] | undefined) ?? [];
    // Who looks on is told what is not there; a probe's unknown command counts as one that the image holds.
    const room = body.attached === true ? (this.options.room?.(task.id) ?? null) : null;
    const [program = ''] = args;
    const name = program.replace(/^(\/usr)?\/s?bin\//, '');
    if (room !== null && !holds(name)) {
      const why = name.includes('/') ? `stat ${program}: no such file or directory` : 'executable file not found in $PATH';
      return { error: { code: '1', message: `exec failed: unable to start container process: exec: "${program}": ${why}` } };
    }
    const { exitCode, stdout, stderr }: ExecResult = yield* task.process.exec(args, room);
    return { exitCode, stdout, stderr };
  }

  private behaviourOf(annotations: JsonObject): ImageBehaviour | null {
    if (annotations['io.kubernetes.cri.container-type'] === 'sandbox') return { does: 'pause' };
    const name = parseImageName(String(annotations['io.kubernetes.cri.image-name']));
    return name.ok ? (this.behaviours.get(name.value.repo) ?? null) : null;
  }

  private note(task: Container): void {
    this.ctx.inside('container', { id: task.id, state: task.state }, entry(`task/${task.id}`, task.state));
  }
}

/** Only a shell's image can be asked for programs that it does not have. */
function missingProgram(behaviour: ImageBehaviour | null, args: readonly string[]): string | null {
  const [program = ''] = args;
  if (behaviour?.does !== 'shell' || program === '') return null;
  if (program.startsWith('/') && !/^\/(usr\/)?s?bin\//.test(program)) {
    return program.startsWith('/etc/')
      ? `exec: "${program}": permission denied`
      : `exec: "${program}": stat ${program}: no such file or directory`;
  }
  return /^[\w.[\]/-]+$/.test(program) ? null : `exec: "${program}": executable file not found in $PATH`;
}

function containerOf(node: string, { id, annotations }: Container): LaunchedContainer {
  const said = (name: string): string => String(annotations[`io.kubernetes.cri.${name}`] ?? '');
  return {
    node,
    id,
    namespace: said('sandbox-namespace'),
    podName: said('sandbox-name'),
    podUid: said('sandbox-uid'),
    name: said('container-name'),
  };
}
