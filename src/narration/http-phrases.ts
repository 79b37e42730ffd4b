// What a request to kube-apiserver asks and what an answer says, in a few words.
import { isObject, type Json } from '../base/json';
import { parsePath } from '../machinery/resources';
import type { Subject } from '../trace/subject';
import type { HttpRequest, HttpResponse } from '../wire/payload';
import { conditionOf, count, field, kindOf, naming, oneOf, plural } from './naming';
import { phaseClause, waitingReason } from './news';

/** `create Pod web-1`, `bind Pod web-1 to node-2`, `keep me informed of all Pods`. */
export function requestPhrase(request: HttpRequest, subject: Subject | null): string {
  if (subject === null) return otherPathPhrase(request.path);
  if (/[?&]watch=(true|1)/.test(request.path)) return `keep me informed of ${watched(request.path, subject)}`;
  const special = subresourcePhrase(request, subject);
  if (special !== null) return special;
  if (subject.resource === 'events' && request.method !== 'GET') return `note an Event${eventReason(request.body)}`;
  if (subject.resource === 'leases' && request.method === 'PUT') return `I still hold ${naming(subject)}`;
  switch (request.method) {
    case 'POST':
      return subject.name === null ? `create ${oneOf(kindOf(subject))}${generated(request.body)}` : `create ${naming(subject)}`;
    case 'PUT':
      return `save ${naming(subject)}${wanted(request.body)}`;
    case 'PATCH':
      return `change ${naming(subject)}${wanted(request.body)}`;
    case 'DELETE':
      return `delete ${naming(subject)}`;
    case 'GET':
      return subject.name === null ? `list ${naming(subject)}` : `give me ${naming(subject)}`;
  }
}

function otherPathPhrase(path: string): string {
  if (/^\/(healthz|livez|readyz)/.test(path)) return 'say whether you are well';
  if (/^\/(api|apis|openapi|version)/.test(path)) return 'tell me what you can do';
  // Paths of a kubelet and of an engine's streams, which name a Pod or a token.
  const [, what, namespace, pod] = path.split(/[/?]/);
  if (what === 'containerLogs') return `give me the log of Pod ${namespace}/${pod}`;
  if (what === 'exec') return pod === undefined ? 'give me the streams of that command' : `run a command in Pod ${namespace}/${pod}`;
  return `give me ${path.split('?')[0]}`;
}

function watched(path: string, subject: Subject): string {
  const selector = parsePath(path)?.query.fieldSelector ?? '';
  const node = /spec\.nodeName=([^,]+)/.exec(selector)?.[1];
  if (node !== undefined) return `the ${plural(kindOf(subject))} of ${node}`;
  return naming(subject);
}

const eventReason = (body: Json): string => (field(body, 'reason') === undefined ? ' once more' : `: ${String(field(body, 'reason'))}`);

/** ` named test-7d7f-…`, where the server makes up the end of the name. */
function generated(body: Json): string {
  const prefix = field(body, 'metadata', 'generateName');
  return typeof prefix === 'string' ? ` named ${prefix}…` : '';
}

/** ` with 3 replicas`, ` tainted unreachable:NoExecute`, where a write says so. */
function wanted(body: Json): string {
  const replicas = field(body, 'spec', 'replicas');
  if (typeof replicas === 'number') return ` with ${count(replicas, 'replica')}`;
  const taints = field(body, 'spec', 'taints');
  if (!Array.isArray(taints)) return '';
  const [last] = (taints as readonly Json[]).filter(isObject).slice(-1);
  return last === undefined ? ', no longer tainted' : `, tainted ${String(last.key).replace(/^.*\//, '')}:${String(last.effect)}`;
}

function subresourcePhrase({ method, body }: HttpRequest, subject: Subject): string | null {
  const name = naming(subject);
  if (subject.subresource === 'binding') return `bind ${name} to ${String(field(body, 'target', 'name') ?? 'a node')}`;
  if (subject.subresource === 'token') return `give me a token for ${name}`;
  if (subject.subresource === 'eviction') return `evict ${name}`;
  if (subject.subresource === 'log') return `give me the log of ${name}`;
  if (subject.subresource === 'exec' || subject.subresource === 'attach') return `run a command in ${name}`;
  if (subject.subresource === 'portforward') return `forward a port to ${name}`;
  if (subject.subresource === 'scale') return method === 'GET' ? `tell me how many replicas ${name} has` : `scale ${name}${scaled(body)}`;
  if (subject.subresource === 'status') return method === 'GET' ? `give me the status of ${name}` : statusPhrase(body, subject);
  return null;
}
const scaled = (body: Json): string => {
  const replicas = field(body, 'spec', 'replicas');
  return typeof replicas === 'number' ? ` to ${count(replicas, 'replica')}` : '';
};

