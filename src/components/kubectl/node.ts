// kubectl cordon, uncordon, drain, taint. Models kubectl pkg/cmd/{drain,taint} and pkg/drain.
// Left out: --disable-eviction's order, --chunk-size.
import type { Json, JsonObject } from '../../base/json';
import { parseGoDuration } from '../../machinery/duration';
import { controllerOf, metaOf } from '../../machinery/object';
import { findKind, resourcePath } from '../../machinery/resources';
import type { Task } from '../../sim/task';
import { type Info, infosOf, itemsOf } from './builder';
import { dryRunOf, drySuffix, say } from './create/object';
import { ApiError, CommandError, fail, severalErrors, usageError } from './errors';
import { ANY, TYPED } from './http';
import type { Command, Session } from './session';

const DRAIN_FLAGS = `dry-run:string=unchanged l/selector force:bool ignore-daemonsets:bool delete-emptydir-data:bool delete-local-data:bool grace-period:int timeout:duration
  pod-selector disable-eviction:bool skip-wait-for-delete-timeout:int chunk-size:int ignore-errors:bool`;

export const cordon: Command = { flags: 'dry-run:string=unchanged l/selector', run: (session) => cordonAll(session, true) };
export const uncordon: Command = { flags: 'dry-run:string=unchanged l/selector', run: (session) => cordonAll(session, false) };
export const drain: Command = { flags: DRAIN_FLAGS, run: runDrain };
export const taint: Command = {
  flags:
    'overwrite:bool all:bool l/selector o/output dry-run:string=unchanged field-manager validate:string=strict template show-managed-fields:bool',
  run: runTaint,
};

const spec = (object: JsonObject | null): JsonObject => (object?.['spec'] ?? {}) as JsonObject;
const status = (object: JsonObject): JsonObject => (object['status'] ?? {}) as JsonObject;

function* nodesOf(session: Session): Task<Info[]> {
  if (session.args.length === 0 && !session.flags.has('selector'))
    throw usageError(session.command, `USAGE: ${session.command.split(' ')[1]} NODE [flags]`);
  const args = session.args.length === 0 ? ['nodes'] : session.args.map((name) => (name.includes('/') ? name : `nodes/${name}`));
  return yield* infosOf(session, { args, accept: ANY });
}

function* cordonAll(session: Session, unschedulable: boolean): Task<void> {
  for (const node of yield* nodesOf(session)) yield* cordonOne(session, node, unschedulable);
}

function* cordonOne(session: Session, node: Info, unschedulable: boolean): Task<void> {
  const word = unschedulable ? 'cordoned' : 'uncordoned';
  const dryRun = dryRunOf(session);
  if ((spec(node.object)['unschedulable'] === true) === unschedulable) {
    session.out(`node/${node.name} already ${word}${drySuffix(dryRun)}\n`);
    return;
  }
  if (dryRun !== 'client') {
    yield* session.http.send('PATCH', resourcePath(node.mapping, null, node.name), {
      accept: TYPED,
      contentType: 'application/strategic-merge-patch+json',
      body: { spec: { unschedulable: unschedulable ? true : null } },
      query: { dryRun: dryRun === 'server' ? 'All' : undefined },
    });
  }
  session.out(`node/${node.name} ${word}${drySuffix(dryRun)}\n`);
}

// ---- drain

