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
  remove: 'Delete',
  removeNamed: (name: string) => `Delete the branch: ${name}`,
  leaves: (name: string, place: number, atUs: number) =>
    `leaves “${name}” ${place === 0 ? 'at its start' : `at message ${place}`}, ${timeText(atUs)}`,
  leftGone: (place: number) => `left a branch that was deleted, at message ${place}`,
  root: 'from a fresh cluster',
  records: (count: number) => (count === 0 ? 'not played yet' : `${count.toLocaleString('en')} records`),
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
