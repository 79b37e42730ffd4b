// What is on the page as a scenario, and a scenario onto the page.

import { type Json, jsonEqual } from '../../base/json';
import { clusterOf } from '../../cluster/default-run';
import { LIBRARY } from '../../scenarios/library';
import { SCENARIO_VERSION, type Scenario } from '../../scenarios/scenario';
import { encodeLink } from '../../share/link';
import { packer } from '../../share/pack';
import { typedLine } from '../../wire/curl-line';
import { MODEL } from '../../wire/run';
import type { Desk } from '../desk';
import { reducedMotion } from '../preferences';
import { en } from '../text/en';

const DEFAULT_CLUSTER = clusterOf(3);
/** What was run last from a text: a link holds the run only, the rest is kept until the page is left. */
let kept: Scenario | null = null;

const runOf = ({ seed, cluster, inputs }: Pick<Scenario, 'seed' | 'cluster' | 'inputs'>): Json => {
  const plain = cluster !== null && jsonEqual(cluster as unknown as Json, DEFAULT_CLUSTER as unknown as Json);
  return { seed, cluster: plain ? null : (cluster as unknown as Json), inputs: inputs as unknown as Json };
};

/** Both play the same. */
export const sameRun = (a: Pick<Scenario, 'seed' | 'cluster' | 'inputs'>, b: Pick<Scenario, 'seed' | 'cluster' | 'inputs'>): boolean =>
  jsonEqual(runOf(a), runOf(b));

/** What is open: as it was written, as the library has it, or as the run alone says. */
export function openScenario({ session }: Desk): Scenario {
  const { seed = 1, cluster = null } = session.run.get() ?? {};
  const run = { seed, cluster, inputs: session.inputs.get() };
  const known = [kept, ...LIBRARY].find((scenario) => scenario !== null && sameRun(scenario, run));
  if (known !== undefined && known !== null) return known;
  const lines = run.inputs.flatMap(({ input }) => typedLine(input) ?? []);
  return {
    version: SCENARIO_VERSION,
    title: (lines[0] ?? en.scenario.fresh).slice(0, 200),
    level: session.level.get(),
    text: '',
    ...run,
    cluster: sameRun({ ...run, inputs: [] }, { seed, cluster: null, inputs: [] }) ? null : cluster,
    steps: [],
    questions: [],
    goals: [],
    expectations: { occurs: [], never: [] },
    key: null,
    restless: null,
    reading: [],
  };
}

/** By its link, so that going back leads back; one that is too long for a link is opened without. */
export function runScenario(scenario: Scenario, { session, address }: Desk): void {
  kept = scenario;
  const { seed, cluster, inputs, level } = scenario;
  const link = encodeLink({ run: { seed, cluster, inputs }, moment: { at: null, level } }, packer);
  if (link.ok) {
    if (!reducedMotion()) address.playNext(link.value);
    location.hash = link.value;
    return;
  }
  session.setLevel(level);
  session.open({ model: MODEL, cluster: cluster ?? DEFAULT_CLUSTER, seed, inputs }, null);
}