function* runDrain(session: Session): Task<void> {
  const nodes = yield* nodesOf(session);
  for (const node of nodes) yield* cordonOne(session, node, true);
  const errors: CommandError[] = [];
  const left: string[] = [];
  for (const node of nodes) {
    try {
      yield* drainOne(session, node);
      session.out(`node/${node.name} drained${drySuffix(dryRunOf(session))}\n`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      session.err(
        `error: unable to drain node "${node.name}" due to error: ${error.text.replace(/^error: /, '')}, continuing command...\n`,
      );
      errors.push(error);
      left.push(node.name);
    }
  }
  if (left.length > 0) session.err(`There are pending nodes to be drained:\n${left.map((name) => ` ${name}\n`).join('')}`);
  if (errors.length > 0) throw severalErrors(errors);
}

interface Verdict {
  readonly remove: boolean;
  readonly error?: string;
  readonly warning?: string;
}

function* drainOne(session: Session, node: Info): Task<void> {
  const pods = findKind('v1', 'Pod');
  if (pods === null) return;
  const list = yield* session.http.get('/api/v1/pods', TYPED, {
    fieldSelector: `spec.nodeName=${node.name}`,
    labelSelector: session.flags.text('pod-selector'),
    limit: 500,
  });
  const told = new Map<string, string[]>();
  const warned = new Map<string, string[]>();
  const chosen: JsonObject[] = [];
  for (const pod of itemsOf(list, pods)) {
    const { remove, error, warning } = yield* verdictOn(session, pod);
    const name = `${metaOf(pod).namespace}/${metaOf(pod).name}`;
    if (error !== undefined) told.set(error, [...(told.get(error) ?? []), name]);
    if (warning !== undefined) warned.set(warning, [...(warned.get(warning) ?? []), name]);
    if (remove) chosen.push(pod);
  }
  const joined = (map: ReadonlyMap<string, readonly string[]>, end: string): string =>
    [...map].map(([text, names]) => `${text}: ${names.join(', ')}`).join(end);
  if (told.size > 0) throw new CommandError(`error: ${[...told].length > 1 ? `[${joined(told, ', ')}]` : joined(told, '')}`);
  if (warned.size > 0) session.err(`Warning: ${joined(warned, '; ')}\n`);
  yield* evictAll(session, chosen);
}

/** Why a pod stays, why it keeps the node from being drained, or that it goes (pkg/drain filters). */
function* verdictOn(session: Session, pod: JsonObject): Task<Verdict> {
  const { flags } = session;
  const { annotations, namespace = '' } = metaOf(pod);
  if (annotations?.['kubernetes.io/config.mirror'] !== undefined) return { remove: false };
  const phase = status(pod)['phase'];
  const ended = phase === 'Succeeded' || phase === 'Failed';
  const owner = controllerOf(pod);
  if (owner?.kind === 'DaemonSet' && !ended) {
    const sets = findKind('apps/v1', 'DaemonSet');
    const found = sets === null ? null : yield* session.http.exchange('GET', resourcePath(sets, namespace, owner.name), { accept: TYPED });
    if (found !== null && found.status === 404 && flags.bool('force'))
      return { remove: true, warning: 'ignoring DaemonSet-managed Pods that are missing' };
    if (!flags.bool('ignore-daemonsets'))
      return { remove: false, error: 'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)' };
    return { remove: false, warning: 'ignoring DaemonSet-managed Pods' };
  }
  const volumes = (spec(pod)['volumes'] ?? []) as readonly JsonObject[];
  if (
    !ended &&
    volumes.some((volume) => volume['emptyDir'] !== undefined) &&
    !flags.bool('delete-emptydir-data') &&
    !flags.bool('delete-local-data')
  ) {
    return { remove: false, error: 'cannot delete Pods with local storage (use --delete-emptydir-data to override)' };
  }
  if (!ended && owner === null) {
    if (!flags.bool('force')) return { remove: false, error: 'cannot delete Pods that declare no controller (use --force to override)' };
    return { remove: true, warning: 'deleting Pods that declare no controller' };
  }
  return { remove: true };
}

function* evictAll(session: Session, pods: readonly JsonObject[]): Task<void> {
  const dryRun = dryRunOf(session);
  if (pods.length === 0) return;
  if (dryRun === 'client') {
    for (const pod of pods) session.out(`evicting pod ${metaOf(pod).namespace}/${metaOf(pod).name}${drySuffix(dryRun)}\n`);
    return;
  }
  // Whether the server knows evictions is seen in its discovery.
  yield* session.http.send('GET', '/api/v1', { accept: ANY });
  const timeout = parseGoDuration(session.flags.text('timeout', '0s')) ?? 0;
  const deadlineUs = timeout > 0 ? session.http.ctx.now() + timeout : null;
  const { ctx } = session.http;
  // Go's scheduler runs what was started last first, and then the others in order.
  const order = [...pods.slice(-1), ...pods.slice(0, -1)];
  const outcomes = yield* ctx.all(order.map((pod) => evictSafely(session, pod, deadlineUs)));
  const errors = outcomes.filter((outcome) => outcome !== null);
  if (errors.length > 0) throw severalErrors(errors);
}

/** A refusal in one of several parallel tasks is a value. */
function* evictSafely(session: Session, pod: JsonObject, deadlineUs: number | null): Task<CommandError | null> {
  try {
    yield* evict(session, pod, deadlineUs);
    return null;
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
}

const RETRY_US = 5_000_000;
const POLL_US = 1_000_000;

/** Asks for the eviction until it is granted, then waits until the pod is gone. */
function* evict(session: Session, pod: JsonObject, deadlineUs: number | null): Task<void> {
  const { name = '', namespace = '' } = metaOf(pod);
  const dryRun = dryRunOf(session);
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const { ctx } = session.http;
  for (let tries = 0; ; tries++) {
    session.out(`evicting pod ${namespace}/${name}${drySuffix(dryRun)}\n`);
    if (deadlineUs !== null && ctx.now() >= deadlineUs)
      throw fail(`error when evicting pods/"${name}" -n "${namespace}": global timeout reached: ${session.flags.text('timeout')}`);
    let active = pod;
    if (tries > 0) {
      const fresh = yield* session.http.exchange('GET', path, { accept: TYPED });
      if (fresh.status < 300) active = fresh.body as JsonObject;
    }
    const answer = yield* session.http.exchange('POST', `${path}/eviction`, { accept: ANY, body: evictionOf(session, pod) });
    if (answer.status < 300) break;
    if (answer.status === 404) return;
    const refusal = new ApiError(answer.body as never);
    const ending =
      refusal.reason === 'Forbidden' && refusal.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating');
    // In a namespace that goes away nothing is evicted any more; its pods go anyway.
    if (ending && metaOf(active).deletionTimestamp) break;
    if (answer.status === 429)
      session.err(`error when evicting pods/"${name}" -n "${namespace}" (will retry after 5s): ${refusal.message}\n`);
    else if (ending)
      session.err(
        `error when evicting pod "${name}" from terminating namespace "${namespace}" (will retry after 5s): ${refusal.message}\n`,
      );
    else throw fail(`error when evicting pods/"${name}" -n "${namespace}": ${refusal.message}`);
    yield* ctx.sleep(RETRY_US);
  }
  if (dryRun !== 'server') yield* waitEvicted(session, pod, deadlineUs);
}

function evictionOf(session: Session, pod: JsonObject): JsonObject {
  const { name = '', namespace = '' } = metaOf(pod);
  const grace = session.flags.int('grace-period', -1);
  const deleteOptions: JsonObject = {
    ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}),
    ...(dryRunOf(session) === 'server' ? { dryRun: ['All'] } : {}),
  };
  return { kind: 'Eviction', apiVersion: 'policy/v1', metadata: { name, namespace }, deleteOptions };
}

