// A request as a command that a person can run on a machine of the cluster: curl for the API, etcdctl, crictl,
// runc, iptables-restore. Bodies that travel as protobuf are given as JSON, which the API takes as well.
import { isObject, type Json, type JsonObject } from '../base/json';
import type { Trace } from '../trace/trace';
import { binaryOf } from '../wire/names';
import type { CallRequest, EtcdRequest, HttpRequest } from '../wire/payload';
import type { TraceRecord } from '../wire/record';

const SERVER = 'https://127.0.0.1:6443';
const PKI = '/etc/kubernetes/pki';
const MORE = ' \\\n  ';

/** The command of the request that a record belongs to; null where there is none. */
export function curlOf(record: TraceRecord, trace: Trace): string | null {
  const request = trace.requestOf(record);
  if (request?.payload.kind !== 'request') return null;
  const { payload } = request;
  if (payload.protocol === 'http') return curl(request, payload);
  return payload.protocol === 'etcd' ? etcdctl(payload) : callCommand(payload);
}

/** The same request through kubectl, with the access of whoever runs it; null where kubectl cannot send it as it is. */
export function rawOf(record: TraceRecord, trace: Trace): string | null {
  const payload = trace.requestOf(record)?.payload;
  if (payload?.kind !== 'request' || payload.protocol !== 'http') return null;
  const { method, path, body } = payload;
  const verb = RAW_VERBS[method];
  if (verb === undefined) return null;
  const command = `kubectl ${verb} --raw ${quoted(path)}`;
  return body === null ? command : heredoc(`${command} -f -`, pretty(body));
}
const RAW_VERBS: { readonly [method: string]: string } = { GET: 'get', POST: 'create', PUT: 'replace', DELETE: 'delete' };

/** One word of a shell's line. */
const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
const heredoc = (command: string, text: string): string => `${command} <<'EOF'\n${text.replace(/\n$/, '')}\nEOF`;
const pretty = (value: Json | undefined): string => JSON.stringify(value ?? null, null, 2);

// ---- The API

function curl({ from }: TraceRecord, request: HttpRequest): string {
  const { method, path, headers, body } = request;
  const parts = [`curl --cacert ${PKI}/ca.crt`];
  if (request.certificate !== null)
    parts.push(`--cert ${CLIENT_CERTS[binaryOf(from)] ?? 'client.crt'} --key ${CLIENT_KEYS[binaryOf(from)] ?? 'client.key'}`);
  else if (headers['authorization'] !== undefined) parts.push(`-H "Authorization: Bearer $TOKEN"`);
  for (const name of ['accept', 'content-type', 'impersonate-user', 'impersonate-group']) {
    const value = plain(headers[name]);
    if (value !== null && (name !== 'content-type' || body !== null)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  }
  parts.push(`-X ${method} ${quoted(SERVER + path)}`);
  if (body !== null) parts.push(`-d ${quoted(JSON.stringify(body))}`);
  return parts.join(MORE);
}
/** Where kubeadm and the kubelet keep them; kubectl's are in its kubeconfig. */
const CLIENT_CERTS: { readonly [client: string]: string } = {
  kubectl: 'admin.crt',
  kubelet: '/var/lib/kubelet/pki/kubelet-client-current.pem',
};
const CLIENT_KEYS: { readonly [client: string]: string } = {
  kubectl: 'admin.key',
  kubelet: '/var/lib/kubelet/pki/kubelet-client-current.pem',
};

/** What a person can read and write: JSON where the client speaks protobuf. Null for a header that is not there. */
function plain(value: string | undefined): string | null {
  if (value === undefined) return null;
  const kept = value.split(',').filter((type) => !type.includes('protobuf'));
  return kept.length === 0 ? 'application/json' : kept.join(',');
}

// ---- etcd

const ETCDCTL = [
  'etcdctl --endpoints=https://127.0.0.1:2379',
  `--cacert=${PKI}/etcd/ca.crt --cert=${PKI}/apiserver-etcd-client.crt --key=${PKI}/apiserver-etcd-client.key`,
].join(MORE);

function etcdctl({ rpc, body }: EtcdRequest): string | null {
  const run = (words: string): string => `${ETCDCTL}${MORE}${words}`;
  switch (rpc) {
    case 'Range':
      return run(`get ${rangeWords(body)}`);
    case 'Put':
      return run(`put ${quoted(String(body.key))} ${quoted(JSON.stringify(body.value ?? ''))}`);
    case 'DeleteRange':
      return run(`del ${rangeWords(body)}`);
    case 'Txn':
      return heredoc(run('txn'), txnText(body));
    case 'Watch':
      return isObject(body.create_request) ? run(`watch ${rangeWords(body.create_request)}`) : null;
    case 'Compact':
      return run(`compaction ${String(body.revision)}`);
    case 'LeaseGrant':
      return run(`lease grant ${String(body.TTL)}`);
    case 'LeaseKeepAlive':
      return run(`lease keep-alive --once ${hex(body.ID)}`);
    case 'LeaseRevoke':
      return run(`lease revoke ${hex(body.ID)}`);
    case 'LeaseTimeToLive':
      return run(`lease timetolive ${hex(body.ID)}`);
    case 'LeaseLeases':
      return run('lease list');
    case 'Status':
      return run('endpoint status');
  }
}
const hex = (id: Json | undefined): string => Number(id).toString(16);

function rangeWords(body: JsonObject): string {
  const words = [quoted(String(body.key))];
  const end = body.range_end;
  if (typeof end === 'string' && end !== '') words.push(end === nextPrefix(String(body.key)) ? '--prefix' : quoted(end));
  if (body.limit) words.push(`--limit=${String(body.limit)}`);
  const revision = body.revision ?? body.start_revision;
  if (revision) words.push(`--rev=${String(revision)}`);
  return words.join(' ');
}
/** etcd's end of a range of all keys that begin with `key`. */
const nextPrefix = (key: string): string => `${key.slice(0, -1)}${String.fromCharCode(key.charCodeAt(key.length - 1) + 1)}`;

/** etcdctl reads comparisons, then what to do if they hold, then what to do if not; an empty line ends each. */
function txnText(body: JsonObject): string {
  const compares = listOf(body.compare).map((compare) => {
    const [word, value] = COMPARED[String(compare.target ?? 'VERSION')] ?? ['version', 'version'];
    return `${word}("${String(compare.key)}") ${RESULTS[String(compare.result ?? 'EQUAL')] ?? '='} "${String(compare[value] ?? 0)}"`;
  });
  const branch = (operations: Json | undefined): string[] => listOf(operations).flatMap(operationText);
  return [...compares, '', ...branch(body.success), '', ...branch(body.failure), ''].join('\n').concat('\n');
}
const COMPARED: { readonly [target: string]: readonly [word: string, value: string] } = {
  MOD: ['mod', 'mod_revision'],
  CREATE: ['create', 'create_revision'],
  VERSION: ['version', 'version'],
  VALUE: ['value', 'value'],
  LEASE: ['lease', 'lease'],
};
const RESULTS: { readonly [result: string]: string } = { EQUAL: '=', GREATER: '>', LESS: '<', NOT_EQUAL: '!=' };
function operationText(operation: JsonObject): string[] {
  const { request_put: put, request_delete_range: remove, request_range: range } = operation;
  if (isObject(put)) return [`put ${String(put.key)} '${JSON.stringify(put.value ?? '')}'`];
  if (isObject(remove)) return [`del ${rangeWords(remove)}`];
  return isObject(range) ? [`get ${rangeWords(range)}`] : [];
}
const listOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];

