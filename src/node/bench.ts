// `npm run -s bench -- [--runs N]`: medians of whole runs in this process, one line each, after some that let the compiler
// warm up; `firstMs` is the very first, when nothing was compiled yet. A report, not a test.
import { simTime } from '../base/brand';
import { isObject, type Json } from '../base/json';
import { clusterOf } from '../cluster/default-run';
import { Runner } from '../cluster/runner';
import { sceneAt } from '../trace/scene';
import { Trace } from '../trace/trace';
import type { TraceRecord } from '../wire/record';
import { MODEL } from '../wire/run';
import { createInProcessLink } from '../worker/in-process';
import type { FromWorker } from '../worker/protocol';

const SLICE_EVENTS = 1_000;
const WARM_UP_RUNS = 4;
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
  readonly runner: Runner;
}

/** From the input to the last Pod's report of Ready, the whole trace kept. */
function deploymentReady(replicas: number, nodes: number): Measured {
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
  return { bootMs: booted - begun, wallMs, records: records.length, runner };
}

const args = process.argv.slice(2);
const runs = Number(args.includes('--runs') ? args[args.indexOf('--runs') + 1] : 11);

const perPod: number[] = [];
let last: Runner | null = null;
for (const [replicas, nodes] of [
  [1, 3],
  [100, 3],
  [1_000, 10],
] as const) {
  const all = Array.from({ length: WARM_UP_RUNS + runs }, () => {
    const { runner: _, ...figures } = deploymentReady(replicas, nodes);
    return figures;
  });
  const measured = all.slice(WARM_UP_RUNS);
  // A run of its own: collecting all garbage throws compiled code away, too.
  last = null;
  const before = heapMB();
  last = deploymentReady(replicas, nodes).runner;
  const heap = heapMB() - before;
  const of = (pick: (figures: Omit<Measured, 'runner'>) => number): number => median(measured.map(pick));
  const wallMs = of((figures) => figures.wallMs);
  perPod.push(wallMs / replicas);
  console.log(
    JSON.stringify({
      name: 'deployment-ready',
      replicas,
      nodes,
      wallMs: round(wallMs, 1),
      firstMs: round(all[0]?.wallMs ?? 0, 1),
      records: of((figures) => figures.records),
      heapMB: round(heap, 1),
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

/** So long somebody takes to type a command in the past, of which the page tells when they begin. */
const TYPES_MS = 2_000;
/** About as many records has the boot of three nodes. */
const BOOT_RECORDS = 7_500;

/** From another future's input to its first message that the page gets, and the longest time in which it gets nothing
 *  else to do: a host in this thread, as the page's worker has it. */
async function branchAnswered(
  replicas: number,
  nodes: number,
  after: number,
  typed: boolean,
): Promise<{ readonly wallMs: number; readonly quietMs: number }> {
  const link = createInProcessLink((run) => new Runner(run), true);
  const heard = (until: (message: FromWorker) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const stop = link.subscribe((message) => {
        if (!until(message)) return;
        stop();
        resolve();
      });
    });
  const line = `kubectl create deployment test --image=nginx --replicas=${replicas}`;
  const whole = heard((message) => message.type === 'status' && message.digest !== null);
  link.send({
    type: 'open',
    run: { model: MODEL, cluster: clusterOf(nodes), seed: 1, inputs: [{ when: 'rest', input: { type: 'kubectl', line } }] },
  });
  await whole;
  if (typed) link.send({ type: 'prepare', after });
  await new Promise((resolve) => setTimeout(resolve, TYPES_MS));
  const begun = performance.now();
  let last = begun;
  let quietMs = 0;
  const stop = link.subscribe(() => {
    quietMs = Math.max(quietMs, performance.now() - last);
    last = performance.now();
  });
  const answered = heard((message) => message.type === 'batch' && message.first + message.count > after + 1);
  link.send({ type: 'input', input: { type: 'kubectl', line: 'kubectl get pods' }, after });
  await answered;
  const wallMs = performance.now() - begun;
  stop();
  link.close();
  return { wallMs, quietMs };
}

for (const [record, replicas, nodes, times] of [
  [BOOT_RECORDS + 3_000, 20, 3, runs],
  [100_000, 1_000, 10, Math.min(3, runs)],
] as const) {
  for (const typed of [true, false]) {
    const measured: { readonly wallMs: number; readonly quietMs: number }[] = [];
    for (let i = 0; i < times; i++) measured.push(await branchAnswered(replicas, nodes, record, typed));
    const wallMs = round(median(measured.map((one) => one.wallMs)), 1);
    const quietMs = round(median(measured.map((one) => one.quietMs)), 1);
    console.log(JSON.stringify({ name: 'branch', record, typed, wallMs, quietMs, runs: times }));
  }
}