function* waitEvicted(session: Session, pod: JsonObject, deadlineUs: number | null): Task<void> {
  const { name = '', namespace = '', uid } = metaOf(pod);
  const { ctx } = session.http;
  for (;;) {
    const found = yield* session.http.exchange('GET', `/api/v1/namespaces/${namespace}/pods/${name}`, { accept: TYPED });
    if (found.status === 404 || metaOf(found.body as JsonObject).uid !== uid) {
      session.out(`pod/${name} evicted\n`);
      return;
    }
    if (deadlineUs !== null && ctx.now() >= deadlineUs)
      throw fail(
        `error when waiting for pod "${name}" in namespace "${namespace}" to terminate: global timeout reached: ${session.flags.text('timeout')}`,
      );
    yield* ctx.sleep(POLL_US);
  }
}

// ---- taint

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function* runTaint(session: Session): Task<void> {
  const split = session.args.findIndex((arg) => /[=:]/.test(arg) || arg.endsWith('-'));
  const resources = split < 0 ? session.args : session.args.slice(0, split);
  const texts = split < 0 ? [] : session.args.slice(split);
  if (!['node', 'nodes', 'no'].includes(resources[0] ?? '')) {
    throw fail(
      resources.length === 0
        ? 'one or more resources must be specified as <resource> <name>'
        : `invalid resource type ${resources[0]}, only node(s) is supported`,
    );
  }
  if (texts.length === 0) throw fail('at least one taint update is required');
  const add = texts.filter((text) => !text.endsWith('-')).map((text) => parseTaint(text));
  const remove = texts.filter((text) => text.endsWith('-')).map((text) => parseTaint(text.slice(0, -1), true));
  for (const info of yield* infosOf(session, { args: resources, accept: ANY, all: session.flags.bool('all') }))
    yield* taintOne(session, info, add, remove);
}

