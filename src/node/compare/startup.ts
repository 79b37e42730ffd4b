// What each component lists and watches when it starts, beside what the real ones did (real-startup.json). The order in
// which a component opens its watches is chance there, so a lane is a set.
import { isObject } from '../../base/json';
import { sortedBy } from '../../base/order';
import { clusterOf } from '../../cluster/default-run';
import { Runner } from '../../cluster/runner';
import { parsePath } from '../../machinery/resources';
import { Trace } from '../../trace/trace';
import { binaryOf } from '../../wire/names';
import { MODEL } from '../../wire/run';
import { compareLanes, type LaneResult, Lanes } from './lanes';
import { actorOf, verbOf } from './sides';

export interface StartupRecording {
  readonly components: {
    readonly [component: string]: { readonly requests: readonly { readonly by: string; readonly verb: string; readonly uri: string }[] };
  };
}
export const isStartup = (file: unknown): file is StartupRecording => isObject(file) && isObject(file.components);

/** One of the nodes stands for all. */
const NODE = 'node-1';

export function compareStartup(recording: StartupRecording): LaneResult[] {
  const real = new Set<string>();
  for (const { requests } of Object.values(recording.components)) {
    for (const { by, verb, uri } of requests) add(real, by, verb, uri);
  }
  const ours = new Set<string>();
  const runner = new Runner({ model: MODEL, cluster: clusterOf(3), seed: 1, inputs: [] });
  runner.finish();
  const trace = new Trace(runner.cluster.sim.recorder.records);
  trace.follow();
  for (const record of trace.records) {
    const { payload } = record;
    if (payload.kind !== 'request' || payload.protocol !== 'http' || record.to !== 'kube-apiserver') continue;
    const answer = trace.answerOf(record)?.payload;
    if (answer?.kind !== 'response' || answer.protocol !== 'http' || answer.status >= 400) continue;
    const actor = actorOf(record, payload.headers['user-agent'] ?? '');
    const by = binaryOf(record.from) === 'kubelet' ? `kubelet@${record.from.split('/')[1]}` : actor;
    add(ours, by, verbOf(payload.method, payload.path), payload.path);
  }
  return compareLanes(lanesOf(real), lanesOf(ours));
}

function add(set: Set<string>, by: string, verb: string, uri: string): void {
  if (verb !== 'watch' && verb !== 'list') return;
  const path = parsePath(uri);
  if (path === null || path.resource === 'leases') return;
  if (by.startsWith('kubelet@') && by !== `kubelet@${NODE}`) return;
  if (by === 'kube-proxy' && uri.includes('metadata.name') && !uri.includes(NODE)) return;
  const selectors = ['fieldSelector', 'labelSelector'].flatMap((name) => (path.query[name] ? [path.query[name]] : []));
  const group = path.group === '' ? path.version : `${path.group}/${path.version}`;
  set.add(
    `${by.replace(`@${NODE}`, '')}|${verb} ${group} ${path.namespace ?? ''} ${path.resource} ${selectors.join(' ')}`
      .replace(/ +/g, ' ')
      .trim(),
  );
}

function lanesOf(set: ReadonlySet<string>): Lanes {
  const lanes = new Lanes();
  for (const entry of sortedBy(set, (text) => text)) {
    const [by = '', what = ''] = entry.split('|');
    lanes.add(`startup ${by}`, what);
  }
  return lanes;
}
