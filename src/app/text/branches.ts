// What the list and the comparison of branches say; it comes with them.
import { defaultRun } from '../../cluster/default-run';
import { RUNS } from '../../scenarios/runs';
import { nameOf, PLAIN_SEED } from '../../share/link';
import type { Branch } from '../branches/branches';
import { timeText } from './duration';
import { en } from './en';
import { inputWords } from './inputs';

export const branches = {
  title: 'Branches',
  hint: 'Every future that you began or opened. Going to one replays it to the moment where you are now.',
  close: 'Close branches',
  name: (name: string) => `Name of the branch: ${name}`,
  here: 'Open now',
  go: 'Go there',
  goNamed: (name: string) => `Go to the branch: ${name}`,
  compare: 'Compare',
  compareNamed: (name: string) => `Compare the open branch with: ${name}`,
  remove: 'Delete',
  removeNamed: (name: string) => `Delete the branch: ${name}`,
  leaves: (name: string, place: number, atUs: number) =>
    `leaves “${name}” ${place === 0 ? 'at its start' : `at message ${place}`}, ${timeText(atUs)}`,
  leftGone: (place: number) => `left a branch that was deleted, at message ${place}`,
  root: 'from a fresh cluster',
  records: (count: number) => (count === 0 ? 'not played yet' : `${count.toLocaleString('en')} records`),
} as const;

export const comparison = {
  title: 'Two branches side by side',
  against: 'Compare with',
  none: 'There is one branch only. Go back to any message and give another command, or break something: then both futures can be compared here.',
  waits: 'The open branch is still played; it is compared once it rests.',
  playing: (name: string) => `Playing “${name}” again`,
  looking: 'Looking for what differs…',
  a: 'A, open now',
  b: 'B',
  stage: 'Show the stage',
  same: (seq: number, atUs: number) => `The same up to record ${seq.toLocaleString('en')}, at ${timeText(atUs)}. After that`,
  both: 'in both',
  only: (side: string) => `only in ${side}`,
  identical: 'The two do not differ in any message.',
  inputs: 'What was done',
  nothing: 'nothing else',
  first: 'The first difference',
  firstHint: 'The first message that the other does not have, with what led to it. Heartbeats and what happens inside are left out.',
  noFirst: 'Every message here is also there.',
  because: 'because',
  shared: 'in both',
  rest: 'All that differs, in order',
  more: (count: number, side: string) => `${count.toLocaleString('en')} more only in ${side}`,
  goA: 'Go to this message',
  goB: 'Go to branch B, to this message',
  ends: (side: string, atUs: number) => `${side} was played to ${timeText(atUs)}: what comes later is in the other only.`,
} as const;

const PLAIN = JSON.stringify(defaultRun(PLAIN_SEED).cluster);

/** As a person named it, or what was done first in it, and when. */
export function branchName({ name, run, left }: Branch): string {
  if (name !== '') return name;
  const scenario = left === null && JSON.stringify(run.cluster) === PLAIN ? nameOf({ ...run, cluster: null }) : null;
  if (scenario !== null) return RUNS[scenario].title;
  const first = run.inputs[left?.inputs ?? 0];
  if (first === undefined) return en.scenario.fresh;
  return left === null ? inputWords(first.input) : `${inputWords(first.input)}, ${timeText(left.atUs)}`;
}
