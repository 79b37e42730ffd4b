// The content check: every scenario of the library shows what it says, and does so because of its key input.
import { describe, expect, test } from 'vitest';
import { defaultRun } from '../cluster/default-run';
import { Runner } from '../cluster/runner';
import { sentenceOf } from '../narration/sentence';
import { STORY } from '../trace/levels';
import { Trace } from '../trace/trace';
import { traceLine } from '../trace/trace-line';
import type { TimedInput } from '../wire/run';
import { disappointments } from './expected';
import { LIBRARY } from './library';
import type { Scenario } from './scenario';

const LONGEST_MS = 30_000;

function played({ seed, cluster }: Scenario, inputs: readonly TimedInput[]) {
  const plain = defaultRun(seed);
  const runner = new Runner({ ...plain, cluster: cluster ?? plain.cluster, inputs });
  const phase = runner.finish();
  const { recorder, crashes } = runner.cluster.sim;
  const trace = new Trace(recorder.records);
  trace.follow();
  const records = trace.records.filter(({ seq }) => !trace.isBoot(seq));
  return { phase, crashes, trace, records, lines: records.map((record) => traceLine(record, trace, { bodies: true })) };
}

describe.each(LIBRARY)('$name', (scenario) => {
  test('shows what it says, and every record at story level has a sentence', { timeout: LONGEST_MS }, () => {
    const { phase, crashes, trace, records, lines } = played(scenario, scenario.inputs);
    expect(crashes).toEqual([]);
    expect(phase).toBe(scenario.restless === null ? 'rest' : 'limit');
    expect(disappointments(lines, scenario.expectations)).toEqual([]);
    const untold = records
      .filter(({ seq }) => trace.levels[seq] === STORY)
      .filter((record) => !/\S: \S|-> \S/.test(sentenceOf(record, trace)));
    expect(untold).toEqual([]);
  });

  test('does not without its key input', { timeout: LONGEST_MS }, () => {
    const { lines } = played(
      scenario,
      scenario.inputs.filter((_, place) => place !== scenario.key),
    );
    expect(disappointments(lines, scenario.expectations)).not.toEqual([]);
  });
});

test('names can stand in a link, and no two runs are the same', () => {
  for (const { name } of LIBRARY) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  expect(new Set(LIBRARY.map(({ inputs }) => JSON.stringify(inputs))).size).toBe(LIBRARY.length);
});
