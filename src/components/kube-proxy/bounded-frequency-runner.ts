// Runs something at most once per interval: at once if it has been quiet, else when the interval after the last
// run is over; again after a failure; and now and then without being asked.
// Models kubernetes pkg/proxy/runner/bounded_frequency_runner.go.
import type { Seq } from '../../base/brand';
import type { Ctx } from '../../sim/process';
import type { Timer } from '../../sim/simulation';
import type { Task } from '../../sim/task';

export interface Intervals {
  readonly minUs: number;
  readonly retryUs: number;
  readonly maxUs: number;
}

export class BoundedFrequencyRunner {
  private running = false;
  /** When the next run may begin. */
  private freeAtUs = Number.NEGATIVE_INFINITY;
  private wanted: { cause: Seq | null } | null = null;
  private timer: Timer | null = null;
  private later: Timer | null = null;

  /** `once` says whether it worked. */
  constructor(
    private readonly ctx: Ctx,
    private readonly intervals: Intervals,
    private readonly once: () => Task<boolean>,
  ) {}

  /** Runs as soon as it may. Whoever asks meanwhile gets the same run. */
  run(): void {
    this.wanted = { cause: this.ctx.cause() };
    if (this.running || this.timer !== null) return;
    const waitUs = this.freeAtUs - this.ctx.now();
    if (waitUs <= 0) return this.begin();
    this.timer = this.ctx.after(waitUs, () => this.begin());
  }

  private begin(): void {
    this.timer = null;
    this.later?.cancel();
    this.running = true;
    const cause = this.wanted?.cause ?? null;
    this.wanted = null;
    this.ctx.causedBy(cause, () => this.ctx.spawn(this.work()));
  }

  private *work(): Task<void> {
    const { minUs, retryUs, maxUs } = this.intervals;
    const worked = yield* this.once();
    this.running = false;
    this.freeAtUs = this.ctx.now() + minUs;
    this.later = this.ctx.after(worked ? maxUs : retryUs, () => this.run(), { idle: true });
    const { wanted } = this;
    if (wanted !== null) this.ctx.causedBy(wanted.cause, () => this.run());
  }
}
