// What calls below kube-apiserver ask, and what their answers say: etcd, the container engine and what it
// calls, the kernel's rules, the registry.
import { isObject, type Json, type JsonObject } from '../base/json';
import { keyOfRequest, type Subject } from '../trace/subject';
import type { CallDelivery, CallRequest, CallResponse, EtcdRequest, EtcdResponse, HttpFrame } from '../wire/payload';
import { count, field, naming } from './naming';

// ---- etcd

export function etcdRequestPhrase({ rpc, body }: EtcdRequest): string {
  const key = keyOfRequest(body) ?? 'nothing';
  switch (rpc) {
    case 'Txn':
      return txnPhrase(body, key);
    case 'Range':
      return field(body, 'range_end') === undefined ? `read ${key}` : `read all keys under ${key}`;
    case 'Put':
      return `write ${key}`;
    case 'DeleteRange':
      return `delete ${key}`;
    case 'Watch':
      return isObject(body.create_request) ? `tell me of all changes under ${key}` : 'tell me how far you are';
    case 'LeaseGrant':
      return `give me a lease of ${String(body.TTL)} seconds`;
    case 'LeaseKeepAlive':
      return 'keep my lease alive';
    case 'LeaseRevoke':
      return 'end this lease';
    case 'Compact':
      return `forget what was before revision ${String(body.revision)}`;
    default:
      return `answer ${rpc}`;
  }
}

function txnPhrase(body: JsonObject, key: string): string {
  const [operation] = listOf(body.success);
  const [compare] = listOf(body.compare);
  const what =
    operation?.request_delete_range !== undefined
      ? `delete ${key}`
      : operation?.request_range !== undefined
        ? `read ${key}`
        : `write ${key}`;
  if (compare === undefined) return what;
  if (compare.target === 'MOD' && !compare.mod_revision) return `${what} if it does not exist`;
  return compare.target === 'MOD' ? `${what} if it is still at revision ${String(compare.mod_revision)}` : `${what} if nobody changed it`;
}

export function etcdAnswerPhrase({ rpc, body, error }: EtcdResponse): string {
  if (error !== null) return `error: ${firstLine(error.message)}`;
  const revision = field(body, 'header', 'revision');
  if (rpc === 'Txn') return body.succeeded === true ? `done, at revision ${String(revision)}` : 'not done: somebody changed it first';
  if (rpc === 'Range') {
    const found = Number(body.count ?? 0);
    return found === 0
      ? `nothing there, at revision ${String(revision)}`
      : `here ${found === 1 ? 'is' : 'are'} ${count(found, 'key')}, at revision ${String(revision)}`;
  }
  return rpc === 'Watch' ? 'the watch is open' : `done, at revision ${String(revision ?? '')}`;
}

export function etcdDeliveryPhrase({ events }: JsonObject): string {
  const [first, ...others] = listOf(events);
  if (first === undefined) return 'you are up to date';
  const key = String(field(first, 'kv', 'key') ?? '');
  const more = others.length === 0 ? '' : ` and ${count(others.length, 'other key')}`;
  return `${key}${more} was ${first.type === 'DELETE' ? 'deleted' : 'written'} at revision ${String(field(first, 'kv', 'mod_revision') ?? '')}`;
}

// ---- The container engine, and what it calls

/** What is asked of the engine, by method; `POD` and `WHAT` stand for the Pod and for the container or Pod. */
const ASKED: { readonly [rpc: string]: string } = {
  RunPodSandbox: 'make a sandbox for POD',
  PodSandboxStatus: 'tell me the state of the sandbox of POD',
  StopPodSandbox: 'stop the sandbox of POD',
  RemovePodSandbox: 'remove the sandbox of POD',
  ListPodSandbox: 'list the sandboxes',
  CreateContainer: 'create WHAT',
  StartContainer: 'start WHAT',
  ContainerStatus: 'tell me the state of WHAT',
  StopContainer: 'stop WHAT',
  RemoveContainer: 'remove WHAT',
  ListContainers: 'list the containers',
  Exec: 'let me fetch the streams of a command in WHAT',
  ExecSync: 'run a command in WHAT',
  ImageStatus: 'say whether the image IMAGE is here',
  PullImage: 'pull the image IMAGE',
  RemoveImage: 'remove the image IMAGE',
  ListImages: 'list the images',
  ImageFsInfo: 'tell me how much room the images take',
  Status: 'tell me your state',
  Version: 'tell me your version',
  RuntimeConfig: 'tell me how you are set up',
  GetContainerEvents: 'tell me what happens to containers',
};
/** What is so once a call succeeded; said in answers and as a reason. */
const DONE: { readonly [rpc: string]: string } = {
  RunPodSandbox: 'the sandbox of POD is ready',
  StopPodSandbox: 'the sandbox of POD stopped',
  RemovePodSandbox: 'the sandbox of POD is removed',
  CreateContainer: 'WHAT is created',
  StartContainer: 'WHAT started',
  StopContainer: 'WHAT stopped',
  RemoveContainer: 'WHAT is removed',
  PullImage: 'the image is here',
  Exec: 'fetch them here',
  ExecSync: 'the command ended',
  ADD: 'POD is connected to the network',
  DEL: 'POD is off the network',
};
const OTHERS: { readonly [rpc: string]: string } = {
  'cni ADD': 'connect POD to the network',
  'cni DEL': 'take POD off the network',
  'cni CHECK': 'check that POD is connected',
  'runc create': 'make the process of WHAT ready',
  'runc start': 'let WHAT run',
  'runc kill': 'signal WHAT to end',
  'runc delete': 'clean up after WHAT',
  'runc exec': 'run a command in WHAT',
  'runc events': 'tell me of every exit',
};

