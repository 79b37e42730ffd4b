// The address bar: opens the run and moment that its link says, and keeps it a link to what is shown.
import type { ScenarioName } from '../scenarios/runs';
import { decodeLink, encodeLink, type LinkError, nameOf, type SharedRun } from '../share/link';
import type { Run } from '../wire/run';
import type { Session } from './session';
import { type Signal, signal } from './signal';

/** What the browser's location and history give. */
export interface AddressBar {
  hash(): string;
  replace(hash: string): void;
  /** Calls back when somebody else changed the hash. */
  onChange(hear: () => void): () => void;
}
export interface AddressNeeds {
  readonly session: Session;
  readonly bar: AddressBar;
  readonly freshRun: Run;
  readonly setTimer: (action: () => void, ms: number) => number;
}
export interface Address {
  /** Why the link that was opened could not be. */
  readonly problem: Signal<LinkError | null>;
  dismissProblem(): void;
  /** The hash of the moment shown; null if the run is too long for a link. */
  hash(): string | null;
  /** Once that hash is opened, it plays; at once if it is open. */
  playNext(hash: string): void;
  /** The scenario of the library that is open, and nothing more was given. */
  scenario(): ScenarioName | null;
}

/** Browsers allow a hundred changes in half a minute. */
const SETTLE_MS = 400;

export function createAddress({ session, bar, freshRun, setTimer }: AddressNeeds): Address {
  const problem = signal<LinkError | null>(null);
  const freshCluster = JSON.stringify(freshRun.cluster);
  let waiting = false;
  let again = false;
  let plays: string | null = null;

  function open(): void {
    const link = decodeLink(bar.hash());
    problem.set(link.ok ? null : link.error);
    if (!link.ok || link.value === null) {
      session.open(freshRun, null);
      if (!link.ok) bar.replace('');
      return;
    }
    const { run, moment } = link.value;
    session.setLevel(moment.level);
    session.open({ ...freshRun, cluster: run.cluster ?? freshRun.cluster, seed: run.seed, inputs: run.inputs }, moment.at);
    if (plays === bar.hash()) session.player.play();
    plays = null;
  }

  function shared(): SharedRun | null {
    const run = session.run.get();
    const inputs = session.inputs.get();
    if (run === null || inputs.length === 0) return null;
    const { cluster, seed } = run;
    const plain = cluster === freshRun.cluster || JSON.stringify(cluster) === freshCluster;
    return { seed, cluster: plain ? null : cluster, inputs };
  }

  function scenario(): ScenarioName | null {
    const run = shared();
    return run === null ? null : nameOf(run);
  }

  function hash(): string | null {
    const run = shared();
    if (run === null) return '';
    const moment = { at: session.momentOf(session.player.cursor.get().seq), level: session.level.get() };
    const link = encodeLink({ run, moment });
    return link.ok ? link.value : null;
  }

  function tell(): void {
    // On the way to a moment the address still says which.
    if (session.goal.get() !== null) return;
    const link = hash();
    if (link !== null && link !== bar.hash()) bar.replace(link);
  }
  /** At once if there was peace before, so that a person who reloads finds the moment again. */
  function tellSoon(): void {
    again = true;
    if (waiting) return;
    again = false;
    waiting = true;
    tell();
    setTimer(() => {
      waiting = false;
      if (again) tellSoon();
    }, SETTLE_MS);
  }

  open();
  bar.onChange(open);
  for (const source of [session.player.cursor, session.inputs, session.level, session.goal]) source.subscribe(tellSoon);
  return {
    problem,
    dismissProblem: () => problem.set(null),
    hash,
    scenario,
    playNext(wanted) {
      if (bar.hash() !== wanted) plays = wanted;
      else {
        session.player.home();
        session.player.play();
      }
    },
  };
}

export const browserBar = (): AddressBar => ({
  hash: () => location.hash,
  replace: (hash) => history.replaceState(history.state, '', hash === '' ? location.pathname + location.search : hash),
  onChange(hear) {
    addEventListener('hashchange', hear);
    return () => removeEventListener('hashchange', hear);
  },
});
