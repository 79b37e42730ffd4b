// One payload type per protocol. `protocol` and `kind` discriminate; everything is readonly JSON, and
// it is what the real component sends: real paths, headers, codes and bodies.
import type { Json, JsonObject } from '../base/json';
import type { Input } from './run';

export type Headers = { readonly [lowerCaseName: string]: string };
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

// ---- HTTP: the Kubernetes API. `path` carries the query, percent-encoded as sent.
export interface HttpRequest {
  readonly protocol: 'http';
  readonly kind: 'request';
  readonly method: Method;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Json;
  /** Who the client's TLS certificate says it is: shown when the connection was made, not in the
   *  request itself. Null where the client showed none (it sends a bearer token, or is nobody). */
  readonly certificate: Certificate | null;
}
export interface Certificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
}
export interface HttpResponse {
  readonly protocol: 'http';
  readonly kind: 'response';
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}
export type WatchType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
export interface WatchDelivery {
  readonly protocol: 'http';
  readonly kind: 'watch-delivery';
  readonly type: WatchType;
  readonly object: JsonObject;
}
/** A message of a WebSocket into a container: what its command printed, or (`status`) how it ended. */
export interface HttpFrame {
  readonly protocol: 'http';
  readonly kind: 'stream';
  readonly rpc: 'stdout' | 'stderr' | 'status';
  /** `{channel, data}`, as channel.k8s.io numbers the channels: 1, 2, 3. */
  readonly body: JsonObject;
}

// ---- etcd: gRPC, shown as the JSON of its protobuf messages (api/etcdserverpb/rpc.proto).
// Keys are text, values are the stored objects, integers are numbers, zero values are absent.
export type EtcdRpc =
  | 'Range'
  | 'Put'
  | 'DeleteRange'
  | 'Txn'
  | 'Compact'
  | 'Watch'
  | 'LeaseGrant'
  | 'LeaseRevoke'
  | 'LeaseKeepAlive'
  | 'LeaseTimeToLive'
  | 'LeaseLeases'
  | 'Status';
export interface EtcdRequest {
  readonly protocol: 'etcd';
  readonly kind: 'request';
  readonly rpc: EtcdRpc;
  readonly body: JsonObject;
}
export interface EtcdResponse {
  readonly protocol: 'etcd';
  readonly kind: 'response';
  readonly rpc: EtcdRpc;
  readonly body: JsonObject;
  readonly error: RpcError | null;
}
/** One WatchResponse on an open Watch stream. */
export interface EtcdWatchDelivery {
  readonly protocol: 'etcd';
  readonly kind: 'watch-delivery';
  readonly body: JsonObject;
}

// ---- Calls below the kubelet: a name, a body, an answer or an error.
export interface RpcError {
  readonly code: string;
  readonly message: string;
}
export type CallProtocol = 'cri' | 'cni' | 'runc' | 'kernel' | 'iptables' | 'registry' | 'dns' | 'probe' | 'etcd-peer';
export interface CallRequest {
  readonly protocol: CallProtocol;
  readonly kind: 'request';
  /** CRI method, runc or CNI verb, HTTP method and path at a registry, `iptables-restore`, ... */
  readonly rpc: string;
  readonly body: JsonObject;
}
export interface CallResponse {
  readonly protocol: CallProtocol;
  readonly kind: 'response';
  readonly rpc: string;
  readonly body: JsonObject;
  readonly error: RpcError | null;
}
/** Something pushed on an open call: a container's exit from runc, an engine's event. */
export interface CallDelivery {
  readonly protocol: CallProtocol;
  readonly kind: 'stream';
  readonly rpc: string;
  readonly body: JsonObject;
}

// ---- A stream's end, whatever the protocol; `reason` is why ('timeout', 'gone', 'closed', 'reset').
export interface StreamEnd {
  readonly protocol: 'http' | 'etcd' | CallProtocol;
  readonly kind: 'stream-end';
  readonly reason: string;
}

// ---- IP: a packet between a Pod, the kernels of nodes and outside, with the addresses that it has at this
// place of its way. TCP with one segment per direction; acknowledgements that carry nothing are left out.
export type PacketFlags = 'SYN' | 'SYN+ACK' | 'ACK' | 'FIN+ACK' | 'RST' | 'port-unreachable' | 'host-unreachable';
export interface Packet {
  readonly protocol: 'ip';
  readonly kind: 'packet';
  readonly transport: 'TCP' | 'ICMP';
  readonly source: string;
  /** For ICMP, here and below: the ports of the packet that it complains of, turned round. */
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly flags: PacketFlags;
  /** What it carries: `GET / HTTP/1.1`; for ICMP the address that could not be reached. */
  readonly data: string;
}

// ---- What happened inside one component. `set` is the change of its interior: path -> new value, null
// removes. Folding every `set` of a component gives what its inspect() answers.
export interface Inside {
  readonly protocol: 'inside';
  readonly kind: 'inside';
  readonly topic: InsideTopic;
  readonly detail: JsonObject;
  readonly set: JsonObject;
}
export type InsideTopic =
  | 'boot'
  | 'started'
  | 'stopped'
  | 'crashed'
  | 'leader'
  | 'chain' // kube-apiserver: what each chamber said to one request
  | 'commit'
  | 'lease'
  | 'compact' // etcd
  | 'cache'
  | 'watch-cache'
  | 'queue'
  | 'reconcile' // client-go and controllers
  | 'schedule' // filter verdicts and scores of every node
  | 'pod-worker'
  | 'volume'
  | 'image'
  | 'probe'
  | 'container'
  | 'node'
  | 'rules'
  | 'packet' // a node's kernel: the rules that a packet met, and where it went
  | 'request' // how a request for a service ended
  | 'lost';

// ---- The person: what was asked and what was printed; and what was broken on purpose.
export interface InputPayload {
  readonly protocol: 'input';
  readonly kind: 'input';
  readonly input: Input;
}
export interface Output {
  readonly protocol: 'terminal';
  readonly kind: 'output';
  readonly stdout: string;
  readonly stderr: string;
  /** Null while the command still runs. */
  readonly exit: number | null;
}
export interface Fault {
  readonly protocol: 'fault';
  readonly kind: 'fault';
  readonly fault: string;
  readonly detail: JsonObject;
}

export type RequestPayload = HttpRequest | EtcdRequest | CallRequest;
export type ResponsePayload = HttpResponse | EtcdResponse | CallResponse;
export type DeliveryPayload = WatchDelivery | HttpFrame | EtcdWatchDelivery | CallDelivery;
export type Payload = RequestPayload | ResponsePayload | DeliveryPayload | StreamEnd | Packet | Inside | InputPayload | Output | Fault;
export type Protocol = Payload['protocol'];
export type Kind = Payload['kind'];
