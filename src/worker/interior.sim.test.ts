// A panel shows what is folded from records; the component itself is the judge.
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random';
import { defaultRun } from '../cluster/default-run';
import { Runner } from '../cluster/runner';
import { Play } from '../cluster/testing/play';
import type { Input, Run } from '../wire/run';
import { interiorAt, keyHistoryAt } from './interior';

const INPUTS: readonly Input[] = [
  { type: 'kubectl', line: 'kubectl create deployment test --image=nginx --replicas=3' },
  { type: 'kubectl', line: 'kubectl expose deployment test --port=80' },
  { type: 'fault', fault: { kind: 'kill-process', component: 'kubelet/node-1' } },
  { type: 'kubectl', line: 'kubectl scale deployment test --replicas=1' },
  { type: 'fault', fault: { kind: 'kill-container', component: 'kube-scheduler' } },
];
const RUN: Run = { ...defaultRun(1), inputs: INPUTS.map((input) => ({ when: 'rest', input })) };
const MOMENTS = 50;

describe('the inside of every component', () => {
  const whole = new Play();
  for (const input of INPUTS) whole.runner.add(input);
  whole.runner.finish();
  const trace = whole.trace();

  test('at 50 random moments equals inspect() of a fresh run that stopped there', () => {
    const random = new Random(3, 'moments');
    const moments = Array.from({ length: MOMENTS }, () => random.below(whole.records.length)).sort((a, b) => a - b);
    const fresh = new Runner(RUN);
    const { sim } = fresh.cluster;
    let stopped = 0;
    for (const moment of moments) {
      while (sim.recorder.records.length <= moment && !fresh.advance(1));
      const seq = sim.recorder.records.length - 1;
      for (const { id, program } of sim.running()) {
        expect({ seq, id, interior: interiorAt(trace, id, seq).interior }).toEqual({ seq, id, interior: program.inspect() });
      }
      const running = new Set(sim.running().map(({ id }) => id));
      for (const id of whole.sim.running().map((process) => process.id)) {
        if (running.has(id)) continue;
        stopped++;
        expect({ seq, id, interior: interiorAt(trace, id, seq).interior }).toEqual({ seq, id, interior: null });
      }
    }
    expect(stopped).toBeGreaterThan(0);
  });

  test('a component that was killed has none, and says since when', () => {
    const { interior, sinceUs } = interiorAt(trace, 'kubelet/node-1', whole.records.length - 1);
    expect(interior).toBeNull();
    expect(sinceUs).toBeGreaterThan(0);
  });

  test('the history of a key: versions count up, and any two can be compared', () => {
    const key = '/registry/deployments/default/test';
    const { versions, changes } = keyHistoryAt(trace, key, whole.records.length - 1, null);
    expect(versions.map(({ version }) => version)).toEqual(versions.map((_, i) => i + 1));
    expect(changes.length).toBeGreaterThan(0);
    const [first, last] = [versions[0], versions.at(-1)];
    const all = keyHistoryAt(trace, key, whole.records.length - 1, [first?.revision ?? 0, last?.revision ?? 0]);
    expect(all.changes).toContainEqual({ path: 'spec.replicas', before: 3, after: 1 });
  });

  test('what a watch brought: as many objects as there are', () => {
    const end = whole.records.length - 1;
    const count = (component: string, resource: string): unknown =>
      Object.values(interiorAt(trace, component, end).told).find((told) => (told as { resource?: string } | null)?.resource === resource);
    const deployments = [...trace.history.group('object/deployments', end)].length;
    expect(count('kube-controller-manager', 'deployments')).toMatchObject({ count: deployments });
    expect(count('kube-apiserver', '/registry/deployments/')).toMatchObject({ count: deployments });
  });
});
