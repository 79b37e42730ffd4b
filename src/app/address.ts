// The address bar: opens the run and moment that its link says, and keeps it a link to what is shown. Knows whether
// what was replayed is what was shared.
import type { ScenarioName } from '../scenarios/runs';
import {
  DIGEST_LETTERS,
  decodeLink,
  encodeLink,
  type Link,
  type LinkError,
  type Made,
  nameOf,
  type Packer,
  type SharedRun,
} from '../share/link';
import type { Sight } from '../share/sight';
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
/** What the page shows besides the recording. */
export interface Sights {
  get(): Sight;
  show(sight: Sight): void;
  subscribe(hear: () => void): () => void;
}
export interface AddressNeeds {
  readonly session: Session;
  readonly bar: AddressBar;
  readonly sights: Sights;
  readonly freshRun: Run;
  readonly setTimer: (action: () => void, ms: number) => number;
  readonly loadPacker: () => Promise<Packer>;
}
/** What a link for others holds besides the run. */
export interface Shared {
  readonly moment: boolean;
  readonly sight: boolean;
}
/** Of a link with a digest: whether the replay has it too. */
export type Match = 'unknown' | 'same' | Made;
export interface Address {
  /** Why the link that was opened could not be. */
  readonly problem: Signal<LinkError | null>;
  /** The link that was opened last; null for the start page. */
  readonly opened: Signal<Link | null>;
  dismissProblem(): void;
  readonly match: Signal<Match>;
  /** The bar says what is shown now, without waiting for peace; its hash. */
  settle(): string;
  /** The hash for others, with what tells them that they see the same; null if the run is too long for a link. */
  share(what: Shared): Promise<string | null>;
  /** Once that hash is opened, it plays; at once if it is open. */
  playNext(hash: string): void;
  /** The scenario of the library that is open, and nothing more was given. */
  scenario(): ScenarioName | null;
}

/** Browsers allow a hundred changes in half a minute. */
const SETTLE_MS = 400;

export function createAddress({ session, bar, sights, freshRun, setTimer, loadPacker }: AddressNeeds): Address {
  const problem = signal<LinkError | null>(null);
  const match = signal<Match>('unknown');
  const opened = signal<Link | null>(null);
  const freshCluster = JSON.stringify(freshRun.cluster);
  let packer: Packer | null = null;
  /** What was opened, until its replay was compared. */
  let awaited: Link | null = null;
  let waiting = false;
  let again = false;
  let plays: string | null = null;

  function open(): void {
    const hash = bar.hash();
    const link = decodeLink(hash, packer);
    match.set('unknown');
    awaited = null;
    if (!link.ok && link.error === 'packed' && packer === null) return withPacker(() => hash === bar.hash() && open(), refuse);
    if (!link.ok) return refuse(link.error);
    problem.set(null);
    opened.set(link.value);
    if (link.value === null) session.open(freshRun, null);
    else openLink(link.value);
  }

  function openLink(link: Link): void {
    const { run, moment, chapter, made, sight } = link;
    const known = made === undefined || made.model === freshRun.model;
    if (!known) match.set(made);
    else awaited = made === undefined ? null : link;
    session.setLevel(moment.level);
    session.open(
      { ...freshRun, cluster: run.cluster ?? freshRun.cluster, seed: run.seed, inputs: run.inputs },
      known ? moment.at : (chapter ?? moment.at),
    );
    sights.show(sight ?? {});
    if (plays === bar.hash()) session.player.play();
    plays = null;
  }

  function refuse(error: LinkError): void {
    problem.set(error);
    opened.set(null);
    session.open(freshRun, null);
    bar.replace('');
  }

  function withPacker(then: () => void, otherwise: (error: LinkError) => void): void {
    loadPacker().then(
      (loaded) => {
        packer = loaded;
        then();
      },
      () => otherwise('packed'),
    );
  }

  /** Once the replay stands still: is it the one that was shared? If not, its records have other numbers. */
  function compare(): void {
    const { digest } = session.status.get();
    if (awaited?.made === undefined || digest === null) return;
    const { made, moment, chapter, run } = awaited;
    awaited = null;
    if (session.inputs.get() !== run.inputs) return;
    if (digest.startsWith(made.digest)) return match.set('same');
    match.set(made);
    const { at } = moment;
    if (chapter === undefined || at === null || !('record' in at)) return;
    if (session.missedGoal.get() || session.player.cursor.get().seq === at.record) session.goTo(chapter);
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

  function shown(run: SharedRun): Link {
    return { run, moment: { at: session.momentOf(session.player.cursor.get().seq), level: session.level.get() }, sight: sights.get() };
  }

  /** With its digest, if that is what a replay will have. */
  function forOthers(run: SharedRun): Link {
    const link = shown(run);
    const { digest } = session.status.get();
    const step = link.moment.at !== null && 'record' in link.moment.at ? session.stepAt(link.moment.at.record) : null;
    return {
      ...link,
      ...(step !== null && { chapter: step }),
      ...(digest !== null && session.replayable() && { made: { model: freshRun.model, digest: digest.slice(0, DIGEST_LETTERS) } }),
    };
  }

  async function share({ moment, sight }: Shared): Promise<string | null> {
    const run = shared();
    if (run === null) return '';
    const { chapter, ...whole } = forOthers(run);
    const link: Link = {
      ...whole,
      moment: { ...whole.moment, at: moment ? whole.moment.at : null },
      ...(moment && chapter !== undefined && { chapter }),
      sight: sight ? (whole.sight ?? {}) : {},
    };
    packer ??= await loadPacker().catch(() => null);
    const hash = encodeLink(link, packer);
    return hash.ok ? hash.value : null;
  }

  function tell(): void {
    // On the way to a moment, and until its run is known, the address still says which.
    if (session.goal.get() !== null || session.run.get() === null) return;
    const run = shared();
    const link = run === null ? { ok: true as const, value: '' } : encodeLink(shown(run), packer);
    if (link.ok && link.value !== bar.hash()) bar.replace(link.value);
    else if (!link.ok && link.error === 'packed') withPacker(tellSoon, () => undefined);
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
  session.status.subscribe(compare);
  for (const source of [session.player.cursor, session.inputs, session.level, session.goal, sights]) source.subscribe(tellSoon);
  return {
    problem,
    opened,
    dismissProblem: () => problem.set(null),
    match,
    settle() {
      tell();
      return bar.hash();
    },
    share,
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
