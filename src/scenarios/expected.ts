// Whether a run showed what its scenario promises.
import type { JsonObject } from '../base/json';
import { matches } from '../trace/matching';
import type { Expectations } from './scenario';

/** What is not as expected, in words; empty if all is. */
export function disappointments(lines: readonly JsonObject[], { occurs, never }: Expectations): readonly string[] {
  return [
    ...occurs.filter((matcher) => !lines.some((line) => matches(line, matcher))).map((matcher) => `missing ${JSON.stringify(matcher)}`),
    ...never.filter((matcher) => lines.some((line) => matches(line, matcher))).map((matcher) => `found ${JSON.stringify(matcher)}`),
  ];
}
