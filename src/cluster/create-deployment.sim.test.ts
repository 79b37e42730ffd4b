// The main job on the whole cluster: what must be seen, in the order that must hold (docs/FIDELITY.md names the
// recordings that it is laid beside).
import { beforeAll, describe, expect, it } from 'vitest';
import { Story } from '../narration/story';
import { Trace } from '../trace/trace';
import type { TraceRecord } from '../wire/record';
import { Play } from './testing/play';

const COMMAND = 'kubectl create deployment test --image=nginx';

/** The requests of the plain flow, by who sends them, as a real 1.36.2 cluster got them. `RS`, `POD`, `NODE` stand for
 *  names that chance makes. A 409 and its retry may or may not happen. */
const REQUESTS: { readonly [actor: string]: readonly string[] } = {
  kubectl: ['POST /apis/apps/v1/namespaces/default/deployments?fieldManager=kubectl-create&fieldValidation=Strict 201'],
  'deployment-controller': [
    'POST /apis/apps/v1/namespaces/default/replicasets 201',
    'PUT /apis/apps/v1/namespaces/default/deployments/test/status 200',
    'PUT /apis/apps/v1/namespaces/default/deployments/test/status 200',
    'PUT /apis/apps/v1/namespaces/default/deployments/test/status 200',
    'PUT /apis/apps/v1/namespaces/default/deployments/test/status 200',
    'POST /api/v1/namespaces/default/events 201',
  ],
  'replicaset-controller': [
    'POST /api/v1/namespaces/default/pods 201',
    'PUT /apis/apps/v1/namespaces/default/replicasets/RS/status 200',
    'PUT /apis/apps/v1/namespaces/default/replicasets/RS/status 200',
    'PUT /apis/apps/v1/namespaces/default/replicasets/RS/status 200',
    'POST /api/v1/namespaces/default/events 201',
  ],
  scheduler: ['POST /api/v1/namespaces/default/pods/POD/binding 201', 'POST /apis/events.k8s.io/v1/namespaces/default/events 201'],
  kubelet: [
    'GET /api/v1/namespaces/default/configmaps?WATCH kube-root-ca.crt 200',
    'GET /api/v1/namespaces/default/pods/POD 200',
    'PATCH /api/v1/namespaces/default/pods/POD/status 200',
    'POST /api/v1/namespaces/default/serviceaccounts/default/token 201',
    'GET /api/v1/namespaces/default/pods/POD 200',
    'PATCH /api/v1/namespaces/default/pods/POD/status 200',
    'GET /api/v1/namespaces/default/pods/POD 200',
    'PATCH /api/v1/namespaces/default/pods/POD/status 200',
    'POST /api/v1/namespaces/default/events 201',
    'POST /api/v1/namespaces/default/events 201',
    'POST /api/v1/namespaces/default/events 201',
    'POST /api/v1/namespaces/default/events 201',
  ],
};

const plain = (line: string): string =>
  line
    .replace(/\?allowWatchBookmarks.*metadata\.name%3D([a-z.-]+)\S*/, '?WATCH $1')
    .replace(/test-[a-z0-9]+-[a-z0-9]{5}/, 'POD')
    .replace(/test-[a-z0-9]{6,10}/, 'RS');

/** Told before told, where the call flow says so. */
const ORDER: readonly (readonly [number, number])[] = [
  ...[1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15].map((step, i, all) => [step, all[i + 1] ?? 16] as const),
  [2, 4],
  [5, 4],
];

/** The first record that tells each step. */
function firstTold(records: readonly TraceRecord[]): ReadonlyMap<number, number> {
  const trace = new Trace(records);
  trace.follow();
  const story = new Story(trace);
  story.follow();
  const first = new Map<number, number>();
  for (const step of story.steps) if (step.told !== null && !first.has(step.told)) first.set(step.told, step.seq);
  return first;
}

