// The kubelet's HTTPS server, which kube-apiserver asks on behalf of people: a container's log, or a command in it.
// Whoever asks is looked up at kube-apiserver first. Models kubernetes pkg/kubelet/server (server.go, auth.go) and
// kubelet_pods.go (GetKubeletContainerLogs, GetExec). Left out: attach, port-forward, metrics, read-only port.
import { SECOND } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import type { ApiClient, ResourceRef } from '../../client/api-client';
import { queryPairs } from '../../machinery/resources';
import type { ContainerState, Pod, PodStatus } from '../../machinery/types';
import type { Incoming } from '../../sim/network';
import type { Ctx } from '../../sim/process';
import { suspend, type Task } from '../../sim/task';
import { onNode } from '../../wire/names';
import type { HttpFrame, HttpRequest, HttpResponse } from '../../wire/payload';
import { SPDY, WEBSOCKET } from '../../wire/upgrade';
import type { Cri } from './cri';
import type { KubeletDisk } from './disk';
import { logText } from './log-files';
import { findContainer, type RuntimePod } from './runtime-status';

const REVIEWS: ResourceRef = { group: 'authorization.k8s.io', version: 'v1', resource: 'subjectaccessreviews' };
/** `authorization.webhook.cacheAuthorizedTTL` and `cacheUnauthorizedTTL`. */
const ALLOWED_US = 300 * SECOND;
const REFUSED_US = 30 * SECOND;

interface ServerNeeds {
  readonly ctx: Ctx;
  readonly cri: Cri;
  readonly api: ApiClient;
  readonly node: string;
  readonly disk: KubeletDisk;
  readonly pod: (namespace: string, name: string) => Pod | undefined;
  readonly status: (uid: string) => PodStatus | undefined;
  readonly runtime: (uid: string) => RuntimePod;
}
interface Asked {
  readonly pod: Pod;
  readonly container: string;
  readonly query: readonly (readonly [name: string, value: string])[];
}

export class Server {
  private readonly decisions = new Map<string, { readonly allowed: boolean; readonly untilUs: number }>();

  constructor(private readonly needs: ServerNeeds) {}

  start(): void {
    this.needs.ctx.listen((incoming) => (incoming.payload.protocol === 'http' ? this.serve(incoming, incoming.payload) : undefined));
  }

  private *serve(incoming: Incoming, request: HttpRequest): Task<void> {
    const [path = '', query = ''] = request.path.split('?');
    const [, what = '', namespace = '', name = '', container = ''] = path.split('/');
    const refusal = yield* this.refusalOf(request);
    if (refusal !== null) return incoming.respond(refusal);
    const pod = this.needs.pod(namespace, name);
    if (what === 'exec' && pod !== undefined) return yield* this.exec(incoming, { pod, container, query: queryPairs(query) });
    if (what === 'exec') return incoming.respond(text(404, 'pod does not exist'));
    if (what !== 'containerLogs') return incoming.respond(text(404, '404 page not found\n'));
    if (pod === undefined) return incoming.respond(text(404, `pod "${name}" not found\n`));
    incoming.respond(yield* this.log({ pod, container, query: queryPairs(query) }));
  }

