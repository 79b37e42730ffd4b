// The laws that close the hidden channels between components: whatever is done to how a run is played, its trace
// stays the same.
import { describe, expect, it } from 'vitest';
import { Random } from '../base/random';
import { MODEL } from '../wire/run';
import { clusterOf } from './default-run';
import { Runner } from './runner';
import { Play } from './testing/play';

const COMMAND = 'kubectl create deployment test --image=nginx --replicas=2';
const digestOf = (play: Play): string => play.sim.recorder.digest();

describe('the same run', () => {
  const expected = digestOf(new Play().kubectl(COMMAND));

  it('gives the same digest every time, and another with another seed', () => {
    expect(digestOf(new Play().kubectl(COMMAND))).toBe(expected);
    expect(digestOf(new Play({ seed: 2 }).kubectl(COMMAND))).not.toBe(expected);
  });

  it('gives it when payloads go through JSON and are frozen', () => {
    expect(digestOf(new Play({ payloads: 'copied' }).kubectl(COMMAND))).toBe(expected);
  });

  it('gives it whether an input waited for rest or was typed after it: a link opens what was seen', () => {
    const inputs = [COMMAND, 'kubectl get pods'].map((line) => ({ when: 'rest', input: { type: 'kubectl', line } }) as const);
    const run = { model: MODEL, cluster: clusterOf(3), seed: 1, inputs };
    const opened = new Runner(run);
    opened.finish();
    const typed = new Runner({ ...run, inputs: [] });
    typed.finish();
    for (const { input } of inputs) {
      typed.add(input);
      typed.finish();
    }
    expect(typed.cluster.sim.recorder.digest()).toBe(opened.cluster.sim.recorder.digest());
  });

  it('gives it in slices of any size, with inspectors opened at random', () => {
    const random = new Random(7, 'slices');
    const runner = new Runner({
      model: MODEL,
      cluster: clusterOf(3),
      seed: 1,
      inputs: [{ when: 'rest', input: { type: 'kubectl', line: COMMAND } }],
    });
    while (!runner.advance(1 + random.below(400))) {
      if (random.below(4) > 0) continue;
      const running = runner.cluster.sim.running();
      running[random.below(running.length)]?.program.inspect();
    }
    expect(runner.cluster.sim.recorder.digest()).toBe(expected);
  });
});

describe('a trace', () => {
  it('folds to what the components say of themselves', () => {
    const play = new Play()
      .kubectl(COMMAND)
      .kubectl('kubectl expose deployment test --port=80')
      .kubectl('kubectl scale deployment test --replicas=1');
    const trace = play.trace();
    for (const [id, interior] of play.interiors()) {
      const folded = Object.fromEntries(trace.history.group(`interior/${id}`, play.records.length));
      expect({ id, interior: folded }).toEqual({ id, interior });
    }
  });

  it('keeps its names when something unrelated happens before', () => {
    const names = (play: Play): string[] =>
      play
        .calls()
        .flatMap(({ line }) => /pods\/(test-[a-z0-9-]+)\/binding/.exec(line)?.[1] ?? [])
        .sort();
    const alone = new Play().kubectl(COMMAND);
    const after = new Play().kubectl('kubectl create configmap unrelated --from-literal=a=b').kubectl(COMMAND);
    expect(names(alone)).toHaveLength(2);
    expect(names(after)).toEqual(names(alone));
  });
});
