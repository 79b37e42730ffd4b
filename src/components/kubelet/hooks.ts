// Handlers that a container's author asked to be run: hooks after its start and before its end, and the three
// kinds of probes. Models kubernetes pkg/kubelet/lifecycle/handlers.go and pkg/probe. A pod's own process
// answers HTTP and TCP. Left out: gRPC, headers.
import type { JsonObject } from '../../base/json';
import { err, ok, type Result } from '../../base/result';
import type { Container, Pod } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import type { Task } from '../../sim/task';
import { podProcess } from '../../wire/names';
import type { CallRequest, CallResponse } from '../../wire/payload';
import type { Cri } from './cri';

/** `exec`, `httpGet`, `tcpSocket` or `sleep`, as in a Probe or a LifecycleHandler. */
export type Handler = JsonObject;

export interface HandlerTarget {
  readonly pod: Pod;
  readonly container: Container;
  readonly containerId: string;
  readonly podIp: string;
}
/** What a handler said, good or bad. */
export type HandlerResult = Result<string>;

export class Handlers {
  constructor(
    private readonly ctx: Ctx,
    private readonly cri: Cri,
  ) {}

  *run(target: HandlerTarget, handler: Handler, timeoutUs: number, idle = false): Task<HandlerResult> {
    const { exec, httpGet, tcpSocket, sleep } = handler as { readonly [kind: string]: JsonObject | undefined };
    if (exec !== undefined) return yield* this.exec(target.containerId, (exec.command ?? []) as readonly string[], timeoutUs, idle);
    if (httpGet !== undefined) return yield* this.http(target, httpGet, timeoutUs, idle);
    if (tcpSocket !== undefined) return yield* this.tcp(target, tcpSocket, timeoutUs, idle);
    if (sleep !== undefined) yield* this.ctx.sleep(Number(sleep.seconds ?? 0) * 1_000_000);
    return ok('');
  }

  private *exec(containerId: string, cmd: readonly string[], timeoutUs: number, idle: boolean): Task<HandlerResult> {
    const answer = yield* this.cri.call('ExecSync', { containerId, cmd, timeout: Math.ceil(timeoutUs / 1_000_000) }, { idle });
    if (!answer.ok)
      return err(
        answer.error.code === 'DEADLINE_EXCEEDED'
          ? `command timed out: ${quoted(cmd)} timed out after ${timeoutUs / 1_000_000}s`
          : answer.error.message,
      );
    const {
      stdout = '',
      stderr = '',
      exitCode = 0,
    } = answer.value as { readonly stdout?: string; readonly stderr?: string; readonly exitCode?: number };
    return exitCode === 0 ? ok(stdout) : err(`${stdout}${stderr}`);
  }

  private *http(target: HandlerTarget, action: JsonObject, timeoutUs: number, idle: boolean): Task<HandlerResult> {
    const { path = '/', scheme = 'HTTP' } = action as { readonly path?: string; readonly scheme?: string };
    const port = portOf(target.container, action.port);
    const host = String(action.host ?? target.podIp);
    const url = `${scheme.toLowerCase()}://${host}:${port}${path}`;
    const answer = yield* this.ask(target, 'GET', { port, path, scheme, host }, timeoutUs, idle);
    if (answer === 'timeout') return err(`Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`);
    if (answer === null) return err(`Get "${url}": dial tcp ${host}:${port}: connect: connection refused`);
    const status = Number(answer.status ?? 0);
    return status >= 200 && status < 400 ? ok('') : err(`HTTP probe failed with statuscode: ${status}`);
  }

  private *tcp(target: HandlerTarget, action: JsonObject, timeoutUs: number, idle: boolean): Task<HandlerResult> {
    const port = portOf(target.container, action.port);
    const host = String(action.host ?? target.podIp);
    const answer = yield* this.ask(target, 'CONNECT', { port, host }, timeoutUs, idle);
    if (answer === 'timeout') return err(`dial tcp ${host}:${port}: i/o timeout`);
    return answer === null ? err(`dial tcp ${host}:${port}: connect: connection refused`) : ok('');
  }

  /** Null: nobody listens. */
  private *ask(
    { pod }: HandlerTarget,
    rpc: string,
    body: JsonObject,
    timeoutUs: number,
    idle: boolean,
  ): Task<JsonObject | null | 'timeout'> {
    const { namespace = '', name } = pod.metadata;
    const request: CallRequest = { protocol: 'probe', kind: 'request', rpc, body };
    const answer = yield* this.ctx.call(podProcess(namespace, name), request, { timeoutUs, idle });
    if (!answer.ok) return answer.failure === 'timeout' ? 'timeout' : null;
    const { body: said, error } = answer.payload as CallResponse;
    return error === null ? said : null;
  }
}

const quoted = (words: readonly string[]): string => `"${words.join(' ')}"`;

/** By number or by the name of one of the container's ports. */
function portOf(container: Container, port: unknown): number {
  if (typeof port === 'number') return port;
  const named = (container.ports ?? []).find(({ name }) => name === port);
  return named?.containerPort ?? Number(port ?? 0);
}
