// A branch against the recording that is open: the worker plays it beside the other, and forgets it.
import { expect, test } from 'vitest';
import { defaultRun } from '../cluster/default-run';
import { Runner } from '../cluster/runner';
import type { Input, Run, TimedInput } from '../wire/run';
import { createInProcessLink } from './in-process';

const CREATE: TimedInput = { when: 'rest', input: { type: 'kubectl', line: 'kubectl create deployment test --image=nginx --replicas=3' } };
const off: Input = { type: 'fault', fault: { kind: 'node-power', node: 'node-1', on: false } };
const runOf = (...inputs: readonly TimedInput[]): Run => ({ ...defaultRun(1), inputs });

test('the first difference of a branch with a dead node is that nobody hears of the node; all before is shared', async () => {
  const link = createInProcessLink((run) => new Runner(run));
  let digest: string | null = null;
  const heard: number[] = [];
  const still = new Promise<void>((resolve) => {
    link.subscribe((message) => {
      if (message.type === 'comparing') heard.push(message.records);
      if (message.type !== 'status' || message.digest === null) return;
      digest = message.digest;
      resolve();
    });
  });
  const branch = runOf(CREATE, { when: { atUs: 5_000_000 }, input: off });
  link.send({ type: 'open', run: branch });
  await still;
  const { comparison } = await link.ask({ type: 'compare', run: runOf(CREATE) });
  const [here, there] = comparison?.sides ?? [];
  expect(comparison?.forkUs).toBeGreaterThan(0);
  expect(comparison?.forkUs).toBeLessThanOrEqual(5_000_000);
  expect(here?.inputs.map(({ sentence }) => sentence)).toEqual(['You: power off node-1.']);
  expect(here?.first?.line.sentence).toMatch(/^node-controller -> kube-apiserver: Node node-1 gave no sign of life/);
  expect(here?.first?.causes.at(-1)).toMatchObject({ shared: true });
  // Only what the dead node would have heard later: the run without its death was played on as far.
  expect(there?.inputs).toEqual([]);
  expect(there?.lines.filter(({ sentence }) => !sentence.includes('on node-1'))).toEqual([]);
  expect(there?.endsUs).toBeGreaterThanOrEqual((here?.endsUs ?? 0) - 1_000_000);
  expect(heard.length).toBeGreaterThan(1);

  const given = link.ask({ type: 'compare', run: runOf() });
  expect((await link.ask({ type: 'compare', run: null })).comparison).toBeNull();
  expect((await given).comparison).toBeNull();
  const { scene } = await link.ask({ type: 'scene', seq: 8_000 });
  expect(scene.seq).toBe(8_000);
  expect(digest).toMatch(/^[0-9a-f]{16}$/);
  link.close();
});
