// `npm run -s bench -- [--json] [--runs N]`: medians of whole runs in this process, one line each. A report, not a test.
import { simTime } from '../base/brand';
import { isObject, type Json } from '../base/json';
import { clusterOf } from '../cluster/default-run';
import { Runner } from '../cluster/runner';
import { sceneAt } from '../trace/scene';
import { Trace } from '../trace/trace';
import type { TraceRecord } from '../wire/record';
import { MODEL } from '../wire/run';

const SLICE_EVENTS = 1_000;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const round = (value: number, digits: number): number => Number(value.toFixed(digits));

function heapMB(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

/** A kubelet's patch that reports Ready. */
function reportsReady({ payload }: TraceRecord): boolean {
  if (payload.protocol !== 'http' || payload.kind !== 'request' || payload.method !== 'PATCH' || !isObject(payload.body)) return false;
  const conditions = isObject(payload.body['status']) ? payload.body['status']['conditions'] : undefined;
  return Array.isArray(conditions) && conditions.some((one: Json) => isObject(one) && one['type'] === 'Ready' && one['status'] === 'True');
}

interface Measured {
  readonly bootMs: number;
  readonly wallMs: number;
  readonly records: number;
  readonly heapMB: number;
  readonly runner: Runner;
}

/** From the input to the last Pod's report of Ready, the whole trace kept. */
function deploymentReady(replicas: number, nodes: number): Measured {
  const before = heapMB();
  const begun = performance.now();
  const runner = new Runner({ model: MODEL, cluster: clusterOf(nodes), seed: 1, inputs: [] });
  runner.finish();
  const { sim } = runner.cluster;
  const { records } = sim.recorder;
  const booted = performance.now();
  let seen = records.length;
  let ready = 0;
  runner.cluster.give({ type: 'kubectl', line: `kubectl create deployment test --image=nginx --replicas=${replicas}` });
  const limit = simTime(sim.now + 600_000_000);
  while (ready < replicas) {
    const reason = sim.runToRest(limit, SLICE_EVENTS);
    for (; seen < records.length; seen++) if (reportsReady(records[seen] as TraceRecord)) ready++;
    if (reason !== 'slice') break;
  }
  const wallMs = performance.now() - booted;
  if (ready < replicas) throw new Error(`only ${ready} of ${replicas} Pods became Ready`);
  return { bootMs: booted - begun, wallMs, records: records.length, heapMB: heapMB() - before, runner };
}

const args = process.argv.slice(2);
const runs = Number(args.includes('--runs') ? args[args.indexOf('--runs') + 1] : 5);

const perPod: number[] = [];
let last: Runner | null = null;
for (const [replicas, nodes] of [
  [1, 3],
  [100, 3],
  [1_000, 10],
] as const) {
  const measured = Array.from({ length: runs }, () => {
    const { runner, ...figures } = deploymentReady(replicas, nodes);
    last = runner;
    return figures;
  });
  const of = (pick: (figures: Omit<Measured, 'runner'>) => number): number => median(measured.map(pick));
  const wallMs = of((figures) => figures.wallMs);
  perPod.push(wallMs / replicas);
  console.log(
    JSON.stringify({
      name: 'deployment-ready',
      replicas,
      nodes,
      wallMs: round(wallMs, 1),
      records: of((figures) => figures.records),
      heapMB: round(
        of((figures) => figures.heapMB),
        1,
      ),
      bootMs: round(
        of((figures) => figures.bootMs),
        1,
      ),
      runs,
    }),
  );
}
console.log(
  JSON.stringify({
    name: 'cost-per-pod',
    at100Ms: round(perPod[1] ?? 0, 3),
    at1000Ms: round(perPod[2] ?? 0, 3),
    ratio: round((perPod[2] ?? 0) / (perPod[1] ?? 1), 2),
  }),
);

const trace = new Trace((last as unknown as Runner).cluster.sim.recorder.records);
const followed = performance.now();
trace.follow();
const followMs = performance.now() - followed;
const count = trace.records.length;
const samples = Array.from({ length: 200 }, (_, i) => {
  const seq = Math.floor(((i * 7919) % 200) * (count / 200));
  const begun = performance.now();
  sceneAt(trace, seq);
  return performance.now() - begun;
});
console.log(
  JSON.stringify({
    name: 'fold',
    records: count,
    followMs: round(followMs, 1),
    medianMs: round(median(samples), 3),
    worstMs: round(Math.max(...samples), 3),
  }),
);
