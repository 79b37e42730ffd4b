// What the parts of containerd share: the process, the disk, and the two programs that it runs.
import { MS } from '../../base/brand';
import { entry, type JsonObject } from '../../base/json';
import { err, ok, type Result } from '../../base/result';
import { EPOCH_SECONDS } from '../../machinery/time';
import type { Ctx, Interior } from '../../sim/process';
import type { Task } from '../../sim/task';
import type { ComponentId } from '../../wire/names';
import type { CallProtocol, CallRequest, CallResponse, RpcError } from '../../wire/payload';
import type { ContainerdDisk, ContainerRecord, SandboxRecord } from './disk';

/** An answer, or a gRPC status. */
export type Outcome = Result<JsonObject, RpcError>;
export const refused = (code: string, message: string): Outcome => err({ code, message });
export const notFound = (message: string): Outcome => refused('NOT_FOUND', message);
export const unknown = (message: string): Outcome => refused('UNKNOWN', message);
export const done: Outcome = ok({});

/** A kubelet that polls notices an exit within this time. Until then the run is not at rest, although
 *  polling does not keep it awake. */
const NOTICED_AFTER_US = 1_200 * MS;

export class Host {
  /** Rises with each change of sandboxes or containers: lists are made anew. */
  version = 0;

  constructor(
    readonly ctx: Ctx,
    readonly disk: ContainerdDisk,
    readonly runc: ComponentId,
    readonly cni: ComponentId,
  ) {}

  /** A call to a program on this node. No answer is an error too. */
  *call(to: ComponentId, protocol: CallProtocol, rpc: string, body: JsonObject): Task<Outcome> {
    const request: CallRequest = { protocol, kind: 'request', rpc, body };
    const answer = yield* this.ctx.call(to, request);
    if (!answer.ok) return refused('UNAVAILABLE', answer.failure);
    const { body: said, error } = answer.payload as CallResponse;
    return error === null ? ok(said) : err(error);
  }

  noteSandbox(sandbox: SandboxRecord): void {
    this.version++;
    this.tellSandbox(sandbox);
  }
  /** While it is being made no list has to be made anew. */
  tellSandbox(sandbox: SandboxRecord): void {
    const state = sandbox.ready ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY';
    this.ctx.inside('container', { sandbox: sandbox.name, state }, entry(`sandbox/${sandbox.id}`, state));
  }
  noteContainer(container: ContainerRecord): void {
    this.version++;
    if (container.state === 'CONTAINER_EXITED') this.ctx.after(NOTICED_AFTER_US, () => undefined);
    this.ctx.inside(
      'container',
      { container: container.name, state: container.state },
      entry(`container/${container.id}`, container.state),
    );
  }
  noteGone(kind: 'sandbox' | 'container', id: string): void {
    this.version++;
    this.ctx.inside('container', { removed: id }, entry(`${kind}/${id}`, null));
  }

  newId(purpose: string): string {
    return this.ctx.random(purpose).text(64, '0123456789abcdef');
  }
}

export const interiorOf = (disk: ContainerdDisk): Interior => ({
  ...Object.fromEntries([...disk.images.values()].map((image) => [`image/${image.id}`, image.sizeBytes])),
  ...Object.fromEntries(
    [...disk.sandboxes.values()].map(({ id, ready }) => [`sandbox/${id}`, ready ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY']),
  ),
  ...Object.fromEntries([...disk.containers.values()].map(({ id, state }) => [`container/${id}`, state])),
});

/** Nanoseconds since 1970, as protobuf's JSON writes 64-bit integers. */
export const nanos = (us: number): string => `${EPOCH_SECONDS * 1_000_000 + us}000`;

/** Members that protobuf's JSON leaves out: zero, '' and null. */
export function sparse(members: JsonObject): JsonObject {
  const kept: { [name: string]: JsonObject[string] } = {};
  for (const name in members) {
    const value = members[name];
    if (value !== null && value !== undefined && value !== '' && value !== 0) kept[name] = value;
  }
  return kept;
}
