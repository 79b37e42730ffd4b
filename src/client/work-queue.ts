// Keys that need a look. A key waits at most once, is worked on by one worker at a time, and keeps what
// caused it. Level-triggered: a queue holds keys, never events.
// Models k8s.io/client-go/util/workqueue: queue.go, delaying_queue.go, default_rate_limiters.go.
import { MS, SECOND, type Seq } from '../base/brand';
import { entry, type Json, type JsonObject } from '../base/json';
import type { Ctx } from '../sim/process';
import type { Timer } from '../sim/simulation';
import { suspend, type Task } from '../sim/task';

const FIRST_RETRY_US = 5 * MS; // DefaultTypedControllerRateLimiter
const MAX_RETRY_US = 1_000 * SECOND;
/** What failed so often that the next try is this far away no longer keeps a run awake. */
const PATIENT_RETRY_US = 20 * SECOND;

export interface WorkQueueOptions {
  /** Before the first retry of a key; doubled with each failure in a row. Default 5 ms. */
  readonly firstRetryUs?: number;
}

export class WorkQueue {
  private readonly waiting = new Map<string, Seq | null>();
  private readonly processing = new Map<string, { again: boolean; cause: Seq | null }>();
  private readonly delayed = new Map<string, { timer: Timer; dueUs: number }>();
  private readonly failures = new Map<string, number>();
  private idlers: ((key: string, cause?: Seq | null) => void)[] = [];

  constructor(
    private readonly ctx: Ctx,
    readonly name: string,
    private readonly options: WorkQueueOptions = {},
  ) {}

  /** Adds a key because of what is being served now. */
  add(key: string): void {
    const cause = this.ctx.cause();
    const busy = this.processing.get(key);
    if (busy !== undefined) {
      busy.again = true;
      busy.cause = cause;
      return;
    }
    const known = this.waiting.has(key);
    this.waiting.set(key, cause);
    if (known) return;
    this.note({ added: key }, entry(this.path(key), 'waiting'));
    this.hand();
  }

  /** Adds a key after a while; an earlier time that is already set wins. `idle`: does not keep a run awake. */
  addAfter(key: string, delayUs: number, options?: { readonly idle?: boolean }): void {
    if (delayUs <= 0) return this.add(key);
    const dueUs = this.ctx.now() + delayUs;
    const earlier = this.delayed.get(key);
    if (earlier !== undefined) {
      if (earlier.dueUs <= dueUs) return;
      earlier.timer.cancel();
    }
    const timer = this.ctx.after(
      delayUs,
      () => {
        this.delayed.delete(key);
        this.add(key);
      },
      options,
    );
    this.delayed.set(key, { timer, dueUs });
  }

  /** Adds a key after the time for a first retry, doubled with each failure in a row. */
  addRateLimited(key: string): void {
    const failures = this.failures.get(key) ?? 0;
    this.failures.set(key, failures + 1);
    const delayUs = this.delayAfter(failures + 1);
    this.note({ failed: key }, entry(this.backoffPath(key), { failures: failures + 1, delayUs }));
    this.addAfter(key, delayUs, { idle: delayUs > PATIENT_RETRY_US });
  }
  /** Failures in a row of this key. */
  requeues(key: string): number {
    return this.failures.get(key) ?? 0;
  }
  forget(key: string): void {
    if (this.failures.delete(key)) this.note({ forgotten: key }, entry(this.backoffPath(key), null));
  }

  /** Waits for a key; the task then runs as caused by what added it. Call `done` when finished with it. */
  *next(): Task<string> {
    return yield* suspend<string>((resume) => {
      this.idlers.push(resume);
      this.hand();
    });
  }

  done(key: string): void {
    const busy = this.processing.get(key);
    this.processing.delete(key);
    this.note({ done: key }, entry(this.path(key), null));
    if (busy?.again) this.ctx.causedBy(busy.cause, () => this.add(key));
  }

  inspect(): { readonly [path: string]: Json } {
    const interior: { [path: string]: Json } = {};
    for (const key of this.waiting.keys()) interior[this.path(key)] = 'waiting';
    for (const key of this.processing.keys()) interior[this.path(key)] = 'processing';
    for (const [key, failures] of this.failures) interior[this.backoffPath(key)] = { failures, delayUs: this.delayAfter(failures) };
    return interior;
  }

  private hand(): void {
    while (this.idlers.length > 0) {
      const first = this.waiting.entries().next();
      if (first.done) return;
      const [key, cause] = first.value;
      const worker = this.idlers.shift();
      this.waiting.delete(key);
      this.processing.set(key, { again: false, cause: null });
      this.ctx.causedBy(cause, () => this.note({ taken: key }, entry(this.path(key), 'processing')));
      worker?.(key, cause);
    }
  }

  private delayAfter(failures: number): number {
    return Math.min((this.options.firstRetryUs ?? FIRST_RETRY_US) * 2 ** Math.min(failures - 1, 30), MAX_RETRY_US);
  }
  private backoffPath(key: string): string {
    return `backoff/${this.name}/${key}`;
  }
  private path(key: string): string {
    return `queue/${this.name}/${key}`;
  }
  private note(detail: { readonly [what: string]: string }, set: JsonObject): void {
    this.ctx.inside('queue', { queue: this.name, ...detail }, set);
  }
}
