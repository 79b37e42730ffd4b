// The content check: every scenario of the library and of docs/SCENARIOS.md shows what it says, and does so because of its
// key input; what it tells of is there.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../base/json';
import { defaultRun } from '../cluster/default-run';
import { Runner } from '../cluster/runner';
import { sentenceOf } from '../narration/sentence';
import { type Step, Story } from '../narration/story';
import { INSIDE, STORY } from '../trace/levels';
import { matches } from '../trace/matching';
import { Trace } from '../trace/trace';
import { traceLine } from '../trace/trace-line';
import type { TimedInput } from '../wire/run';
import { disappointments } from './expected';
import { LIBRARY } from './library';
import type { Scenario } from './scenario';
import { readText, textOf } from './text';

const LONGEST_MS = 30_000;
/** A callout's. */
const MOST_WORDS = 25;

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

const EXAMPLES = [...readFileSync(new URL('../../docs/SCENARIOS.md', import.meta.url), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)];
const OF_THE_DOCS: readonly Scenario[] = EXAMPLES.flatMap(([, text = '']) => readText(text).scenario ?? []);
const ALL: readonly Scenario[] = [...LIBRARY.map(({ name: _name, ...scenario }) => scenario), ...OF_THE_DOCS];

/** Steps and questions whose moment is not there, or is not told at the scenario's level. */
function lost(
  { level, steps, questions }: Scenario,
  trace: Trace,
  story: readonly Step[],
  lines: readonly JsonObject[],
): readonly unknown[] {
  const told = story.filter(({ seq }) => !trace.isBoot(seq));
  const occurrences = new Set(told.map(({ chapter, occurrence }) => `${chapter.toLowerCase()}.${occurrence}`));
  const places = new Set<unknown>(told.map(({ seq }) => seq));
  const lowest = ['story', 'messages', 'wire'].indexOf(level);
  const isTold = (seq: number): boolean => places.has(seq) || (trace.levels[seq] ?? INSIDE) <= lowest;
  return [...steps, ...questions].filter(({ at }) => {
    if (typeof at === 'string') return !occurrences.has(at);
    const line = lines.find((candidate) => matches(candidate, at));
    return line === undefined || !isTold(line.seq as number);
  });
}

describe.each(ALL)('$title', (scenario) => {
  test('shows what it says, and every record at story level has a sentence', { timeout: LONGEST_MS }, () => {
    const { phase, crashes, trace, records, lines } = played(scenario, scenario.inputs);
    expect(crashes).toEqual([]);
    expect(phase).toBe(scenario.restless === null ? 'rest' : 'limit');
    expect(disappointments(lines, scenario.expectations)).toEqual([]);
    const untold = records
      .filter(({ seq }) => trace.levels[seq] === STORY)
      .filter((record) => !/\S: \S|-> \S/.test(sentenceOf(record, trace)));
    expect(untold).toEqual([]);
    const story = new Story(trace);
    const steps = story.follow();
    const wordy = [
      ...steps.map(({ sentence }) => sentence),
      ...records.flatMap((record) => (trace.levels[record.seq] === INSIDE ? [] : sentenceOf(record, trace))),
    ];
    expect(wordy.filter((sentence) => sentence.split(' ').length > MOST_WORDS)).toEqual([]);
    expect(lost(scenario, trace, steps, lines)).toEqual([]);
    expect(scenario.goals.filter(({ reached }) => lines.some((line) => matches(line, reached)))).toEqual([]);
  });

  test('is what its text says', () => {
    expect(readText(textOf(scenario))).toEqual({ scenario, lints: [] });
  });
});

test.each(ALL.filter(({ key }) => key !== null))('$title: not without its key input', { timeout: LONGEST_MS }, (scenario) => {
  const { lines } = played(
    scenario,
    scenario.inputs.filter((_, place) => place !== scenario.key),
  );
  expect(disappointments(lines, scenario.expectations)).not.toEqual([]);
});

/** What a learner may type. */
const REACHES: { readonly [name: string]: readonly string[] } = {
  'create-deployment': ['kubectl scale deployment test --replicas=3'],
  'stuck-update': ['kubectl rollout undo deployment/test'],
  'no-node-fits': ['kubectl delete pod big', 'kubectl run big --image=nginx'],
};

test.each(LIBRARY.filter(({ goals }) => goals.length > 0))('$title: its goal can be reached', { timeout: LONGEST_MS }, (scenario) => {
  const typed = (REACHES[scenario.name] ?? []).map((line): TimedInput => ({ when: 'rest', input: { type: 'kubectl', line } }));
  const { lines } = played(scenario, [...scenario.inputs, ...typed]);
  expect(scenario.goals.filter(({ reached }) => !lines.some((line) => matches(line, reached)))).toEqual([]);
});

test('what stands in a callout fits it', () => {
  const texts = LIBRARY.flatMap(({ steps, questions }) => [...steps.map(({ text }) => text), ...questions.map(({ because }) => because)]);
  expect(texts.filter((text) => text.split(' ').length > MOST_WORDS)).toEqual([]);
});

test('every example of the documentation is read', () => {
  expect(OF_THE_DOCS.length).toBeGreaterThan(1);
  expect(OF_THE_DOCS).toHaveLength(EXAMPLES.length);
});

test('names can stand in a link, and no two runs are the same', () => {
  for (const { name } of LIBRARY) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  expect(new Set(LIBRARY.map(({ inputs }) => JSON.stringify(inputs))).size).toBe(LIBRARY.length);
});
