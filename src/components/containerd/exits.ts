// Hears from the shims which containers ended, cleans up after them and tells those who wait.
// Models containerd internal/cri/server: events.go (handleContainerExit, handleSandboxExit).
import { SECOND } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import { suspend, type Task } from '../../sim/task';
import type { CallDelivery, CallRequest, CallResponse } from '../../wire/payload';
import type { Host } from './host';

const RECONNECT_US = SECOND / 10;
/** What containerd says of a container whose end nobody saw (a machine that lost its power). */
const LOST = 255;

export class Exits {
  private readonly waiting = new Map<string, (() => void)[]>();

  constructor(private readonly host: Host) {}

  /** Opens the shims' stream; `onReady` once what is on disk agrees with what runs. */
  connect(onReady: () => void): void {
    const request: CallRequest = { protocol: 'runc', kind: 'request', rpc: 'events', body: {} };
    this.host.ctx.open(this.host.runc, request, (item) => {
      if (item.type === 'response') {
        this.agree((item.payload as CallResponse).body);
        onReady();
      } else if (item.type === 'delivery') this.host.ctx.spawn(this.ended((item.payload as CallDelivery).body));
      else this.host.ctx.after(RECONNECT_US, () => this.connect(() => undefined), { idle: true });
    });
  }

  /** SIGKILL, and waits for the end. */
  *kill(id: string): Task<void> {
    yield* this.signal(id, 9);
    yield* this.ofContainer(id);
  }
  *signal(id: string, signal: number): Task<void> {
    yield* this.host.call(this.host.runc, 'runc', 'kill', { id, signal });
  }

  /** Waits until a container has ended; false if it took longer than `timeoutUs`. */
  *ofContainer(id: string, timeoutUs?: number): Task<boolean> {
    if (!this.isRunning(id)) return true;
    return yield* suspend<boolean>((resume) => {
      const timer = timeoutUs === undefined ? null : this.host.ctx.after(timeoutUs, () => resume(false));
      const waiting = this.waiting.get(id) ?? [];
      waiting.push(() => {
        timer?.cancel();
        resume(true);
      });
      this.waiting.set(id, waiting);
    });
  }

  private isRunning(id: string): boolean {
    return this.host.disk.sandboxes.get(id)?.ready === true || this.host.disk.containers.get(id)?.state === 'CONTAINER_RUNNING';
  }

  private *ended(exit: JsonObject): Task<void> {
    const id = String(exit.id);
    if (!this.isRunning(id)) return;
    yield* this.host.call(this.host.runc, 'runc', 'kill', { id, signal: 9, all: true });
    yield* this.host.call(this.host.runc, 'runc', 'delete', { id });
    this.settle(id, Number(exit.exitStatus), Number(exit.exitedAtUs));
  }

  /** Whatever ended while this process did not run. */
  private agree({ running, exits }: JsonObject): void {
    const alive = new Set(running as readonly string[]);
    const seen = new Map((exits as readonly JsonObject[]).map((exit) => [String(exit.id), exit]));
    const { disk, ctx } = this.host;
    for (const id of [...disk.sandboxes.keys(), ...disk.containers.keys()]) {
      if (alive.has(id) || !this.isRunning(id)) continue;
      const exit = seen.get(id);
      this.settle(id, Number(exit?.exitStatus ?? LOST), Number(exit?.exitedAtUs ?? ctx.clock()));
    }
  }

  private settle(id: string, exitCode: number, finishedAtUs: number): void {
    const { disk } = this.host;
    const sandbox = disk.sandboxes.get(id);
    const container = disk.containers.get(id);
    if (sandbox !== undefined) {
      sandbox.ready = false;
      this.host.noteSandbox(sandbox);
    } else if (container !== undefined) {
      container.state = 'CONTAINER_EXITED';
      container.exitCode = exitCode;
      container.finishedAtUs = finishedAtUs;
      container.reason = exitCode === 0 ? 'Completed' : exitCode === LOST ? 'Unknown' : 'Error';
      this.host.noteContainer(container);
    }
    for (const wake of this.waiting.get(id) ?? []) wake();
    this.waiting.delete(id);
  }
}
