// When inputs are given: as soon as a record matches, whatever the slices.
import { expect, test } from 'vitest';
import type { Run, TimedInput } from '../wire/run';
import { defaultRun } from './default-run';
import { Runner } from './runner';

const kubectl = (line: string, when: TimedInput['when'] = 'rest'): TimedInput => ({ when, input: { type: 'kubectl', line } });
const CREATE = kubectl('kubectl create deployment test --image=nginx');
const BOUND = { kind: 'request', method: 'POST', path: '/api/v1/namespaces/default/pods/*/binding' };

function played(inputs: readonly TimedInput[], slice = Number.MAX_SAFE_INTEGER) {
  const run: Run = { ...defaultRun(1), inputs };
  const runner = new Runner(run);
  while (!runner.advance(slice));
  const { recorder } = runner.cluster.sim;
  return {
    records: recorder.records,
    digest: recorder.digest(),
    given: recorder.records.filter(({ payload }) => payload.kind === 'input'),
  };
}

const SLOW = { timeout: 30_000 };

test('an input that waits for a record is given at that record’s time, right after it', SLOW, () => {
  const { records, given } = played([CREATE, kubectl('kubectl get pods', { after: BOUND })]);
  const binding = records.findIndex(
    ({ payload }) => payload.kind === 'request' && payload.protocol === 'http' && /\/default\/pods\/.*\/binding$/.test(payload.path),
  );
  const second = given[1];
  expect(second?.atUs).toBe(records[binding]?.atUs);
  expect(records.slice(binding, second?.seq).every(({ atUs }) => atUs === second?.atUs)).toBe(true);
});

test('slices leave no mark on it', SLOW, () => {
  const inputs = [
    CREATE,
    kubectl('kubectl get pods', { after: BOUND }),
    kubectl('kubectl get nodes', { after: { kind: 'output', exit: 0 } }),
  ];
  const { digest } = played(inputs);
  for (const slice of [1, 64]) expect(played(inputs, slice).digest).toBe(digest);
});

test('what came before the input before it does not count, and without a match it is given at rest', SLOW, () => {
  const waits = [CREATE, CREATE, kubectl('kubectl get pods', { after: BOUND })];
  expect(played(waits).digest).toBe(played([CREATE, CREATE, kubectl('kubectl get pods')]).digest);
});
