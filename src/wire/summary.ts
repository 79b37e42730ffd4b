// One line of text per payload: what was sent, as a person who knows the protocol would note it down.
import { isObject, type Json, type JsonObject } from '../base/json';
import { typedLine } from './curl-line';
import type { EtcdRequest, Packet, Payload, RpcError } from './payload';
import type { FaultSpec, Input } from './run';

const MAX_LENGTH = 240;

/** `POST /api/v1/namespaces/default/pods`, `Txn put KEY if mod_revision = 0`, `ADDED Pod default/web-1`. */
export function summaryOf(payload: Payload): string {
  const text = lineOf(payload);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
}

function inputText(input: Input): string {
  if (input.type === 'interrupt') return 'Ctrl-C';
  return input.type === 'fault' ? faultText(input.fault) : (typedLine(input) ?? '');
}

function lineOf(payload: Payload): string {
  switch (payload.kind) {
    case 'input':
      return inputText(payload.input);
    case 'output':
      return outputText(payload.stdout || payload.stderr, payload.exit);
    case 'request':
      if (payload.protocol === 'http') return `${payload.method} ${payload.path}`;
      if (payload.protocol === 'etcd') return etcdRequestText(payload);
      return [payload.rpc, nameIn(payload.body)].filter((part) => part !== '').join(' ');
    case 'response':
      if (payload.protocol === 'http') return `${payload.status} ${REASONS[payload.status] ?? ''}`.trim();
      if (payload.error !== null) return errorText(payload.rpc, payload.error);
      return payload.protocol === 'etcd' ? etcdAnswerText(payload.rpc, payload.body) : `${payload.rpc} ok`;
    case 'watch-delivery':
      return payload.protocol === 'http' ? `${payload.type} ${objectText(payload.object)}` : etcdDeliveryText(payload.body);
    case 'stream':
      if (payload.protocol === 'http') return `${payload.rpc} ${String(payload.body.data).trimEnd()}`;
      return [payload.rpc, nameIn(payload.body)].filter((part) => part !== '').join(' ');
    case 'stream-end':
      return `end of stream: ${payload.reason}`;
    case 'packet':
      return packetText(payload);
    case 'inside':
      return [payload.topic, ...Object.entries(payload.detail).flatMap(scalarText)].join(' ');
    case 'fault':
      return [payload.fault, ...Object.entries(payload.detail).flatMap(scalarText)].join(' ');
  }
}

/** `10.244.1.4:40000 > 10.96.0.50:80 SYN`, `192.168.49.12 > 10.244.1.4 port-unreachable: 10.96.0.50:80`. */
function packetText({ transport, source, sourcePort, destination, destinationPort, flags, data }: Packet): string {
  if (transport === 'ICMP') return `${source} > ${destination} ${flags}: ${data}:${sourcePort}`;
  return `${source}:${sourcePort} > ${destination}:${destinationPort} ${flags} ${data}`.trim();
}

/** What was broken on purpose: `kill-container kube-scheduler`. */
function faultText(fault: FaultSpec): string {
  const { kind, ...detail } = fault;
  return [kind, ...Object.entries(detail as JsonObject).flatMap(scalarText)].join(' ');
}

const scalarText = ([name, value]: [string, Json | undefined]): string[] =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [`${name}=${value}`] : [];

function outputText(text: string, exit: number | null): string {
  const line = text.slice(0, MAX_LENGTH).split('\n')[0] ?? '';
  if (exit === null) return line;
  return line === '' ? `exit ${exit}` : `${line} (exit ${exit})`;
}

const errorText = (rpc: string, error: RpcError): string => `${rpc} failed: ${error.code}: ${error.message}`;

/** `Pod default/web-1`. */
function objectText(object: JsonObject): string {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const name = typeof metadata.namespace === 'string' ? `${metadata.namespace}/${metadata.name}` : String(metadata.name ?? '');
  return [String(object.kind ?? 'object'), object.kind === 'Status' ? String(object.message ?? '') : name].join(' ').trim();
}

/** The Pod, container, image or service that a call names. */
function nameIn(body: JsonObject): string {
  const named = [body.sandboxConfig, body.config].flatMap((config) => {
    const { metadata } = isObject(config) ? config : {};
    return isObject(metadata) ? [[metadata.namespace, metadata.name].filter((part) => typeof part === 'string').join('/')] : [];
  });
  const image = isObject(body.image) ? body.image.image : body.image;
  if (typeof image === 'string') return image;
  if (named.length > 0) return named.join(' ');
  const name = [body.containerId, body.podSandboxId, body.service, body.id, body.name].find((part) => typeof part === 'string');
  return typeof name === 'string' ? name : '';
}

