// ../shared/vectors/etcd-programs.json: programs recorded from a real etcd 3.4, and where 3.5 answers
// differently (`etcd35`) that answer. One case is one program; every step's answer and everything that
// its watches got must be equal.
import { MS, simTime } from '../../base/brand';
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/json';
import type { Outcome } from '../../components/etcd/errors';
import { messagesOf, numberOf, textOf } from '../../components/etcd/fields';
import { answer, type Disk, newDisk, type UnaryRpc } from '../../components/etcd/member';
import { WatchHub, type WatchStream } from '../../components/etcd/watch';
import { grpcCode } from '../grpc-codes';
import type { Adapter, VectorCase } from './adapter';

const RPCS: { readonly [op: string]: UnaryRpc } = {
  range: 'Range',
  put: 'Put',
  delete: 'DeleteRange',
  txn: 'Txn',
  compact: 'Compact',
  'lease.grant': 'LeaseGrant',
  'lease.revoke': 'LeaseRevoke',
  'lease.ttl': 'LeaseTimeToLive',
  'lease.list': 'LeaseLeases',
  'lease.keepalive': 'LeaseKeepAlive',
};
export const etcdPrograms: Adapter = (file) =>
  messagesOf(file as JsonObject, 'programs').map(
    (program): VectorCase => ({
      group: textOf(program, 'family'),
      id: textOf(program, 'id'),
      run: () => new ProgramRun().run(messagesOf(program, 'steps')),
    }),
  );

class ProgramRun {
  private readonly disk: Disk = newDisk();
  private readonly hub = new WatchHub(this.disk.store);
  private readonly streams = new Map<string, WatchStream>();
  private heard: JsonObject[] = [];
  private now = simTime(0);

  constructor() {
    this.disk.store.onCommit = (commit) => this.hub.notify(commit);
  }

  /** Null, or the first step that differs. */
  run(steps: readonly JsonObject[]): string | null {
    for (const [i, recorded] of steps.entries()) {
      const newer = recorded.etcd35;
      const step = isObject(newer) ? { ...recorded, ...newer } : recorded;
      this.heard = [];
      this.now = simTime(this.now + MS);
      const got = this.step(step);
      this.hub.sync();
      const wanted = { res: step.res ?? null, err: step.err ?? null, watch: step.watch ?? [] };
      const found = { ...got, watch: [...this.heard].sort(byStreamAndId) };
      if (!jsonEqual(wanted, found)) return `step ${i} ${JSON.stringify(step)}\nanswered ${JSON.stringify(found)}`;
    }
    return null;
  }

  private step(step: JsonObject): { readonly res: Json; readonly err: Json } {
    const op = textOf(step, 'op');
    const request = isObject(step.req) ? step.req : {};
    if (op.startsWith('watch.')) {
      this.watch(op, textOf(step, 'stream'), request);
      return { res: null, err: null };
    }
    if (op === 'lease.expire') {
      answer(this.disk, 'LeaseRevoke', request, this.now);
      const { store } = this.disk;
      return { res: { revision: store.revision, count: store.read({ key: '\0', end: '\0' }, store.revision, 0).count }, err: null };
    }
    return gatewayAnswer(answer(this.disk, RPCS[op] as UnaryRpc, request, this.now));
  }

  private watch(op: string, name: string, request: JsonObject): void {
    const hear = (response: JsonObject): void => void this.heard.push(watchResponse(name, response));
    let stream = this.streams.get(name);
    if (stream === undefined) this.streams.set(name, (stream = this.hub.stream(hear)));
    if (op === 'watch.create') hear(stream.create(asSent(request)));
    else if (op === 'watch.cancel') stream.cancel(numberOf(request, 'watch_id'));
    else stream.progress();
  }
}

/** The recorder's client put every filter on the wire as 0, which is NOPUT: in the recording also
 *  watches said to be NODELETE got deletions and no puts. What was sent is what must be answered. */
const asSent = (request: JsonObject): JsonObject => (request.filters === undefined ? request : { ...request, filters: ['NOPUT'] });

const revisionOf = (body: JsonObject): JsonObject => {
  const header = isObject(body.header) ? body.header : {};
  return header.revision === undefined ? {} : { revision: header.revision };
};

/** The file's form: `header` is its revision only, also inside transactions. */
function flat(body: JsonObject): JsonObject {
  const { header: _, responses, ...rest } = body;
  const inner = Array.isArray(responses)
    ? {
        responses: (responses as readonly JsonObject[]).map((one) =>
          Object.fromEntries(Object.entries(one).map(([name, answered]) => [name, flat(answered as JsonObject)])),
        ),
      }
    : {};
  return { ...revisionOf(body), ...rest, ...inner };
}

function gatewayAnswer(outcome: Outcome): { readonly res: Json; readonly err: Json } {
  if (outcome.ok) {
    const res = flat(outcome.value);
    return { res: 'grantedTTL' in res ? { ...res, TTL: 'remaining' } : res, err: null };
  }
  const [code, http] = grpcCode(outcome.error.code);
  return { res: null, err: { http, code, message: outcome.error.message } };
}

function watchResponse(stream: string, { header, watch_id, ...rest }: JsonObject): JsonObject {
  return { stream, watch_id: watch_id ?? 0, revision: revisionOf({ header }).revision ?? 0, ...rest };
}

const byStreamAndId = (a: JsonObject, b: JsonObject): number =>
  textOf(a, 'stream') < textOf(b, 'stream')
    ? -1
    : textOf(a, 'stream') > textOf(b, 'stream')
      ? 1
      : numberOf(a, 'watch_id') - numberOf(b, 'watch_id');