function parseTaint(text: string, removing = false): Taint {
  const match = /^([^=:]+)(?:=([^:]*))?(?::(.*))?$/.exec(text);
  const [, key = '', value, effect = ''] = match ?? [];
  if (match === null || (!removing && effect === '')) throw fail(`invalid taint spec: ${text}`);
  if (effect !== '' && !EFFECTS.includes(effect)) throw fail(`invalid taint effect: ${effect}, unsupported taint effect`);
  return { key, effect, ...(value === undefined || value === '' ? {} : { value }) };
}

function* taintOne(session: Session, node: Info, add: readonly Taint[], remove: readonly Taint[]): Task<void> {
  const had = (spec(node.object)['taints'] ?? []) as unknown as readonly Taint[];
  const same = (a: Taint, b: Taint): boolean => a.key === b.key && (a.effect === b.effect || a.effect === '' || b.effect === '');
  for (const taint of remove) {
    if (!had.some((h) => same(h, taint)))
      throw fail(taint.effect === '' ? `taint "${taint.key}" not found` : `taint "${taint.key}:${taint.effect}" not found`);
  }
  const clash = add.filter((taint) => had.some((h) => h.key === taint.key && h.effect === taint.effect && h.value !== taint.value));
  if (clash.length > 0 && !session.flags.bool('overwrite')) {
    throw fail(`node ${node.name} already has ${clash.map((t) => t.key).join(', ')} taint(s) with same effect(s) and --overwrite is false`);
  }
  const kept = had.filter((h) => !remove.some((taint) => same(h, taint)) && !add.some((taint) => same(h, taint)));
  const taints = [...add, ...kept];
  // Taints have a patch merge key, but kubectl replaces the list by what it made.
  const body = { spec: { taints: taints.length === 0 ? null : (taints as unknown as Json) } };
  const word = add.length === 0 ? 'untainted' : remove.length === 0 ? (clash.length > 0 ? 'modified' : 'tainted') : 'modified';
  const dryRun = dryRunOf(session);
  let object: JsonObject = { ...node.object, spec: { ...spec(node.object), taints: taints as unknown as Json } };
  if (dryRun !== 'client') {
    object = (yield* session.http.send('PATCH', resourcePath(node.mapping, null, node.name), {
      accept: ANY,
      contentType: 'application/strategic-merge-patch+json',
      body,
      query: {
        dryRun: dryRun === 'server' ? 'All' : undefined,
        fieldManager: session.flags.text('field-manager', 'kubectl-taint'),
        fieldValidation: 'Strict',
      },
    })) as JsonObject;
  }
  say(session, object, word);
}
