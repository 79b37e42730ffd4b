// The cells of a Pod: what `kubectl get pods` calls STATUS is made here. Models printPod of printers.go.
import type { JsonObject } from '../../base/json';
import { parseTime } from '../time';
import { age, type Cell, created, list, number, type Printed, type Printing, record, text } from './cells';

interface Terminated {
  readonly exitCode?: number;
  readonly signal?: number;
  readonly reason?: string;
  readonly finishedAt?: string;
}
interface ContainerStatus {
  readonly name?: string;
  readonly ready?: boolean;
  readonly started?: boolean;
  readonly restartCount?: number;
  readonly state?: { readonly waiting?: { readonly reason?: string }; readonly running?: JsonObject; readonly terminated?: Terminated };
  readonly lastState?: { readonly terminated?: Terminated };
}
/** Restarts so far, and when the last of those containers ended. */
interface Restarts {
  count: number;
  last: string;
}

export function podCells(pod: Printed, printing: Printing): Cell[] {
  const { ready, total, reason, restarts } = podSummary(pod);
  const { count, last } = restarts;
  const told = count !== 0 && last !== '' ? `${count} (${age(last, printing.now)} ago)` : `${count}`;
  const cells: Cell[] = [pod.metadata.name, `${ready}/${total}`, reason, told, created(pod, printing)];
  if (printing.wide) cells.push(...wideCells(record(pod.spec), record(pod.status)));
  return cells;
}

/** What READY, STATUS and RESTARTS tell, before it is made text. */
export function podSummary(pod: Printed): { ready: number; total: number; reason: string; restarts: Restarts } {
  const spec = record(pod.spec);
  const status = record(pod.status);
  const inits = list(spec['initContainers']);
  const sidecars = new Set(inits.filter((c) => c['restartPolicy'] === 'Always').map((c) => c['name'] ?? ''));
  const total = list(spec['containers']).length + inits.filter((c) => c['restartPolicy'] === 'Always').length;

  const summary = summarize(status, inits.length, sidecars);
  let { reason } = summary;
  const phase = text(status['phase']);
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (status['reason'] === 'NodeLost') reason = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') reason = 'Terminating';
  }
  return { ready: summary.ready, total, reason, restarts: summary.restarts };
}

/** The row's condition once a pod has ended. */
export function podConditions(pod: Printed): readonly JsonObject[] | null {
  const phase = pod.status?.['phase'];
  if (phase === 'Succeeded') return [completed(phase, 'The pod has completed successfully.')];
  if (phase === 'Failed') return [completed(phase, 'The pod failed.')];
  return null;
}
const completed = (reason: string, message: string): JsonObject => ({ type: 'Completed', status: 'True', reason, message });

function summarize(
  status: JsonObject,
  initCount: number,
  sidecars: ReadonlySet<unknown>,
): { reason: string; ready: number; restarts: Restarts } {
  let reason = text(status['reason']) || text(status['phase']);
  const conditions = list(status['conditions']);
  if (conditions.some((c) => c['type'] === 'PodScheduled' && c['reason'] === 'SchedulingGated')) reason = 'SchedulingGated';

  const init = initSummary(list<ContainerStatus>(status['initContainerStatuses']), initCount, sidecars);
  const initialized = conditions.find((c) => c['type'] === 'Initialized')?.['status'] === 'True';
  if (init.reason !== null && !initialized) return { reason: init.reason, ready: init.ready, restarts: init.all };

  const main = mainSummary(
    list<ContainerStatus>(status['containerStatuses']),
    init.reason ?? reason,
    init.sidecars,
    status['phase'] === 'Failed',
  );
  reason = main.reason;
  if (reason === 'Completed' && main.running) {
    reason = conditions.some((c) => c['type'] === 'Ready' && c['status'] === 'True') ? 'Running' : 'NotReady';
  }
  return { reason, ready: init.ready + main.ready, restarts: init.sidecars };
}

/** `reason` is null unless an init container keeps the pod from going on. */
function initSummary(statuses: readonly ContainerStatus[], initCount: number, sidecars: ReadonlySet<unknown>) {
  const all: Restarts = { count: 0, last: '' };
  const ofSidecars: Restarts = { count: 0, last: '' };
  let ready = 0;
  for (const [i, container] of statuses.entries()) {
    const sidecar = sidecars.has(container.name ?? '');
    addRestarts(all, container);
    if (sidecar) addRestarts(ofSidecars, container);
    const { terminated, waiting } = container.state ?? {};
    if (terminated && (terminated.exitCode ?? 0) === 0) continue;
    if (sidecar && container.started === true) {
      if (container.ready) ready++;
      continue;
    }
    let reason = `Init:${i}/${initCount}`;
    if (terminated) reason = `Init:${terminatedReason(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') reason = `Init:${waiting.reason}`;
    return { reason, ready, all, sidecars: ofSidecars };
  }
  return { reason: null, ready, all, sidecars: ofSidecars };
}

/** The reason of the first container wins, but in a failed pod that of a container that failed. */
function mainSummary(statuses: readonly ContainerStatus[], initial: string, restarts: Restarts, failed: boolean) {
  let reason = initial;
  let ready = 0;
  let running = false;
  let failure = false;
  for (const container of [...statuses].reverse()) {
    addRestarts(restarts, container);
    const { waiting, terminated } = container.state ?? {};
    if (waiting?.reason) reason = waiting.reason;
    else if (terminated) {
      const bad = number(terminated.exitCode) !== 0;
      if (bad || !failed || !failure) reason = terminatedReason(terminated);
      failure ||= bad;
    } else if (container.ready && container.state?.running) {
      running = true;
      ready++;
    }
  }
  return { reason, ready, running };
}

const terminatedReason = ({ reason, signal, exitCode }: Terminated): string =>
  reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode ?? 0}`);

function addRestarts(restarts: Restarts, container: ContainerStatus): void {
  restarts.count += container.restartCount ?? 0;
  const finished = container.lastState?.terminated?.finishedAt;
  if (finished === undefined) return;
  const at = parseTime(finished);
  const last = parseTime(restarts.last);
  if (at !== null && (last === null || at > last)) restarts.last = finished;
}

function wideCells(spec: JsonObject, status: JsonObject): Cell[] {
  const conditions = list(status['conditions']);
  const gates = list(spec['readinessGates']);
  const met = gates.filter((gate) => conditions.find((c) => c['type'] === gate['conditionType'])?.['status'] === 'True');
  return [
    text(list(status['podIPs'])[0]?.['ip']) || '<none>',
    text(spec['nodeName']) || '<none>',
    text(status['nominatedNodeName']) || '<none>',
    gates.length > 0 ? `${met.length}/${gates.length}` : '<none>',
  ];
}
