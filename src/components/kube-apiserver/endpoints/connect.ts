// What a node answers and not the store: a container's log, and a command in it. The server finds the pod's node and
// asks its kubelet, then passes on what comes. Models pkg/registry/core/pod (LogLocation, streamLocation) and apiserver
// pkg/util/proxy. Left out: attach, port-forward, proxy.
import type { JsonObject } from '../../../base/json';
import { queryEscape, queryPairs } from '../../../machinery/resources';
import { badRequest, failure, genericResponse, internalError, type Status } from '../../../machinery/status';
import type { Ctx } from '../../../sim/process';
import { suspend, type Task } from '../../../sim/task';
import { onNode } from '../../../wire/names';
import type { HttpFrame, HttpRequest, HttpResponse } from '../../../wire/payload';
import { resourceNamed } from '../lookups';
import { Refusal, refuse } from '../refusal';
import type { RequestInfo } from '../request-info';
import type { Reader } from './read';

/** kube-apiserver's certificate as a client of kubelets, as kubeadm makes it. */
const CLIENT = { commonName: 'kube-apiserver-kubelet-client', organizations: ['kubeadm:cluster-admins'] };
const LOG_OPTIONS = ['follow', 'previous', 'timestamps', 'sinceSeconds', 'sinceTime', 'tailLines', 'limitBytes'];
const STREAMS = { stdin: 'input', stdout: 'output', stderr: 'error' } as const;

/** What comes from a kubelet on an open connection, on its way to the client. */
export interface Relay {
  readonly head: HttpResponse;
  start(push: (frame: HttpFrame) => void, end: (reason: string) => void): void;
  stop(): void;
}

interface Parts {
  readonly ctx: Ctx;
  readonly reader: Reader;
}
interface PodLike {
  readonly spec?: { readonly nodeName?: string; readonly [containers: string]: unknown };
}

/** Whether such a request is the kubelet's to answer. */
export const isConnect = ({ info, subresource }: RequestInfo): boolean =>
  info?.resource === 'pods' && info.group === '' && (subresource === 'log' || subresource === 'exec');

export function* connect(parts: Parts, request: HttpRequest, requested: RequestInfo): Task<Relay | HttpResponse | Refusal> {
  const { reader } = parts;
  const { namespace, name, subresource, query, info } = requested;
  if (info === null) return refuse(genericResponse(404));
  const pod = (yield* reader.object(info, namespace, name)) as PodLike | Refusal;
  if (pod instanceof Refusal) return pod;
  const container = containerOf(pod, name, query.container ?? '');
  if (container instanceof Refusal) return container;
  const { nodeName } = pod.spec ?? {};
  if (!nodeName) return subresource === 'log' ? plain('') : refuse(badRequest(`pod ${name} does not have a host assigned`));
  const node = yield* reader.object(resourceNamed('', 'nodes'), '', nodeName);
  if (node instanceof Refusal) return node;
  const at = `${namespace}/${name}/${container}`;
  if (subresource === 'exec') return yield* open(parts.ctx, nodeName, ask(request, `/exec/${at}${queryOf(execParameters(request))}`));
  const options = LOG_OPTIONS.flatMap((option) => (query[option] === undefined ? [] : [[option, query[option]] as const]));
  return yield* fetchLog(parts.ctx, nodeName, `/containerLogs/${at}${queryOf([...options, ['stream', 'All']])}`, name);
}

/** Models validateContainer. */
function containerOf({ spec }: PodLike, pod: string, wanted: string): string | Refusal {
  const names = (field: string): string[] => ((spec?.[field] ?? []) as readonly JsonObject[]).map(({ name }) => String(name));
  const own = names('containers');
  const all = [...names('initContainers'), ...own, ...names('ephemeralContainers')];
  if (wanted !== '') return all.includes(wanted) ? wanted : refuse(badRequest(`container ${wanted} is not valid for pod ${pod}`));
  const [first] = own;
  if (first !== undefined && own.length === 1) return first;
  return refuse(
    badRequest(`a container name must be specified for pod ${pod}${own.length === 0 ? '' : `, choose one of: [${all.join(' ')}]`}`),
  );
}

type Parameters = readonly (readonly [name: string, value: string])[];

function execParameters(request: HttpRequest): Parameters {
  const given = queryPairs(request.path.split('?')[1] ?? '');
  const streams = Object.entries(STREAMS).flatMap(([name, short]) =>
    given.some(([key, value]) => key === name && (value === 'true' || value === '1')) ? [[short, '1'] as const] : [],
  );
  return [...given.filter(([name]) => name === 'command'), ...streams];
}

/** As Go's url.Values encodes it: names in order. */
function queryOf(parameters: Parameters): string {
  const pairs = [...parameters].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return pairs.length === 0 ? '' : `?${pairs.map(([name, value]) => `${name}=${queryEscape(value)}`).join('&')}`;
}

const ask = ({ method, headers }: Pick<HttpRequest, 'method' | 'headers'>, path: string): HttpRequest => {
  const kept = ['upgrade', 'connection', 'sec-websocket-protocol', 'x-stream-protocol-version'];
  const upgrade = Object.fromEntries(kept.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
  return { protocol: 'http', kind: 'request', method, path, headers: upgrade, body: null, certificate: CLIENT };
};

function* fetchLog(ctx: Ctx, node: string, path: string, pod: string): Task<HttpResponse | Refusal> {
  const answer = yield* ctx.call(onNode('kubelet', node), ask({ method: 'GET', headers: {} }, path));
  if (!answer.ok) return refuse(unreached(answer.failure, node, path));
  const { status, body } = answer.payload as HttpResponse;
  if (status === 200) return plain(String(body));
  const said = String(body);
  if (status === 400) return refuse(badRequest(said));
  if (status === 500) return refuse(internalError(said));
  return refuse({ ...genericResponse(status), message: `${genericResponse(status).message} ( pods/log ${pod})`, code: status } as Status);
}

function unreached(reason: string, node: string, path: string): Status {
  const why = reason === 'refused' ? 'connect: connection refused' : reason === 'reset' ? 'EOF' : 'i/o timeout';
  return failure(500, '', `Get "https://${node}:10250${path}": dial tcp ${node}:10250: ${why}`);
}

/** Waits for the kubelet's first answer; what follows waits for whoever takes it. */
function* open(ctx: Ctx, node: string, request: HttpRequest): Task<Relay | HttpResponse | Refusal> {
  const waiting: (HttpFrame | string)[] = [];
  let take = (item: HttpFrame | string): void => void waiting.push(item);
  const opened = yield* suspend<{ head: HttpResponse | string; stop: () => void }>((resume) => {
    const stop = (): void => stream.close();
    const stream = ctx.open(onNode('kubelet', node), request, (item) => {
      if (item.type === 'response') resume({ head: item.payload as HttpResponse, stop }, item.seq);
      else if (item.type === 'delivery') take(item.payload as HttpFrame);
      else {
        take(item.reason);
        resume({ head: item.reason, stop });
      }
    });
  });
  const { head, stop } = opened;
  if (typeof head === 'string') return refuse(unreached(head, node, request.path));
  if (head.status !== 101) return head;
  return {
    head,
    stop,
    start: (push, end) => {
      take = (item) => (typeof item === 'string' ? end(item) : push(item));
      for (const item of waiting.splice(0)) take(item);
    },
  };
}

const plain = (body: string): HttpResponse => ({
  protocol: 'http',
  kind: 'response',
  status: 200,
  headers: { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' },
  body,
});
