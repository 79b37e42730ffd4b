// Lets virtual time go on as real time does, or faster.
import { simTime } from '../../base/brand';
import type { Simulation } from '../../sim/simulation';

const TICK_MS = 4;
/** Virtual time that is behind is made up for in slices, so that requests are heard in between. */
const SLICE_EVENTS = 2_000;

export class Clock {
  private readonly begunMs = performance.now();
  private readonly begunUs: number;

  constructor(
    private readonly sim: Simulation,
    private readonly speed: number,
  ) {
    this.begunUs = sim.now;
  }

  /** Returns a way to stop it. */
  start(): () => void {
    const timer = setInterval(() => this.tick(), TICK_MS);
    return () => clearInterval(timer);
  }

  private tick(): void {
    const wanted = this.begunUs + (performance.now() - this.begunMs) * 1_000 * this.speed;
    if (wanted > this.sim.now) this.sim.runToTime(simTime(Math.floor(wanted)), SLICE_EVENTS);
  }
}