function wrongSteps(first: ReadonlyMap<number, number>): readonly string[] {
  const missing = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17].filter((step) => !first.has(step));
  const unordered = ORDER.filter(([a, b]) => !((first.get(a) ?? 0) < (first.get(b) ?? 0)));
  const late = [...first].filter(([step, seq]) => step !== 17 && seq > (first.get(17) ?? 0));
  return [
    ...missing.map((step) => `step ${step} is missing`),
    ...unordered.map(([a, b]) => `step ${a} is not before ${b}`),
    ...late.map(([step]) => `step ${step} is after the end`),
  ];
}

/** The trace as if one message had not been sent: something that tells nothing stands in its place. */
const without = (records: readonly TraceRecord[], seq: number): readonly TraceRecord[] =>
  records.map((record) =>
    record.seq === seq
      ? { ...record, to: record.from, exchange: null, payload: { protocol: 'inside', kind: 'inside', topic: 'queue', detail: {}, set: {} } }
      : record,
  );

describe('kubectl create deployment', () => {
  let play: Play;
  let trace: Trace;
  beforeAll(() => {
    play = new Play().kubectl(COMMAND);
    trace = play.trace();
  });

  it('comes to rest, keeps every law, and prints what kubectl prints', () => {
    expect(play.runner.phase).toBe('rest');
    expect(play.violations()).toEqual([]);
    expect(play.printed()).toBe('deployment.apps/test created\n');
  });

  it('is told in the 17 steps of the call flow, in the order that must hold', () => {
    play.wait(12_000_000);
    expect(wrongSteps(firstTold(play.records))).toEqual([]);
  });

  // Without a Service kube-proxy has nothing to do: step 11 is not in the plain flow.
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17])(
    'step %i is what was sent: without its messages it is not told',
    (step) => {
      let records = play.records;
      for (let told = firstTold(records).get(step); told !== undefined; told = firstTold(records).get(step))
        records = without(records, told);
      expect(wrongSteps(firstTold(records))).toContain(`step ${step} is missing`);
    },
  );

  it('sends the requests that a real cluster sends, in the order of each actor', () => {
    const calls = play.calls().filter(({ line }) => !line.endsWith(' 409'));
    for (const [actor, expected] of Object.entries(REQUESTS)) {
      const lines = calls
        .filter((call) => call.actor === actor || play.records[call.seq]?.from.split('/')[0] === actor)
        .map(({ line }) => plain(line.slice(line.indexOf(' ') + 1)));
      const events = (list: readonly string[]): readonly string[] => list.filter((line) => line.includes('/events'));
      const others = (list: readonly string[]): readonly string[] => list.filter((line) => !line.includes('/events'));
      expect({ actor, requests: others(lines) }).toEqual({ actor, requests: others(expected) });
      expect({ actor, events: events(lines) }).toEqual({ actor, events: events(expected) });
    }
  });

  it('has honest causes: from the last status patch back to the command', () => {
    const patch = play
      .calls()
      .filter(({ line }) => line.includes('PATCH') && line.includes('/status'))
      .at(-1);
    const chain = trace.causes(patch?.seq ?? -1).map(({ payload }) => {
      if (payload.kind === 'input') return 'input';
      if (payload.kind !== 'request') return '';
      return payload.protocol === 'http'
        ? `${payload.method} ${payload.path.split('?')[0]?.split('/').slice(-1)[0]}`
        : 'rpc' in payload
          ? payload.rpc
          : '';
    });
    const passed = ['StartContainer', 'POST binding', 'POST pods', 'POST replicasets', 'POST deployments', 'input'];
    expect(chain.filter((link) => passed.includes(link))).toEqual(passed);
  });

  it('leaves the Deployment available: one Pod, Running and Ready, with an address', () => {
    const from = play.records.length;
    play.kubectl('kubectl get deployment,pods');
    expect(play.printed(from)).toMatch(/deployment\.apps\/test +1\/1 +1 +1 /);
    expect(play.printed(from)).toMatch(/pod\/test-\S+ +1\/1 +Running +0 /);
  });
});
