// containerd's streaming server: what CRI's Exec has prepared is fetched by its URL, once, over an upgraded
// connection. Models containerd internal/cri/streaming and k8s.io/kubelet pkg/cri/streaming.
import type { JsonObject } from '../../base/json';
import type { Incoming } from '../../sim/network';
import type { Task } from '../../sim/task';
import type { HttpFrame, HttpRequest, HttpResponse } from '../../wire/payload';
import { SPDY } from '../../wire/upgrade';
import type { Host } from './host';

const ADDRESS = 'http://127.0.0.1:35661';
const TOKEN_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const CHANNELS = { stdout: 1, stderr: 2, status: 3 } as const;

export class Streams {
  private readonly prepared = new Map<string, JsonObject>();
  private count = 0;

  constructor(private readonly host: Host) {}

  /** The URL under which the call's streams can be fetched. */
  prepare(kind: string, call: JsonObject): string {
    const token = this.host.ctx.random(`stream ${++this.count} of ${String(call.containerId)}`).text(8, TOKEN_LETTERS);
    this.prepared.set(`/${kind}/${token}`, call);
    return `${ADDRESS}/${kind}/${token}`;
  }

  *serve(incoming: Incoming, { path }: HttpRequest): Task<void> {
    const call = this.prepared.get(path);
    this.prepared.delete(path);
    if (call === undefined) return incoming.respond(answer(404, 'page not found'));
    incoming.respond(answer(101, null));
    const args = (call.cmd ?? []) as readonly string[];
    const ran = yield* this.host.call(this.host.runc, 'runc', 'exec', { id: String(call.containerId), args, attached: true });
    if (ran.ok) {
      const { stdout = '', stderr = '', exitCode = 0 } = ran.value as { stdout?: string; stderr?: string; exitCode?: number };
      if (stdout !== '') incoming.push(frame('stdout', stdout));
      if (stderr !== '') incoming.push(frame('stderr', stderr));
      incoming.push(frame('status', JSON.stringify(ended(args, exitCode))));
    } else {
      const id = this.host.newId(`exec ${this.count} of ${String(call.containerId)}`);
      const why = `failed to exec in container: failed to start exec "${id}": OCI runtime exec failed: ${ran.error.message}`;
      incoming.push(frame('status', JSON.stringify(internal(`error executing command in container: ${why}`))));
    }
    incoming.end('closed');
  }
}

const answer = (status: number, body: string | null): HttpResponse => ({
  protocol: 'http',
  kind: 'response',
  status,
  headers: status === 101 ? SPDY : {},
  body,
});

const frame = (rpc: HttpFrame['rpc'], data: string): HttpFrame => ({
  protocol: 'http',
  kind: 'stream',
  rpc,
  body: { channel: CHANNELS[rpc], data },
});

/** How a command ended, as remotecommand tells it. */
function ended(args: readonly string[], exitCode: number): JsonObject {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  const message = `command terminated with non-zero exit code: error executing command [${args.join(' ')}], exit code ${exitCode}`;
  const details = { causes: [{ reason: 'ExitCode', message: String(exitCode) }] };
  return { metadata: {}, status: 'Failure', message, reason: 'NonZeroExitCode', details };
}

function internal(message: string): JsonObject {
  const details = { causes: [{ message }] };
  return { metadata: {}, status: 'Failure', message: `Internal error occurred: ${message}`, reason: 'InternalError', details, code: 500 };
}