/** What a status that is written says: `Pod web-1 is Running and Ready`. */
function statusPhrase(body: Json, subject: Subject): string {
  const name = naming(subject);
  if (subject.resource === 'pods') return `${name} ${podStatus(body)}`;
  if (subject.resource === 'nodes') return `${name} ${nodeStatus(body)}`;
  const wantedReplicas = field(body, 'spec', 'replicas');
  const ready = field(body, 'status', 'readyReplicas') ?? 0;
  if (typeof wantedReplicas === 'number') return `${name} has ${count(Number(ready), 'ready replica')}, ${wantedReplicas} wanted`;
  const desired = field(body, 'status', 'desiredNumberScheduled');
  if (typeof desired === 'number')
    return `${name} has ${count(Number(field(body, 'status', 'numberReady') ?? 0), 'ready Pod')}, ${desired} wanted`;
  return `here is the status of ${name}`;
}
function podStatus(body: Json): string {
  const phase = field(body, 'status', 'phase');
  const waiting = waitingReason(body);
  const ready = conditionOf(body, 'Ready')?.status;
  if (waiting !== null) return `waits: ${waiting}`;
  if (phase === 'Running') return ready === 'False' ? 'is Running, not Ready yet' : 'is Running and Ready';
  if (phase !== undefined) return phaseClause(String(phase));
  if (conditionOf(body, 'PodScheduled')?.status === 'False') return 'cannot be scheduled yet';
  if (conditionOf(body, 'DisruptionTarget')?.status === 'True') return 'is about to be removed';
  if (conditionOf(body, 'PodReadyToStartContainers')?.status === 'True' && ready === undefined) return 'has its sandbox and its network';
  return ready === 'True' ? 'is Ready' : ready === 'False' ? 'is not Ready yet' : 'has new conditions';
}
function nodeStatus(body: Json): string {
  const ready = conditionOf(body, 'Ready')?.status;
  if (ready === 'Unknown') return 'gave no sign of life in time';
  if (ready === 'False') return 'is not Ready';
  return conditionOf(body, 'DiskPressure')?.status === 'True' ? 'is short of disk space' : 'is alive';
}

/** `201, Deployment test is created`, `409: Deployment test was changed meanwhile; read it and try again`. */
export function answerPhrase(response: HttpResponse, request: HttpRequest | null, subject: Subject | null): string {
  const { status, body } = response;
  if (status >= 400) return `${status}, ${refusal(response, subject)}`;
  if (subject === null) return `${status}, ${typeof body === 'string' ? 'yes' : 'here it is'}`;
  if (request !== null && /[?&]watch=(true|1)/.test(request.path)) return 'the watch is open';
  const name = naming(subject);
  if (request?.method === 'GET') {
    const items = field(body, 'items') ?? field(body, 'rows');
    return Array.isArray(items) && subject.name === null
      ? `${status}, here are ${count(items.length, kindOf(subject))}`
      : `${status}, here is ${name}`;
  }
  if (subject.subresource === 'token') return `${status}, here is the token`;
  if (subject.subresource === 'binding') return `${status}, ${name} is bound`;
  if (request?.method === 'POST') return `${status}, ${name} is created`;
  if (request?.method !== 'DELETE') return `${status}, ${name} is saved`;
  return field(body, 'metadata', 'deletionTimestamp') === undefined
    ? `${status}, ${name} is deleted`
    : `${status}, ${name} will go once it may`;
}

function refusal({ status, body }: HttpResponse, subject: Subject | null): string {
  const reason = field(body, 'reason');
  const name = naming(subject);
  if (status === 409 && reason === 'AlreadyExists') return `${name} exists already`;
  if (status === 409) return `${name} was changed meanwhile; read it and try again`;
  if (status === 404) return subject === null || subject.name === null ? 'there is no such path' : `there is no ${name}`;
  if (status === 403) return `no: ${forbidden(body) ?? `you may not do that to ${name}`}`;
  if (status === 401) return 'who are you?';
  if (status === 410) return 'that version is too old; list again';
  if (status === 422) return `${name} is invalid: ${firstCause(body)}`;
  const message = field(body, 'message');
  return typeof message === 'string' ? message : String(reason ?? 'refused');
}

/** Why, without the words that name the object again. */
const forbidden = (body: Json): string | null => /forbidden: (.+)/.exec(String(field(body, 'message') ?? ''))?.[1] ?? null;

const firstCause = (body: Json): string => {
  const causes = field(body, 'details', 'causes');
  const [first] = Array.isArray(causes) ? (causes as readonly Json[]) : [];
  return isObject(first) ? `${String(first.field)}` : 'see the message';
};
