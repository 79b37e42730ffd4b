// A cluster that boots before anybody needs it. What is opened next (a branch, another scenario) mostly has the same
// cluster and seed, and boot is most of a short run: with a spare it begins where boot ended.
import type { Run } from '../wire/run';
import type { Playable } from './host';

/** Larger clusters would take longer to boot, and more memory, than a spare is worth. */
const MOST_NODES = 12;
const EVENTS_AT_ONCE = 64;

const keyOf = ({ model, cluster, seed }: Run): string => JSON.stringify([model, cluster, seed]);

export class Spare {
  private readonly key: string;
  private readonly runner: Playable;

  /** Null if the run's cluster is too large for one. */
  static of(run: Run, play: (run: Run) => Playable): Spare | null {
    return run.cluster.nodes.length > MOST_NODES ? null : new Spare(run, play);
  }

  private constructor(run: Run, play: (run: Run) => Playable) {
    this.key = keyOf(run);
    this.runner = play({ ...run, inputs: [] });
  }

  /** Boots on for as long as there is time. True once it has booted. */
  boot(inTime: () => boolean): boolean {
    while (this.runner.phase === 'booting' && inTime()) this.runner.advance(EVENTS_AT_ONCE);
    return this.runner.phase !== 'booting';
  }

  fits(run: Run): boolean {
    return keyOf(run) === this.key;
  }

  /** The run from here on; the spare is used up, however far it booted. */
  play({ inputs }: Run): Playable {
    for (const { input, when } of inputs) this.runner.add(input, when);
    return this.runner;
  }
}