// ---- Below the kubelet

function callCommand({ protocol, rpc, body }: CallRequest): string | null {
  if (protocol === 'cri') return CRICTL[rpc]?.(body) ?? null;
  if (protocol === 'registry') return registryCurl(rpc, body);
  if (protocol === 'iptables') return iptablesCommand(body);
  if (protocol === 'runc') return runcCommand(rpc, body);
  return null;
}

const imageOf = (body: JsonObject): string => quoted(String(isObject(body.image) ? body.image.image : ''));
const pod = ({ podSandboxId }: JsonObject): string => String(podSandboxId);
const container = ({ containerId }: JsonObject): string => String(containerId);
const CRICTL: { readonly [rpc: string]: (body: JsonObject) => string } = {
  Version: () => 'crictl version',
  Status: () => 'crictl info',
  RunPodSandbox: (body) => heredoc('crictl runp /dev/stdin', pretty(body.config)),
  StopPodSandbox: (body) => `crictl stopp ${pod(body)}`,
  RemovePodSandbox: (body) => `crictl rmp ${pod(body)}`,
  PodSandboxStatus: (body) => `crictl inspectp ${pod(body)}`,
  ListPodSandbox: () => 'crictl pods',
  CreateContainer: (body) =>
    `crictl create ${pod(body)} <(cat <<'EOF'\n${pretty(body.config)}\nEOF\n) <(cat <<'EOF'\n${pretty(body.sandboxConfig)}\nEOF\n)`,
  StartContainer: (body) => `crictl start ${container(body)}`,
  StopContainer: (body) => `crictl stop --timeout ${String(body.timeout ?? 0)} ${container(body)}`,
  RemoveContainer: (body) => `crictl rm ${container(body)}`,
  ContainerStatus: (body) => `crictl inspect ${container(body)}`,
  ListContainers: () => 'crictl ps --all',
  ExecSync: (body) => `crictl exec --sync ${container(body)} ${listOfTexts(body.cmd).map(quoted).join(' ')}`,
  ImageStatus: (body) => `crictl inspecti ${imageOf(body)}`,
  PullImage: (body) => `crictl pull ${imageOf(body)}`,
  RemoveImage: (body) => `crictl rmi ${imageOf(body)}`,
  ListImages: () => 'crictl images',
  ImageFsInfo: () => 'crictl imagefsinfo',
};
const listOfTexts = (value: Json | undefined): readonly string[] => (Array.isArray(value) ? (value as readonly Json[]).map(String) : []);

function registryCurl(rpc: string, { host }: JsonObject): string {
  const [method = 'GET', path = ''] = rpc.split(' ');
  const url = quoted(`https://${String(host)}${path}`);
  return method === 'HEAD' ? `curl --head ${url}` : `curl --location ${url}`;
}

function iptablesCommand({ argv, stdin }: JsonObject): string {
  const command = listOfTexts(argv).map(quoted).join(' ');
  return typeof stdin === 'string' && stdin !== '' ? heredoc(command, stdin) : command;
}

function runcCommand(verb: string, { id, bundle, signal, args }: JsonObject): string | null {
  const name = String(id ?? '');
  if (verb === 'create') return `runc create --bundle ${quoted(String(bundle))} ${name}`;
  if (verb === 'kill') return `runc kill ${name} ${String(signal ?? 15)}`;
  if (verb === 'exec') return `runc exec ${name} ${listOfTexts(args).map(quoted).join(' ')}`;
  return verb === 'start' || verb === 'delete' || verb === 'state' ? `runc ${verb} ${name}` : null;
}
