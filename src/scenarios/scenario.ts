// What a scenario is: a run with a name, told in a paragraph, what to look at in it, and what its trace must and must
// not show. As a person writes it: `written.ts` and docs/SCENARIOS.md.
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
  readonly level: 'story' | 'messages' | 'wire';
  /** One paragraph of plain text. */
  readonly text: string;
  readonly steps: readonly StoryStep[];
  readonly questions: readonly Question[];
  readonly goals: readonly Goal[];
  readonly expectations: Expectations;
  /** Place of the input without which the expectations do not hold; null if the author does not say. */
  readonly key: number | null;
  /** Why the run does not come to rest; null if it does. */
  readonly restless: string | null;
  readonly reading: readonly Reading[];
}

export interface LibraryScenario extends Scenario {
  /** Lower case letters and dashes: it stands in links. */
  readonly name: string;
  readonly key: number;
}

/** `schedule.1` (chapter and occurrence, as in links), or the first record after boot that matches. */
export type Moment = string | Matcher;

/** Something to look at, with what to see there. */
export interface StoryStep {
  readonly at: Moment;
  readonly text: string;
}

export interface Question {
  /** Asked before this moment is shown. */
  readonly at: Moment;
  readonly ask: string;
  readonly options: readonly string[];
  /** One of the options. */
  readonly answer: string;
  readonly because: string;
}

/** Something for a learner to reach by commands of their own. */
export interface Goal {
  readonly text: string;
  /** Reached once a record matches. */
  readonly reached: Matcher;
}

export interface Expectations {
  /** Each matches at least one record after boot. */
  readonly occurs: readonly Matcher[];
  /** None matches any. */
  readonly never: readonly Matcher[];
}

export interface Reading {
  readonly title: string;
  readonly url: string;
}
