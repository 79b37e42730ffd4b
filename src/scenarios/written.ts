// A scenario as a person writes it, in the form of schema.ts and docs/SCENARIOS.md: read into what the rest works with,
// and written again. What is read is untrusted.
import type { JsonObject } from '../base/json';
import { type Path, type Problem, problemsOf } from '../base/schema';
import { parseGoDuration } from '../machinery/duration';
import { isCurlLine, parseCurlLine, typedLine } from '../wire/curl-line';
import type { Input, Matcher, TimedInput, When } from '../wire/run';
import { clusterProblem } from '../wire/run-schema';
import { SCENARIO_VERSION, type Scenario } from './scenario';
import { SCENARIO } from './schema';
import { clusterAsWritten, clusterFrom, type WrittenCluster } from './written-cluster';

type WrittenInput = string | (Input & { readonly when?: string | { readonly after: Matcher } });
/** What has passed the schema. */
interface Written extends Partial<Omit<Scenario, 'title' | 'cluster' | 'inputs' | 'expectations'>> {
  readonly title: string;
  readonly cluster?: WrittenCluster;
  readonly inputs: readonly WrittenInput[];
  readonly expectations?: Partial<Scenario['expectations']>;
}
/** Either a scenario, or what is wrong. */
export interface Reading {
  readonly scenario: Scenario | null;
  readonly problems: readonly Problem[];
}

const LATEST_US = 86_400_000_000;

export function readScenario(value: unknown): Reading {
  const problems = problemsOf(value, SCENARIO);
  if (problems.length > 0) return { scenario: null, problems };
  const written = value as Written;
  const scenario = scenarioFrom(written);
  const deeper = deeperProblems(written, scenario);
  return deeper.length > 0 ? { scenario: null, problems: deeper } : { scenario, problems: [] };
}

function scenarioFrom({ title, seed = 1, cluster, inputs, expectations, ...more }: Written): Scenario {
  return {
    version: SCENARIO_VERSION,
    title,
    level: more.level ?? 'story',
    text: more.text ?? '',
    seed,
    cluster: cluster === undefined ? null : clusterFrom(cluster),
    inputs: inputs.map(inputFrom),
    steps: more.steps ?? [],
    questions: more.questions ?? [],
    goals: more.goals ?? [],
    expectations: { occurs: expectations?.occurs ?? [], never: expectations?.never ?? [] },
    key: more.key ?? null,
    restless: more.restless ?? null,
    reading: more.reading ?? [],
  };
}

function inputFrom(written: WrittenInput): TimedInput {
  if (typeof written === 'string') return { when: 'rest', input: typedInput(written) };
  const { when = 'rest', ...input } = written;
  return { when: whenFrom(when), input };
}

/** A line that is no good request stands as a command until it is complained about. */
function typedInput(line: string): Input {
  const request = isCurlLine(line) ? parseCurlLine(line) : null;
  return request?.ok ? request.value : { type: 'kubectl', line };
}

function whenFrom(when: string | { readonly after: Matcher }): When {
  return typeof when !== 'string' || when === 'rest' ? (when as When) : { atUs: parseGoDuration(when) ?? LATEST_US + 1 };
}

/** What no schema says. */
function deeperProblems({ inputs, cluster }: Written, scenario: Scenario): readonly Problem[] {
  const found: Problem[] = [];
  const say = (path: Path, text: string): void => void found.push({ path, ofKey: false, text });
  scenario.inputs.forEach(({ when }, place) => {
    if (typeof when === 'object' && 'atUs' in when && when.atUs > LATEST_US) say(['inputs', place, 'when'], 'must be at most 24h');
  });
  inputs.forEach((written, place) => {
    const request = typeof written === 'string' && isCurlLine(written) ? parseCurlLine(written) : null;
    if (request?.ok === false)
      say(['inputs', place], `must be a request like curl 10.96.0.50:80 from pod/client for 60s: ${request.error}`);
  });
  const wrong = scenario.cluster === null ? null : clusterProblem(scenario.cluster.nodes);
  if (wrong !== null) say(cluster?.nodes === undefined ? ['cluster'] : ['cluster', 'nodes'], wrong);
  scenario.questions.forEach(({ options, answer }, place) => {
    if (!options.includes(answer)) say(['questions', place, 'answer'], 'must be one of the options');
  });
  if (scenario.key !== null && scenario.key >= inputs.length)
    say(['key'], `must be the place of an input, of which there are ${inputs.length}`);
  return found;
}

/** In as few words as `readScenario` needs to give the same scenario. */
export function asWritten({ version, title, level, text, seed, cluster, inputs, expectations, ...more }: Scenario): JsonObject {
  const { occurs, never } = expectations;
  const { steps, questions, goals, key, restless, reading } = more;
  return {
    version,
    title,
    ...(level === 'story' ? {} : { level }),
    ...(text === '' ? {} : { text }),
    ...(seed === 1 ? {} : { seed }),
    ...(cluster === null ? {} : { cluster: clusterAsWritten(cluster) as JsonObject }),
    inputs: inputs.map(inputAsWritten),
    ...filled({ steps, questions, goals }),
    ...(occurs.length + never.length === 0 ? {} : { expectations: filled({ occurs, never }) }),
    ...(key === null ? {} : { key }),
    ...(restless === null ? {} : { restless }),
    ...filled({ reading }),
  };
}

const filled = (lists: { readonly [name: string]: readonly unknown[] }): JsonObject =>
  Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)) as JsonObject;

function inputAsWritten({ when, input }: TimedInput): string | JsonObject {
  const line = input.type === 'kubectl' && (input.stdin !== undefined || isCurlLine(input.line)) ? null : typedLine(input);
  if (when === 'rest' && line !== null) return line;
  return {
    ...(when === 'rest' ? {} : { when: 'atUs' in when ? durationOf(when.atUs) : { after: when.after } }),
    ...(input as unknown as JsonObject),
  };
}

function durationOf(us: number): string {
  if (us % 1_000_000 === 0) return `${us / 1_000_000}s`;
  return us % 1_000 === 0 ? `${us / 1_000}ms` : `${us}us`;
}
