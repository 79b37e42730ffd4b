// A trace written by hand, for tests: each message a millisecond after the one before, received half of one later.
import { type Seq, seqOf, simTime } from '../../base/brand';
import type { Json, JsonObject } from '../../base/json';
import { API_SERVER, componentId, ETCD, KUBECTL, USER } from '../../wire/names';
import type { Method, Payload, WatchType } from '../../wire/payload';
import type { TraceRecord } from '../../wire/record';

export class Records {
  readonly list: TraceRecord[] = [];
  private revision = 0;

  add(from: string, to: string, cause: number | null, payload: Payload, more: Partial<TraceRecord> = {}): Seq {
    const seq = seqOf(this.list.length);
    const atUs = seq * 1_000;
    this.list.push({
      seq,
      atUs: simTime(atUs),
      receivedUs: simTime(from === to ? atUs : atUs + 500),
      from: componentId(from),
      to: componentId(to),
      actor: null,
      exchange: payload.kind === 'request' ? seq : null,
      cause: cause === null ? null : seqOf(cause),
      payload,
      ...more,
    });
    return seq;
  }

  typed(line: string): Seq {
    return this.add(USER, KUBECTL, null, { protocol: 'input', kind: 'input', input: { type: 'kubectl', line } });
  }

  inside(
    who: string,
    cause: number | null,
    topic: 'started' | 'stopped' | 'chain' | 'queue',
    detail: JsonObject,
    set: JsonObject = {},
  ): Seq {
    return this.add(who, who, cause, { protocol: 'inside', kind: 'inside', topic, detail, set });
  }

  request(from: string, cause: number, method: Method, path: string, body: Json = null, actor: string | null = null): Seq {
    const payload = { protocol: 'http', kind: 'request', method, path, headers: {}, body, certificate: null } as const;
    return this.add(from, API_SERVER, cause, payload, { actor });
  }

  answer(request: Seq, status: number, body: Json = null, cause: number = request): Seq {
    const { from, to } = this.list[request] as TraceRecord;
    return this.add(to, from, cause, { protocol: 'http', kind: 'response', status, headers: {}, body }, { exchange: request });
  }

  delivery(stream: Seq, type: WatchType, object: JsonObject, cause: number = stream): Seq {
    const { from, to } = this.list[stream] as TraceRecord;
    return this.add(to, from, cause, { protocol: 'http', kind: 'watch-delivery', type, object }, { exchange: stream });
  }

  call(from: string, to: string, cause: number, protocol: 'cri' | 'runc' | 'iptables', rpc: string, body: JsonObject): Seq {
    return this.add(from, to, cause, { protocol, kind: 'request', rpc, body });
  }

  /** kube-apiserver writes `object` under `key` (null deletes it): request, commit, answer. */
  store(key: string, object: JsonObject | null, cause: number): { readonly request: Seq; readonly commit: Seq; readonly answer: Seq } {
    const revision = ++this.revision;
    const operation = object === null ? { request_delete_range: { key } } : { request_put: { key, value: object } };
    const body = { compare: [{ target: 'MOD', key, mod_revision: 0 }], success: [operation] };
    const request = this.add(API_SERVER, ETCD, cause, { protocol: 'etcd', kind: 'request', rpc: 'Txn', body });
    const detail = { revision, type: object === null ? 'DELETE' : 'PUT', key };
    const set = { [`key/${key}`]: object === null ? null : revision, revision };
    const commit = this.add(ETCD, ETCD, request, { protocol: 'inside', kind: 'inside', topic: 'commit', detail, set });
    const answered = { header: { revision }, succeeded: true };
    const answer = this.add(
      ETCD,
      API_SERVER,
      request,
      { protocol: 'etcd', kind: 'response', rpc: 'Txn', body: answered, error: null },
      { exchange: request },
    );
    return { request, commit, answer };
  }
}
