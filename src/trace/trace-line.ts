// A record as one line of the command line's output. The format is docs/TRACE.md's; what stands there stays.
import type { Json, JsonObject } from '../base/json';
import type { Payload } from '../wire/payload';
import type { TraceRecord } from '../wire/record';
import { summaryOf } from '../wire/summary';
import { type Subject, subjectOf } from './subject';
import type { Trace } from './trace';

/** The record as a JSON object; members that say nothing are left out. `bodies` adds what was sent. */
export function traceLine(record: TraceRecord, trace: Trace, options: { readonly bodies?: boolean } = {}): JsonObject {
  const { seq, atUs, receivedUs, from, to, actor, payload, exchange, cause } = record;
  const subject = subjectOf(record, trace);
  return {
    seq,
    atUs,
    receivedUs,
    from,
    to,
    actor,
    protocol: payload.protocol,
    kind: payload.kind === 'stream-end' ? 'stream' : payload.kind,
    exchange,
    cause,
    summary: summaryOf(payload),
    ...ownFields(record, trace),
    ...(subject === null ? {} : { object: objectOf(subject) }),
    ...(options.bodies === true ? bodyOf(payload) : {}),
  };
}

/** What the protocol adds: method, path and status for HTTP, the call's name for the others. */
function ownFields(record: TraceRecord, trace: Trace): JsonObject {
  const { payload } = record;
  if (payload.protocol === 'http') return httpFields(record, trace);
  switch (payload.kind) {
    case 'request':
    case 'stream':
      return { rpc: payload.rpc };
    case 'response':
      return { rpc: payload.rpc, error: payload.error as JsonObject | null };
    case 'stream-end':
      return { end: payload.reason };
    case 'packet': {
      const { protocol: _, kind: __, ...packet } = payload;
      return packet;
    }
    case 'inside':
      return { topic: payload.topic, detail: payload.detail };
    case 'output':
      return { stdout: payload.stdout, stderr: payload.stderr, exit: payload.exit };
    case 'fault':
      return { fault: payload.fault, detail: payload.detail };
    default:
      return {};
  }
}

/** A request and all that belongs to it carry its method and path, and the status of its answer once there is one. */
function httpFields(record: TraceRecord, trace: Trace): JsonObject {
  const request = trace.requestOf(record);
  const answer = request === undefined ? undefined : trace.answerOf(request)?.payload;
  const asked = request?.payload.protocol === 'http' && request.payload.kind === 'request' ? request.payload : null;
  const status = answer?.protocol === 'http' && answer.kind === 'response' ? answer.status : null;
  const { payload } = record;
  return {
    method: asked?.method ?? null,
    path: asked?.path ?? null,
    status,
    ...(payload.kind === 'watch-delivery' && payload.protocol === 'http' ? { type: payload.type } : {}),
    ...(payload.kind === 'stream-end' ? { end: payload.reason } : {}),
  };
}

const objectOf = ({ apiVersion, kind, namespace, name, resourceVersion }: Subject): JsonObject => ({
  apiVersion,
  kind,
  namespace,
  name,
  resourceVersion,
});

function bodyOf(payload: Payload): JsonObject {
  if (payload.kind === 'watch-delivery') return { body: payload.protocol === 'http' ? payload.object : payload.body };
  if (payload.kind === 'inside') return { set: payload.set };
  if (payload.kind === 'input') return { body: payload.input as unknown as Json };
  if (payload.protocol === 'http' && 'headers' in payload) return { headers: payload.headers, body: payload.body };
  return 'body' in payload ? { body: payload.body } : {};
}

/** The line after the last record. */
export interface TraceSummary {
  readonly atUs: number;
  readonly atRest: boolean;
  readonly digest: string;
  readonly model: string;
}
export const summaryLine = (trace: Trace, summary: TraceSummary): JsonObject => ({
  kind: 'summary',
  records: trace.records.length,
  ...summary,
});
