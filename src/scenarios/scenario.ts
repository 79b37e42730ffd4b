// What a scenario is: a run with a name, told in a paragraph, and what its trace must and must not show.
import type { ClusterSpec, Matcher, TimedInput } from '../wire/run';

/** Version of this form: a scenario from elsewhere says which one it was written for. */
export const SCENARIO_VERSION = 1;

/** What decides the run; small, because the page loads it to read and write short links. */
export interface ScenarioRun {
  readonly title: string;
  readonly seed: number;
  /** Null: the default cluster. */
  readonly cluster: ClusterSpec | null;
  readonly inputs: readonly TimedInput[];
}

export interface Scenario extends ScenarioRun {
  readonly version: typeof SCENARIO_VERSION;
  /** Lower case letters and dashes: it stands in links. */
  readonly name: string;
  readonly level: 'story' | 'messages' | 'wire';
  /** One paragraph of plain text. */
  readonly text: string;
  readonly expectations: Expectations;
  /** Place of the input without which the expectations do not hold. */
  readonly key: number;
  /** Why the run does not come to rest; null if it does. */
  readonly restless: string | null;
}

export interface Expectations {
  /** Each matches at least one record after boot. */
  readonly occurs: readonly Matcher[];
  /** None matches any. */
  readonly never: readonly Matcher[];
}
