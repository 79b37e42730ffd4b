// Laws that every trace keeps, whatever was asked of the cluster. One pass over the records; each checker
// remembers what it must and says what is wrong.
import { isObject, type Json, type JsonObject } from '../base/json';
import { parsePath } from '../machinery/resources';
import { binaryOf, ETCDCTL } from '../wire/names';
import type { TraceRecord } from '../wire/record';
import { type Commit, commitOf, valueWritten } from './changes';
import { podBounds, rolloutBounds } from './replica-bounds';

/** What is wrong with a record, after all those before it; null if nothing is. */
type Checker = (record: TraceRecord, records: readonly TraceRecord[]) => string | null;
/** The same for what etcd wrote: the object under a key, null if deleted. */
export type CommitChecker = (commit: Commit, object: JsonObject | null) => string | null;

const MAX_VIOLATIONS = 100;

/** What is wrong with a trace: one line per violation, at most 100; empty if all laws hold. */
export function check(records: readonly TraceRecord[]): readonly string[] {
  const checkers: readonly Checker[] = [
    causesEndInInputOrBoot(),
    oneAnswerPerRequest(),
    linksKeepOrder(),
    watchOrderIsVersionOrder(),
    onlyApiserverTalksToEtcd,
    schedulerAndKubeletNeverTalk,
    kubeProxyWatchesNoPods,
    apiserverCallsKubeletOnlyFor,
    onCommits([revisionsRise(), podsAreBoundOnce(), podBounds(), rolloutBounds()]),
  ];
  const violations: string[] = [];
  for (const record of records) {
    for (const checker of checkers) {
      const wrong = checker(record, records);
      if (wrong === null) continue;
      violations.push(`record ${record.seq} (${record.from} > ${record.to}): ${wrong}`);
      if (violations.length === MAX_VIOLATIONS) return violations;
    }
  }
  return violations;
}

// ---- Every trace

/** By induction: a cause comes before its effect, and what has none is an input or a process that boots. */
function causesEndInInputOrBoot(): Checker {
  let inputs = 0;
  return ({ seq, cause, payload }) => {
    if (payload.kind === 'input') inputs++;
    if (cause !== null) return cause < seq ? null : `its cause ${cause} comes after it`;
    if (payload.kind === 'input') return null;
    return payload.kind === 'inside' && payload.topic === 'started' && inputs === 0 ? null : 'nothing caused it';
  };
}

function oneAnswerPerRequest(): Checker {
  const answered = new Set<number>();
  return ({ seq, exchange, from, to, payload }, records) => {
    if (exchange === null || exchange === seq) return payload.kind === 'response' ? 'an answer without a request' : null;
    const request = records[exchange];
    if (request === undefined || exchange > seq || request.payload.kind !== 'request') return `belongs to ${exchange}, which is no request`;
    if (request.from !== to || request.to !== from) return `belongs to ${exchange}, which is between others`;
    if (payload.protocol !== request.payload.protocol) return `answers ${exchange} in another protocol`;
    if (payload.kind !== 'response') return null;
    if (answered.has(exchange)) return `answers ${exchange} a second time`;
    answered.add(exchange);
    return null;
  };
}

function linksKeepOrder(): Checker {
  const last = new Map<string, Map<string, number>>();
  return ({ atUs, receivedUs, from, to, payload }) => {
    if (receivedUs === null) return null;
    if (receivedUs < atUs) return 'received before it was sent';
    if (payload.kind === 'inside' || payload.kind === 'fault') return null;
    let arrivals = last.get(from);
    if (arrivals === undefined) last.set(from, (arrivals = new Map()));
    const earlier = arrivals.get(to) ?? receivedUs;
    arrivals.set(to, Math.max(earlier, receivedUs));
    return receivedUs < earlier ? 'overtook a message on its connection' : null;
  };
}

/** What a watch begins with comes in the order of keys; everything after it in the order of versions. */
function watchOrderIsVersionOrder(): Checker {
  const streams = new Map<number, { version: number; initial: boolean }>();
  return ({ exchange, payload }, records) => {
    if (exchange === null || payload.kind !== 'watch-delivery') return null;
    let stream = streams.get(exchange);
    if (stream === undefined) streams.set(exchange, (stream = { version: 0, initial: beginsWithState(records[exchange]) }));
    if (payload.protocol === 'http') {
      if (payload.type === 'ERROR') return null;
      const { metadata } = payload.object;
      const { resourceVersion, annotations } = isObject(metadata) ? metadata : {};
      const version = Number(resourceVersion);
      const bookmark = payload.type === 'BOOKMARK';
      if (payload.type !== 'ADDED') stream.initial = false;
      else if (stream.initial) {
        stream.version = Math.max(stream.version, version);
        return null;
      }
      const ends = bookmark && isObject(annotations) && annotations['k8s.io/initial-events-end'] === 'true';
      const late = bookmark ? version < stream.version && !ends : version <= stream.version;
      const before = stream.version;
      stream.version = Math.max(before, version);
      return late ? `${payload.type} of version ${resourceVersion} after version ${before}` : null;
    }
    for (const event of eventsOf(payload.body)) {
      const version = isObject(event.kv) ? Number(event.kv.mod_revision) : 0;
      if (version < stream.version) return `revision ${version} after revision ${stream.version}`;
      stream.version = version;
    }
    return null;
  };
}