// ---- etcd

function etcdRequestText({ rpc, body }: EtcdRequest): string {
  switch (rpc) {
    case 'Txn':
      return `Txn ${txnText(body)}`;
    case 'Watch':
      return isObject(body.create_request)
        ? `Watch ${spanText(body.create_request)}${from(body.create_request.start_revision)}`
        : `Watch ${Object.keys(body).join(' ')}`;
    case 'LeaseGrant':
      return `LeaseGrant TTL ${body.TTL}`;
    case 'LeaseRevoke':
    case 'LeaseKeepAlive':
    case 'LeaseTimeToLive':
      return `${rpc} ${body.ID}`;
    case 'Compact':
      return `Compact to revision ${body.revision}`;
    default:
      return `${rpc} ${operationText(rpc, body)}`.trim();
  }
}

function operationText(rpc: string, body: JsonObject): string {
  if (rpc === 'Range')
    return `${spanText(body)}${body.limit ? ` limit ${body.limit}` : ''}${body.revision ? ` at revision ${body.revision}` : ''}`;
  return typeof body.key === 'string' ? spanText(body) : '';
}

/** `put KEY if mod_revision = 0, else range KEY`. */
function txnText(body: JsonObject): string {
  const success = branchText(body.success);
  const failure = branchText(body.failure);
  const conditions = listOf(body.compare).map(compareText);
  const guarded = [success || 'nothing', ...(conditions.length > 0 ? [`if ${conditions.join(' and ')}`] : [])].join(' ');
  return failure === '' ? guarded : `${guarded} else ${failure}`;
}

const branchText = (branch: Json | undefined): string => listOf(branch).map(txnOperationText).join(', ');

function txnOperationText(operation: JsonObject): string {
  if (isObject(operation.request_put)) return `put ${spanText(operation.request_put)}`;
  if (isObject(operation.request_delete_range)) return `delete ${spanText(operation.request_delete_range)}`;
  if (isObject(operation.request_range)) return `range ${operationText('Range', operation.request_range)}`;
  return isObject(operation.request_txn) ? `(${txnText(operation.request_txn)})` : '';
}

const COMPARED: { readonly [target: string]: string } = {
  MOD: 'mod_revision',
  CREATE: 'create_revision',
  VERSION: 'version',
  LEASE: 'lease',
  VALUE: 'value',
};
const RESULTS: { readonly [result: string]: string } = { EQUAL: '=', GREATER: '>', LESS: '<', NOT_EQUAL: '!=' };
function compareText(compare: JsonObject): string {
  const field = COMPARED[String(compare.target ?? 'VERSION')] ?? 'version';
  const value = compare[field];
  return `${field} ${RESULTS[String(compare.result ?? 'EQUAL')] ?? '='} ${isObject(value) ? '{…}' : (value ?? 0)}`;
}

/** A key, or `KEY*` for all keys that begin with it. */
function spanText({ key, range_end: end }: JsonObject): string {
  if (typeof end !== 'string' || end === '') return String(key ?? '');
  return isPrefix(String(key), end) ? `${key}*` : `${key}..${end}`;
}
/** etcd's end of a prefix: the last unit plus one. */
const isPrefix = (key: string, end: string): boolean =>
  key.length === end.length &&
  key.slice(0, -1) === end.slice(0, -1) &&
  key.charCodeAt(key.length - 1) + 1 === end.charCodeAt(end.length - 1);

const from = (revision: Json | undefined): string => (revision ? ` from revision ${revision}` : '');

function etcdAnswerText(rpc: string, body: JsonObject): string {
  const revision = isObject(body.header) ? body.header.revision : undefined;
  const at = revision === undefined ? '' : ` at revision ${revision}`;
  if (rpc === 'Txn') return `Txn ${body.succeeded === true ? 'succeeded' : 'not applied: the condition did not hold'}${at}`;
  if (rpc === 'Range') return `Range ${body.count ?? 0} found${at}`;
  return `${rpc} ok${at}`;
}

function etcdDeliveryText(body: JsonObject): string {
  const events = listOf(body.events);
  const [first] = events;
  if (first === undefined) return isObject(body.header) ? `progress: revision ${body.header.revision}` : 'progress';
  const kv = isObject(first.kv) ? first.kv : {};
  const more = events.length > 1 ? ` and ${events.length - 1} more` : '';
  return `${String(first.type ?? 'PUT')} ${String(kv.key ?? '')} at revision ${String(kv.mod_revision ?? '')}${more}`;
}

const listOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];

const REASONS: { readonly [status: number]: string } = {
  101: 'Switching Protocols',
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  410: 'Gone',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