  /** Asks kube-apiserver, or remembers, whether the client may do this with the node. */
  private *refusalOf({ method, certificate }: HttpRequest): Task<HttpResponse | null> {
    const { ctx, api, node } = this.needs;
    if (certificate === null) return text(401, 'Unauthorized');
    const { commonName: user, organizations } = certificate;
    const verb = method === 'POST' ? 'create' : 'get';
    const key = `${user} ${verb}`;
    const known = this.decisions.get(key);
    let allowed = known !== undefined && known.untilUs > ctx.now() && known.allowed;
    if (known === undefined || known.untilUs <= ctx.now()) {
      const resourceAttributes = { verb, version: 'v1', resource: 'nodes', subresource: 'proxy', name: node };
      const groups = [...organizations, 'system:authenticated'];
      const review = { kind: 'SubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {} };
      const reply = yield* api.create(REVIEWS, { namespace: null, name: '' }, { ...review, spec: { resourceAttributes, user, groups } });
      if (!reply.ok) return text(500, 'Internal Error');
      allowed = ((reply.body as unknown as JsonObject).status as JsonObject).allowed === true;
      this.decisions.set(key, { allowed, untilUs: ctx.now() + (allowed ? ALLOWED_US : REFUSED_US) });
    }
    return allowed ? null : text(403, `Forbidden (user=${user}, verb=${verb}, resource=nodes, subresource(s)=[proxy])`);
  }

  private *log({ pod, container, query }: Asked): Task<HttpResponse> {
    const { cri, status, disk, ctx } = this.needs;
    const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
    if (!all.some(({ name }) => name === container)) return text(404, `container "${container}" not found in pod "${pod.metadata.name}"\n`);
    const options = new Map(query);
    const found = logOf(pod, status(pod.metadata.uid ?? ''), container, options.get('previous') === 'true');
    if ('error' in found) return text(400, found.error);
    const asked = yield* cri.call('ContainerStatus', { containerId: found.id });
    if (!asked.ok) return text(400, `unable to retrieve container logs for containerd://${found.id}`);
    return text(200, logText(disk.logs.get(found.id) ?? [], options, ctx.clock()));
  }

  private *exec(incoming: Incoming, { pod, container, query }: Asked): Task<void> {
    const { ctx, cri, node, runtime } = this.needs;
    const running = findContainer(runtime(pod.metadata.uid ?? ''), container);
    if (running?.state !== 'running') return incoming.respond(text(500, `container not found ("${container}")`));
    const wants = (name: string): boolean => query.some(([key, value]) => key === name && value === '1');
    const streams = ['input', 'output', 'error'].flatMap((name, i) => (wants(name) ? [[['stdin', 'stdout', 'stderr'][i], true]] : []));
    const cmd = query.flatMap(([name, value]) => (name === 'command' ? [value] : []));
    const prepared = yield* cri.call('Exec', { containerId: running.id, cmd, ...Object.fromEntries(streams) });
    if (!prepared.ok) return incoming.respond(text(500, prepared.error.message));
    const request: HttpRequest = {
      protocol: 'http',
      kind: 'request',
      method: 'POST',
      path: String(prepared.value.url).replace(/^http:\/\/[^/]+/, ''),
      headers: SPDY,
      body: null,
      certificate: null,
    };
    yield* suspend<void>((resume) => {
      ctx.open(onNode('containerd', node), request, (item) => {
        if (item.type === 'response') incoming.respond({ ...(item.payload as HttpResponse), headers: WEBSOCKET });
        else if (item.type === 'delivery') incoming.push(wrapped(item.payload as HttpFrame));
        else {
          incoming.end(item.reason);
          resume();
        }
      });
    });
  }
}

/** Another program's error becomes one of the kubelet's own: it turns SPDY into a WebSocket. */
function wrapped(frame: HttpFrame): HttpFrame {
  if (frame.rpc !== 'status') return frame;
  const status = JSON.parse(String(frame.body.data)) as JsonObject;
  if (status.reason !== 'InternalError') return frame;
  const message = `Internal error occurred: ${String(status.message)}`;
  return {
    ...frame,
    body: { ...frame.body, data: JSON.stringify({ ...status, message, details: { causes: [{ message: status.message }] } }) },
  };
}

const text = (status: number, body: string): HttpResponse => ({
  protocol: 'http',
  kind: 'response',
  status,
  headers: { 'content-type': 'text/plain' },
  body,
});

/** Which run of a container the log is of: validateContainerLogStatus of kubelet_pods.go. */
function logOf(
  pod: Pod,
  status: PodStatus | undefined,
  name: string,
  previous: boolean,
): { readonly id: string } | { readonly error: string } {
  const quoted = `container "${name}" in pod "${pod.metadata.name}"`;
  const said = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find((one) => one.name === name);
  if (said === undefined) return { error: `${quoted} is not available` };
  const { waiting, running, terminated }: ContainerState = said.state ?? {};
  const last = idOf(said.lastState?.terminated?.containerID);
  if (previous) return last === '' ? { error: `previous terminated ${quoted} not found` } : { id: last };
  const id = running !== undefined ? idOf(said.containerID) : terminated !== undefined ? idOf(terminated.containerID) || last : last;
  if (id !== '') return { id };
  return { error: `${quoted} is waiting to start: ${WAITING[waiting?.reason ?? ''] ?? waiting?.reason ?? 'no logs yet'}` };
}
const WAITING: { readonly [reason: string]: string } = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};
const idOf = (text: string | undefined): string => (text ?? '').replace(/^containerd:\/\//, '');
