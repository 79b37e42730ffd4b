// containerd of a node: answers the kubelet's CRI calls, and runs CNI plugins and runc to do so.
// Models containerd 2.1 internal/cri; bodies as in ../shared/vectors/real-traces, error texts as in
// cri-recording.json. Left out: snapshots, content and logs as such, streaming servers, statistics,
// container events (the kubelet polls).
import type { JsonObject } from '../../base/json';
import { ok } from '../../base/result';
import type { Incoming } from '../../sim/network';
import type { Ctx, Program } from '../../sim/process';
import type { Task } from '../../sim/task';
import { onNode } from '../../wire/names';
import type { CallRequest } from '../../wire/payload';
import { Containers } from './containers';
import type { ContainerdDisk } from './disk';
import { Exits } from './exits';
import { Host, interiorOf, type Outcome, refused } from './host';
import { Images } from './images';
import { Sandboxes } from './sandboxes';
import { Streams } from './streams';

const VERSION = { version: '0.1.0', runtimeName: 'containerd', runtimeVersion: '2.1.9', runtimeApiVersion: 'v1' };
const STATUS = {
  status: {
    conditions: [
      { type: 'RuntimeReady', status: true },
      { type: 'NetworkReady', status: true },
    ],
  },
};

/** containerd on a disk, which may hold what an earlier process left, containers that still run included. */
export const containerd = (node: string, disk: ContainerdDisk): Program => ({
  start: (ctx) => {
    ctx.inside('boot', { version: VERSION.runtimeVersion }, interiorOf(disk));
    start(ctx, new Host(ctx, disk, onNode('runc', node), onNode('cni', node)));
  },
  inspect: () => interiorOf(disk),
});

function start(ctx: Ctx, host: Host): void {
  const exits = new Exits(host);
  const streams = new Streams(host);
  const handlers = handlersOf(host, exits, streams);
  let listening = false;
  exits.connect(() => {
    if (!listening) ctx.listen((incoming) => serve(incoming, handlers, streams));
    listening = true;
  });
}

type Handlers = { readonly [rpc: string]: (body: JsonObject) => Outcome | Task<Outcome> };

function handlersOf(host: Host, exits: Exits, streams: Streams): Handlers {
  const images = new Images(host);
  const sandboxes = new Sandboxes(host, exits);
  const containers = new Containers(host, exits);
  return {
    Version: () => ok(VERSION),
    Status: () => ok(STATUS),
    RuntimeConfig: () => ok({ linux: { cgroupDriver: 'SYSTEMD' } }),
    UpdateRuntimeConfig: () => ok({}),
    ListImages: () => images.list(),
    ImageStatus: (body) => images.status(body),
    PullImage: (body) => images.pull(body),
    RemoveImage: (body) => images.remove(body),
    ImageFsInfo: () => images.fsInfo(),
    RunPodSandbox: (body) => sandboxes.run(body),
    StopPodSandbox: (body) => sandboxes.stop(body),
    RemovePodSandbox: (body) => sandboxes.remove(body),
    PodSandboxStatus: (body) => sandboxes.status(body),
    ListPodSandbox: (body) => sandboxes.list(body),
    CreateContainer: (body) => containers.create(body),
    StartContainer: (body) => containers.start(body),
    StopContainer: (body) => containers.stop(body),
    RemoveContainer: (body) => containers.remove(body),
    ContainerStatus: (body) => containers.status(body),
    ListContainers: (body) => containers.list(body),
    ExecSync: (body) => containers.exec(body),
    Exec: (body) => containers.execUrl(body, streams),
  };
}

function serve(incoming: Incoming, handlers: Handlers, streams: Streams): Task<void> | void {
  if (incoming.payload.protocol === 'http') return streams.serve(incoming, incoming.payload);
  const { rpc, body } = incoming.payload as CallRequest;
  const outcome = handlers[rpc]?.(body) ?? refused('UNIMPLEMENTED', `method ${rpc} not implemented`);
  if ('next' in outcome) return wait(incoming, rpc, outcome);
  respond(incoming, rpc, outcome);
}

function* wait(incoming: Incoming, rpc: string, task: Task<Outcome>): Task<void> {
  respond(incoming, rpc, yield* task);
}

const respond = (incoming: Incoming, rpc: string, outcome: Outcome): void =>
  incoming.respond({
    protocol: 'cri',
    kind: 'response',
    rpc,
    body: outcome.ok ? outcome.value : {},
    error: outcome.ok ? null : outcome.error,
  });