export function callPhrase(request: CallRequest, subject: Subject | null): string {
  const { protocol, rpc, body } = request;
  if (protocol === 'registry') return registryPhrase(rpc);
  if (protocol === 'probe') return 'say whether you are well';
  if (protocol === 'iptables') return iptablesPhrase(rpc, body);
  const pattern = protocol === 'cri' ? ASKED[rpc] : OTHERS[`${protocol} ${rpc}`];
  return pattern === undefined ? rpc : filled(pattern, subject, body);
}

export function callAnswerPhrase(response: CallResponse, request: CallRequest | null, subject: Subject | null): string {
  const { rpc, error, body, protocol } = response;
  if (error !== null) return `error: ${firstLine(error.message)}`;
  const state = field(body, 'status', 'state');
  if (rpc === 'PodSandboxStatus') return sandboxPhrase(state, field(body, 'status', 'network', 'ip'));
  if (typeof state === 'string') return `it is ${state.replace(/^CONTAINER_/, '').toLowerCase()}`;
  if (rpc === 'ImageStatus') return body.image ? 'yes, it is here' : 'no, it is not here';
  if (protocol === 'registry') return field(body, 'status') === 404 ? 'there is no such image' : 'here it is';
  const pattern = DONE[rpc];
  if (pattern !== undefined) return filled(pattern, subject, request?.body ?? {});
  if (rpc === 'events') return 'you will hear of every exit';
  return protocol === 'cri' || rpc.endsWith('-save') ? 'here is what you asked for' : 'done';
}

/** A state that is not said is the first: ready. */
function sandboxPhrase(state: Json | undefined, address: Json | undefined): string {
  if (state === 'SANDBOX_NOTREADY') return 'it is not ready';
  return typeof address === 'string' ? `it is ready and has the address ${address}` : 'it is ready';
}

/** What a call that succeeded made true: a reason for what follows. Null for one that only looked. */
export function callReason(rpc: string, subject: Subject | null): string | null {
  const pattern = DONE[rpc];
  return pattern === undefined ? null : filled(pattern, subject, {});
}

export function streamPhrase({ rpc, body }: CallDelivery, subject: Subject | null): string {
  if (rpc !== 'exit') return `news of ${rpc}`;
  const code = body.exitStatus;
  return filled(`WHAT ended${code === undefined ? '' : ` with exit code ${String(code)}`}`, subject, body);
}

/** What a command in a container printed, or how it ended. */
export function framePhrase({ rpc, body }: HttpFrame): string {
  const data = String(body.data);
  if (rpc === 'status') return data.includes('"Success"') ? 'the command ended well' : 'the command failed';
  return `printed \`${data.trimEnd().split('\n')[0]?.slice(0, 80) ?? ''}\``;
}

function filled(pattern: string, subject: Subject | null, body: JsonObject): string {
  const image = String(field(body, 'image', 'image') ?? 'it');
  const pod = subject === null ? 'the Pod' : naming({ ...subject, container: null });
  const what = subject === null ? 'the container' : subject.container === null ? `the sandbox of ${pod}` : naming(subject);
  return pattern
    .replace('IMAGE', image.startsWith('sha256:') ? image.slice(0, 15) : image)
    .replace('POD', pod)
    .replace('WHAT', what);
}

/** `HEAD /v2/library/nginx/manifests/latest`. */
function registryPhrase(rpc: string): string {
  const [, path = ''] = rpc.split(' ');
  const [, name = 'it', what = '', reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(path) ?? [];
  if (what === 'blobs') return `give me a part of ${name}`;
  return rpc.startsWith('HEAD') ? `give me the digest of ${name}:${reference}` : `give me the manifest of ${name}`;
}

function iptablesPhrase(program: string, body: JsonObject): string {
  if (program.endsWith('-restore')) return `load these ${count(rules(body), 'rule')}`;
  if (program.endsWith('-save')) return 'show me your rules';
  const words = Array.isArray(body.argv) ? (body.argv as readonly Json[]).map(String) : [];
  const at = words.findIndex((word) => /^-[NCAIDSLFX]$/.test(word));
  return `${IPTABLES[words[at] ?? ''] ?? 'answer'} ${words[at + 1] ?? program}`;
}
const IPTABLES: { readonly [flag: string]: string } = {
  '-N': 'make the chain',
  '-C': 'say whether my rule is in chain',
  '-A': 'add a rule to chain',
  '-I': 'put a rule first in chain',
  '-D': 'take a rule out of chain',
  '-S': 'list the chain',
  '-L': 'list the chain',
  '-F': 'empty the chain',
  '-X': 'remove the chain',
};

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? '';
const rules = (body: JsonObject): number =>
  String(body.stdin ?? '')
    .split('\n')
    .filter((line) => line.startsWith('-A')).length;
const listOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
