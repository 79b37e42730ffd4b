// etcd's JSON gateway in front of the simulated etcd: bytes are base64, 64-bit numbers are text. Speaks as etcdctl.
// Models etcd server/etcdserver/api/v3rpc behind grpc-gateway. Left out: authentication, elections, locks, keep-alives.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isObject, type Json, type JsonObject } from '../../base/json';
import type { Process } from '../../sim/process';
import type { Simulation } from '../../sim/simulation';
import { ETCD, ETCDCTL } from '../../wire/names';
import type { EtcdRpc } from '../../wire/payload';
import { grpcCode } from '../grpc-codes';
import { readAll } from './body';
import { dial } from './dial';

const RPCS: { readonly [path: string]: EtcdRpc } = {
  '/v3/kv/range': 'Range',
  '/v3/kv/put': 'Put',
  '/v3/kv/deleterange': 'DeleteRange',
  '/v3/kv/txn': 'Txn',
  '/v3/kv/compaction': 'Compact',
  '/v3/lease/grant': 'LeaseGrant',
  '/v3/lease/revoke': 'LeaseRevoke',
  '/v3/lease/timetolive': 'LeaseTimeToLive',
  '/v3/lease/leases': 'LeaseLeases',
  '/v3/maintenance/status': 'Status',
  '/v3/watch': 'Watch',
};
const KEYS = new Set(['key', 'range_end']);

export class Gateway {
  private readonly client: Process;

  constructor(private readonly sim: Simulation) {
    this.client = sim.start(ETCDCTL, { start: () => undefined, inspect: () => ({}) });
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const rpc = RPCS[(request.url ?? '').split('?')[0] ?? ''];
    if (rpc === undefined) return refuse(response, 404, 5, 'Not Found');
    const bytes = await readAll(request);
    if (bytes === null) return refuse(response, 413, 8, 'the request is too large');
    let body: Json;
    try {
      body = fromGateway(JSON.parse(Buffer.from(bytes).toString() || '{}') as Json);
    } catch {
      // Also where it is nested too deeply.
      return refuse(response, 400, 3, 'the body is no JSON');
    }
    if (!isObject(body)) return refuse(response, 400, 3, 'the body is no message');
    this.send(rpc, body, response);
  }

  private send(rpc: EtcdRpc, body: JsonObject, response: ServerResponse): void {
    dial(this.sim, this.client, ETCD, { protocol: 'etcd', kind: 'request', rpc, body }, response, (item, exchange) => {
      if (item.type === 'end') return response.headersSent ? void response.end() : refuse(response, 503, 14, item.reason);
      const { payload } = item;
      if (payload.protocol !== 'etcd') return;
      if (payload.kind === 'response' && payload.error !== null) {
        const [number, status] = grpcCode(payload.error.code);
        refuse(response, status, number, payload.error.message);
      } else if (rpc === 'Watch') response.write(`${JSON.stringify({ result: toGateway(payload.body) })}\n`);
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(toGateway(payload.body)));
      if (rpc !== 'Watch') exchange.close();
    });
  }
}

function refuse(response: ServerResponse, status: number, code: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: message, code, message }));
}

/** `rangeEnd` is `range_end`; numbers may be text. */
function fromGateway(value: Json, name = ''): Json {
  if (Array.isArray(value)) return value.map((item) => fromGateway(item, name));
  if (isObject(value)) {
    const members = Object.entries(value).flatMap(([camel, member]): [string, Json][] => {
      const snake = camel === 'ID' || camel === 'TTL' ? camel : camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return member === undefined ? [] : [[snake, fromGateway(member, snake)]];
    });
    return Object.fromEntries(members);
  }
  if (typeof value !== 'string') return value;
  if (KEYS.has(name)) return Buffer.from(value, 'base64').toString();
  if (name === 'value') return storedForm(Buffer.from(value, 'base64').toString());
  return /^-?\d+$/.test(value) ? Number(value) : value;
}

/** Values are kept as objects where they are some. */
function storedForm(text: string): Json {
  if (!text.startsWith('{')) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function toGateway(value: Json, name = ''): Json {
  if (name === 'value') return base64(typeof value === 'string' ? value : JSON.stringify(value));
  if (Array.isArray(value)) return value.map((item) => toGateway(item, name));
  if (isObject(value)) {
    const members = Object.entries(value).flatMap(([own, member]): [string, Json][] =>
      member === undefined ? [] : [[own, toGateway(member, own)]],
    );
    return Object.fromEntries(members);
  }
  if (typeof value === 'string' && KEYS.has(name)) return base64(value);
  // All of etcd's numbers have 64 bits.
  return typeof value === 'number' ? String(value) : value;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
