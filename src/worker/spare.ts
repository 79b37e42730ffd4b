// A cluster that is played before anybody needs it. What is opened next (a branch, another scenario) mostly has the
// same cluster and seed, and boot is most of a short run: with a spare it begins where boot ended. And who types or
// opens a menu in the past will branch there: the spare goes on to that moment, and keeps what the page must be told.
import type { SimTime } from '../base/brand';
import type { Run, TimedInput } from '../wire/run';
import { type Playable, Playing, type Post } from './playing';

/** Larger clusters take longer to boot, and more memory, than a spare is worth before somebody is about to branch. */
const MOST_NODES = 12;
/** So many records beside those of the run itself are enough. */
const MOST_RECORDS = 250_000;
const EVENTS_AT_ONCE = 64;

/** Where an input would be given: after those of `run`, at a virtual time. */
export interface Place {
  readonly run: Run;
  readonly atUs: SimTime;
}

const keyOf = ({ model, cluster, seed }: Run): string => JSON.stringify([model, cluster, seed]);

export class Spare {
  private readonly key: string;
  private readonly playing: Playing;
  private readonly held: Parameters<Post>[] = [];
  private post: Post = (message, transfer) => {
    if (message.type !== 'status') this.held.push([message, transfer]);
  };
  private place: Place | null = null;

  static worthIt({ cluster }: Run): boolean {
    return cluster.nodes.length <= MOST_NODES;
  }

  constructor(run: Run, play: (run: Run) => Playable) {
    this.key = keyOf(run);
    this.playing = new Playing(play({ ...run, inputs: [] }), (message, transfer) => this.post(message, transfer));
  }

  /** From now on it goes to that place. False if it cannot get there any more. */
  lead(place: Place): boolean {
    if (keyOf(place.run) !== this.key) return false;
    if (this.place === null) for (const { input, when } of place.run.inputs) this.playing.runner.add(input, when);
    else if (!this.isOnItsWay(place.run.inputs, place.atUs)) return false;
    this.place = place;
    return true;
  }

  /** Goes on for as long as there is time. True once it has booted, or is where it was led. */
  step(inTime: () => boolean, nowMs: number): boolean {
    let there = false;
    while (!there && inTime()) there = this.arrives();
    this.playing.flush(nowMs, false);
    return there;
  }

  fits(run: Run): boolean {
    if (keyOf(run) !== this.key) return false;
    if (this.place === null) return true;
    const next = run.inputs[this.place.run.inputs.length]?.when;
    return typeof next === 'object' && 'atUs' in next && this.isOnItsWay(run.inputs.slice(0, this.place.run.inputs.length), next.atUs);
  }

  /** The run from here on, for a page that forgot all others; the spare is used up, however far it came. */
  play({ inputs }: Run, post: Post): Playing {
    for (const { input, when } of inputs.slice(this.place?.run.inputs.length ?? 0)) this.playing.runner.add(input, when);
    this.post = post;
    for (const message of this.held) post(...message);
    return this.playing;
  }

  private arrives(): boolean {
    const { playing, place } = this;
    if (playing.trace.records.length > MOST_RECORDS) return true;
    if (place !== null) return playing.runner.lead(place.atUs, EVENTS_AT_ONCE);
    if (playing.runner.phase === 'booting') playing.runner.advance(EVENTS_AT_ONCE);
    return playing.runner.phase !== 'booting';
  }

  private isOnItsWay(inputs: readonly TimedInput[], atUs: number): boolean {
    return atUs >= this.playing.runner.cluster.sim.now && JSON.stringify(inputs) === JSON.stringify(this.place?.run.inputs);
  }
}
