// The kubelet's connection to its container engine: one CRI call, one answer or a gRPC error.
import type { JsonObject } from '../../base/json';
import { err, ok, type Result } from '../../base/result';
import type { Ctx } from '../../sim/process';
import type { Task } from '../../sim/task';
import { type ComponentId, onNode } from '../../wire/names';
import type { CallRequest, CallResponse, RpcError } from '../../wire/payload';

export type CriAnswer = Result<JsonObject, RpcError>;

export class Cri {
  private readonly engine: ComponentId;

  constructor(
    private readonly ctx: Ctx,
    node: string,
  ) {
    this.engine = onNode('containerd', node);
  }

  /** `idle`: a poll that does not keep a run awake. No answer at all is an error too. */
  *call(rpc: string, body: JsonObject, options: { readonly idle?: boolean } = {}): Task<CriAnswer> {
    const request: CallRequest = { protocol: 'cri', kind: 'request', rpc, body };
    const answer = yield* this.ctx.call(this.engine, request, options);
    if (!answer.ok) return err({ code: 'UNAVAILABLE', message: `connection error: ${answer.failure}` });
    const { body: said, error } = answer.payload as CallResponse;
    return error === null ? ok(said) : err(error);
  }
}

/** A gRPC error as Go prints it. */
export const errorText = ({ code, message }: RpcError): string => `rpc error: code = ${GO_CODES[code] ?? code} desc = ${message}`;

const GO_CODES: { readonly [code: string]: string } = {
  UNKNOWN: 'Unknown',
  NOT_FOUND: 'NotFound',
  UNAVAILABLE: 'Unavailable',
  DEADLINE_EXCEEDED: 'DeadlineExceeded',
  UNIMPLEMENTED: 'Unimplemented',
};