/** A watch of the API that sends what there is before what changes. */
function beginsWithState(request: TraceRecord | undefined): boolean {
  if (request?.payload.protocol !== 'http' || request.payload.kind !== 'request') return false;
  const { sendInitialEvents, resourceVersion = '0' } = parsePath(request.payload.path)?.query ?? {};
  return sendInitialEvents === 'true' || (sendInitialEvents === undefined && (resourceVersion === '0' || resourceVersion === ''));
}

const eventsOf = ({ events }: JsonObject): readonly JsonObject[] =>
  Array.isArray(events) ? (events as readonly Json[]).filter(isObject) : [];

// ---- Who may talk to whom

const onlyApiserverTalksToEtcd: Checker = ({ from, to, payload }) =>
  binaryOf(to) === 'etcd' &&
  payload.kind === 'request' &&
  payload.protocol === 'etcd' &&
  !['kube-apiserver', ETCDCTL].includes(binaryOf(from))
    ? `asks etcd for ${payload.rpc}`
    : null;

const HEALTH = /^\/(healthz|livez|readyz)/;
function isHealthProbe({ payload }: TraceRecord): boolean {
  return payload.protocol === 'probe' || (payload.protocol === 'http' && payload.kind === 'request' && HEALTH.test(payload.path));
}

const schedulerAndKubeletNeverTalk: Checker = (record) => {
  const ends = [binaryOf(record.from), binaryOf(record.to)];
  const between = ends.includes('kube-scheduler') && ends.includes('kubelet');
  return between && record.payload.kind === 'request' && !isHealthProbe(record) ? 'scheduler and kubelet talk' : null;
};

const kubeProxyWatchesNoPods: Checker = ({ from, payload }) =>
  binaryOf(from) === 'kube-proxy' &&
  payload.kind === 'request' &&
  payload.protocol === 'http' &&
  parsePath(payload.path)?.resource === 'pods'
    ? 'kube-proxy asks for Pods'
    : null;

const STREAMED = /^\/(containerLogs|exec|attach|portForward)\//;
const apiserverCallsKubeletOnlyFor: Checker = ({ from, to, cause, payload }, records) => {
  if (binaryOf(from) !== 'kube-apiserver' || binaryOf(to) !== 'kubelet' || payload.kind !== 'request') return null;
  const what = payload.protocol === 'http' ? payload.path : payload.rpc;
  return STREAMED.test(what) || servesProxy(cause, records) ? null : `kube-apiserver calls a kubelet: ${what}`;
};

/** A person asked for `nodes/NAME/proxy`, which may be any path of the kubelet. */
function servesProxy(cause: number | null, records: readonly TraceRecord[]): boolean {
  for (let at = cause, steps = 0; at !== null && steps < 8; at = records[at]?.cause ?? null, steps++) {
    const payload = records[at]?.payload;
    if (payload?.protocol === 'http' && payload.kind === 'request') return parsePath(payload.path)?.subresource === 'proxy';
  }
  return false;
}

// ---- What etcd holds

function onCommits(checkers: readonly CommitChecker[]): Checker {
  return (record, records) => {
    const commit = commitOf(record);
    if (commit === null) return null;
    const value = commit.deleted ? null : valueWritten(record, commit.key, records);
    const wrong = checkers.flatMap((checker) => checker(commit, isObject(value) ? value : null) ?? []);
    return wrong.length === 0 ? null : wrong.join('; ');
  };
}

function revisionsRise(): CommitChecker {
  let last = 0;
  const versions = new Map<string, number>();
  return ({ revision, key }) => {
    const before = last;
    const version = versions.get(key) ?? 0;
    last = Math.max(last, revision);
    versions.set(key, revision);
    if (revision < before) return `etcd's revision fell from ${before} to ${revision}`;
    return revision <= version ? `${key} was written twice in revision ${revision}` : null;
  };
}

const POD = /^\/registry\/pods\//;
function podsAreBoundOnce(): CommitChecker {
  const bound = new Map<string, string>();
  return ({ key }, pod) => {
    if (!POD.test(key) || pod === null) return null;
    const uid = isObject(pod.metadata) ? String(pod.metadata.uid) : key;
    const node = isObject(pod.spec) && typeof pod.spec.nodeName === 'string' ? pod.spec.nodeName : '';
    const before = bound.get(uid) ?? '';
    bound.set(uid, node);
    return before !== '' && before !== node ? `${key} was on ${before} and is now on ${node || 'no node'}` : null;
  };
}
