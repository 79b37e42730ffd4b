// kubectl logs. Models kubectl pkg/cmd/logs and polymorphichelpers/logsforobject.go. Left out: --max-log-requests.
import type { JsonObject } from '../../base/json';
import { parseGoDuration } from '../../machinery/duration';
import { metaOf } from '../../machinery/object';
import { findKind, resourcePath } from '../../machinery/resources';
import { type LabelSelector, selectorOf, selectorOfMap, selectorText } from '../../machinery/selector';
import type { Task } from '../../sim/task';
import { infosOf, itemsOf, listOf } from './builder';
import { ApiError, CommandError, fail, usageError } from './errors';
import { ANY, TYPED } from './http';
import { bestLoggedFirst, mostActiveFirst } from './pod-order';
import { type Command, namespaceOf, type Session } from './session';

export const logs: Command = {
  flags: `c/container f/follow:bool p/previous:bool since:duration since-time tail:int timestamps:bool limit-bytes:int all-containers:bool prefix:bool l/selector
    ignore-errors:bool pod-running-timeout:duration max-log-requests:int insecure-skip-tls-verify-backend:bool all-pods:bool`,
  run: runLogs,
};

function* runLogs(session: Session): Task<void> {
  const { args, flags } = session;
  if (args.length === 0 && !flags.has('selector'))
    throw usageError(
      session.command,
      `expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command`,
    );
  const container = flags.text('container') || args[1] || '';
  if (args.length > 2)
    throw usageError(
      session.command,
      `expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command`,
    );
  if (container !== '' && flags.bool('all-containers')) throw fail('--all-containers=true should not be specified with container name');
  for (const pod of yield* podsOf(session)) yield* logsOf(session, pod, container);
}

/** The pods that are meant: one by name, the selected ones, or the first of a workload. */
function* podsOf(session: Session): Task<readonly JsonObject[]> {
  const [target = ''] = session.args;
  const pods = findKind('v1', 'Pod');
  if (pods === null) return [];
  if (session.flags.has('selector')) {
    return itemsOf(yield* listOf(session, pods, { labelSelector: session.flags.text('selector') }, ANY), pods);
  }
  const info = (yield* infosOfPod(session, target))[0];
  if (info === undefined || info.object === null) return [];
  if (info.mapping.kind === 'Pod') return [info.object];
  return [yield* podOf(session, info.object, session.err)];
}

/** The pod that is named, or that of a workload which kubectl takes; null: nothing is named so. */
export function* attachablePod(session: Session, target: string): Task<JsonObject | null> {
  const info = (yield* infosOf(session, { args: [target.includes('/') ? target : `pods/${target}`], accept: ANY }))[0];
  if (info === undefined || info.object === null) return null;
  return info.mapping.kind === 'Pod' ? info.object : yield* podOf(session, info.object, null);
}

function* infosOfPod(session: Session, target: string) {
  try {
    return yield* infosOf(session, { args: [target.includes('/') ? target : `pods/${target}`], accept: ANY });
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== 'NotFound') throw error;
    throw new CommandError(`error: error from server (NotFound): ${error.message} in namespace "${namespaceOf(session)}"`);
  }
}

/** The pod of a workload or Service that kubectl takes: the first that is most likely to answer. */
export function* podOf(session: Session, object: JsonObject, tell: ((text: string) => void) | null): Task<JsonObject> {
  const pods = findKind('v1', 'Pod');
  const spec = (object['spec'] ?? {}) as JsonObject;
  const selector = spec['selector'];
  if (pods === null || !selector) throw fail(`cannot get the logs from ${String(object['kind'])}`);
  const plain = object['kind'] === 'Service' || object['kind'] === 'ReplicationController';
  const labelSelector = selectorText(plain ? selectorOfMap(selector as { [key: string]: string }) : selectorOf(selector as LabelSelector));
  const list = yield* session.http.get(resourcePath(pods, metaOf(object).namespace ?? namespaceOf(session)), TYPED, { labelSelector });
  const found = itemsOf(list, pods);
  const [first] = tell === null ? mostActiveFirst(found) : bestLoggedFirst(found);
  if (first === undefined) throw fail('timed out waiting for the condition');
  if (tell !== null && found.length > 1) tell(`Found ${found.length} pods, using pod/${metaOf(first).name}\n`);
  return first;
}

function* logsOf(session: Session, pod: JsonObject, wanted: string): Task<void> {
  const { flags } = session;
  const { name = '', namespace = '' } = metaOf(pod);
  const spec = (pod['spec'] ?? {}) as JsonObject;
  const names = (field: string): string[] => ((spec[field] ?? []) as readonly JsonObject[]).map((container) => String(container['name']));
  const containers = names('containers');
  const known = [...names('initContainers'), ...containers, ...names('ephemeralContainers')];
  const chosen = flags.bool('all-containers') ? known : [wanted || defaultContainer(session, pod, containers)];
  for (const container of chosen) {
    if (!known.includes(container)) throw fail(`container ${container} is not valid for pod ${name}`);
    const text = yield* session.http.send('GET', `/api/v1/namespaces/${namespace}/pods/${name}/log`, {
      accept: ANY,
      query: { container, ...logQuery(session) },
    });
    const lines = String(text ?? '');
    session.out(flags.bool('prefix') ? lines.replace(/^(?=.)/gm, `[pod/${name}/${container}] `) : lines);
  }
}

function defaultContainer(session: Session, pod: JsonObject, containers: readonly string[]): string {
  const marked = metaOf(pod).annotations?.['kubectl.kubernetes.io/default-container'];
  if (marked !== undefined && containers.includes(marked)) return marked;
  const [first = ''] = containers;
  if (containers.length > 1) session.err(`Defaulted container "${first}" out of: ${containers.join(', ')}\n`);
  return first;
}

function logQuery(session: Session) {
  const { flags } = session;
  const since = parseGoDuration(flags.text('since', '0s')) ?? 0;
  return {
    follow: flags.bool('follow') || undefined,
    previous: flags.bool('previous') || undefined,
    timestamps: flags.bool('timestamps') || undefined,
    sinceSeconds: since > 0 ? Math.ceil(since / 1_000_000) : undefined,
    sinceTime: flags.text('since-time') || undefined,
    tailLines: flags.int('tail', flags.has('selector') ? 10 : -1) >= 0 ? flags.int('tail', 10) : undefined,
    limitBytes: flags.int('limit-bytes', 0) || undefined,
  };
}
