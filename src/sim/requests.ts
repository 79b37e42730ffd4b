// A person's requests, sent by some process: one, or one in each second with the outcomes counted. It says what
// curl says. Models curl 7.88 with `--max-time 5` and no other option.
import { SECOND } from '../base/brand';
import type { JsonObject } from '../base/json';
import type { Ctx, Interior } from './process';
import { suspend, type Task } from './task';
import type { Answered, Failure } from './tcp';

export interface Order {
  readonly address: string;
  readonly port: number;
  /** Null: one request. */
  readonly seconds: number | null;
  readonly interrupt: Interrupt;
}
/** Ctrl-C, for who listens. */
export class Interrupt {
  private readonly listeners = new Set<() => void>();

  /** What takes the listener away again. */
  on(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
  give(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
/** What is printed; the exit code once it is over. */
export type Say = (stdout: string, stderr: string, exit: number) => void;
/** A program that sends requests when it is told to. */
export interface Asking {
  ask(order: Order, say: Say): Task<void>;
}

interface Load {
  readonly to: string;
  ok: number;
  readonly failures: Map<string, number>;
}

export class Requests implements Asking {
  private readonly loads: Load[] = [];

  constructor(
    private readonly ctx: Ctx,
    private readonly get: (address: string, port: number) => Task<Answered>,
  ) {}

  /** `load/N` -> how many requests of the Nth load succeeded and failed. */
  inspect(): Interior {
    return Object.fromEntries(this.loads.map((load, i) => [pathOf(i), countsOf(load)]));
  }

  *ask(order: Order, say: Say): Task<void> {
    if (order.seconds === null) yield* this.one(order, say);
    else yield* this.steady(order, order.seconds, say);
  }

  private *one({ address, port, interrupt }: Order, say: Say): Task<void> {
    const { ctx } = this;
    interrupt.on(() => say('', '', INTERRUPTED));
    const began = ctx.now();
    const answer = yield* this.get(address, port);
    const afterUs = ctx.now() - began;
    ctx.inside('request', { to: `${address}:${port}`, outcome: outcomeOf(answer), afterUs });
    if (answer.ok) say(`${answer.status}\n`, '', 0);
    else say('', `${complaint(answer.failure, address, port, Math.ceil(afterUs / 1000))}\n`, EXITS[answer.failure]);
  }

  /** One that is interrupted says what it has counted; a request that is under way then counts no more. */
  private *steady({ address, port, interrupt }: Order, seconds: number, say: Say): Task<void> {
    const { ctx, loads } = this;
    const to = `${address}:${port}`;
    const load: Load = { to, ok: 0, failures: new Map() };
    const path = pathOf(loads.push(load) - 1);
    const { get } = this;
    let over = false;
    interrupt.on(() => {
      over = true;
      say(countedIn(load), '', INTERRUPTED);
    });
    const each = function* (second: number): Task<void> {
      yield* pause(ctx, second * SECOND, interrupt);
      if (over) return;
      const began = ctx.now();
      const answer = yield* get(address, port);
      const outcome = outcomeOf(answer);
      if (over) return;
      if (isGood(answer)) load.ok++;
      else load.failures.set(outcome, (load.failures.get(outcome) ?? 0) + 1);
      ctx.inside('request', { to, load: path, number: second + 1, outcome, afterUs: ctx.now() - began }, { [path]: countsOf(load) });
    };
    yield* ctx.all(Array.from({ length: seconds }, (_, second) => each(second)));
    say(countedIn(load), '', failedOf(load) === 0 ? 0 : 1);
  }
}

/** Sleeps, at most until the interrupt. */
function* pause(ctx: Ctx, us: number, interrupt: Interrupt): Task<void> {
  yield* suspend<void>((resume) => {
    const timer = ctx.after(us, () => {
      off();
      resume();
    });
    const off = interrupt.on(() => {
      timer.cancel();
      resume();
    });
  });
}

const pathOf = (place: number): string => `load/${place + 1}`;
const outcomeOf = (answer: Answered): string => (answer.ok ? answer.status : answer.failure);
/** A status of 4xx or 5xx is an answer, but not the one that was wanted. */
const isGood = (answer: Answered): boolean => answer.ok && /^HTTP\/1\.[01] [123]/.test(answer.status);
const failedOf = ({ failures }: Load): number => [...failures.values()].reduce((sum, count) => sum + count, 0);
const reasonsOf = ({ failures }: Load): string =>
  failures.size === 0 ? '' : ` (${[...failures].map(([reason, count]) => `${count} ${reason}`).join(', ')})`;
const countedIn = (load: Load): string =>
  `${load.ok + failedOf(load)} requests: ${load.ok} ok, ${failedOf(load)} failed${reasonsOf(load)}\n`;
const countsOf = (load: Load): JsonObject => ({
  to: load.to,
  ok: load.ok,
  failed: failedOf(load),
  failures: Object.fromEntries(load.failures),
});

// ---- curl's words

/** The exit code of a program that SIGINT ends. */
const INTERRUPTED = 130;
const EXITS: { readonly [failure in Failure]: number } = { refused: 7, 'no route': 7, 'timed out': 28, reset: 56 };

function complaint(failure: Failure, address: string, port: number, ms: number): string {
  switch (failure) {
    case 'refused':
    case 'no route':
      return `curl: (7) Failed to connect to ${address} port ${port} after ${ms} ms: Couldn't connect to server`;
    case 'timed out':
      return `curl: (28) Connection timed out after ${ms} milliseconds`;
    case 'reset':
      return 'curl: (56) Recv failure: Connection reset by peer';
  }
}
