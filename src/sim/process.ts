// A running program and its handle to the world. A component gets a `Ctx` and nothing else: it can
// wait, send, answer, draw random numbers and note what happens inside it.
import { type Seq, type SimTime, simTime } from '../base/brand';
import type { Json, JsonObject } from '../base/json';
import { Random } from '../base/random';
import type { ComponentId } from '../wire/names';
import type { Inside, InsideTopic, Packet, RequestPayload } from '../wire/payload';
import type { Answer, Exchange, Failure, Handler, Incoming, Stream, StreamItem } from './network';
import { because, type Context, type Simulation, type Timer } from './simulation';
import { type Resume, suspend, type Task, type Wait } from './task';

/** A component's interior: path -> value. */
export type Interior = { readonly [path: string]: Json };

/** What runs in a process: one instance per start. */
export interface Program {
  start(ctx: Ctx): void;
  /** The interior now, read from the program's own structures. Changes nothing. */
  inspect(): Interior;
  /** Asked to stop (SIGTERM): may finish what it does and then call `ctx.exit`. Absent: stops at once. */
  terminate?(): void;
}

export interface CallOptions {
  /** Virtual microseconds until the caller gives up; default none. */
  readonly timeoutUs?: number;
  /** Sent by a timer that repeats for ever: does not keep a run awake. */
  readonly idle?: boolean;
}

export interface Ctx {
  readonly id: ComponentId;
  /** For how long something takes: nobody sets it. */
  now(): SimTime;
  /** What the machine's clock shows, for time stamps: it may be set wrong. */
  clock(): SimTime;
  /** Runs a task in this process, under an actor's name if one is given. */
  spawn(task: Task<void>, actor?: string): void;
  /** Runs all tasks at once and returns their results in order. */
  all<T>(tasks: readonly Task<T>[]): Task<T[]>;
  sleep(us: number, options?: { readonly idle?: boolean }): Task<void>;
  /** Calls `action` after `us`, in the present context. */
  after(us: number, action: () => void, options?: { readonly idle?: boolean }): Timer;
  /** Calls `action` every `us`, for ever, first after `firstUs` (default `us`). Never keeps a run awake. */
  every(us: number, action: () => void, firstUs?: number): Timer;
  call(to: ComponentId, payload: RequestPayload, options?: CallOptions): Task<Answer>;
  /** Opens a stream; `hear` gets the head, the deliveries and the end, each with its cause in place. */
  open(to: ComponentId, payload: RequestPayload, hear: (item: StreamItem) => void, options?: { readonly idle?: boolean }): Stream;
  /** From now on requests are accepted. A handler may return a task. */
  listen(handler: (incoming: Incoming) => Task<void> | void): void;
  /** Puts a packet on its way. Nobody tells whether it arrived. */
  send(to: ComponentId, packet: Packet): void;
  /** From now on packets are taken. */
  receive(handler: PacketHandler): void;
  /** Same name, same numbers: put into the name what the choice is about. */
  random(purpose: string): Random;
  /** Notes what happened inside, and how that changed the interior (null removes a path). */
  inside(topic: InsideTopic, detail: JsonObject, set?: JsonObject): void;
  /** Ends this process. */
  exit(code: number): void;
  /** What is being served now, to be kept with work that is put off (queues do). */
  cause(): Seq | null;
  /** Runs `action` as if caused by `cause`. */
  causedBy<T>(cause: Seq | null, action: () => T): T;
}

export type PacketHandler = (packet: Packet, from: ComponentId) => void;

interface Running {
  readonly task: Task<void>;
  context: Context;
}

export class Process implements Ctx {
  running = true;
  accepts = false;
  readonly outgoing = new Set<Exchange>();
  readonly incoming = new Set<Exchange>();
  private handler: Handler | null = null;
  private packetHandler: PacketHandler | null = null;
  private readonly exitListeners: ((code: number) => void)[] = [];

  constructor(
    private readonly sim: Simulation,
    readonly id: ComponentId,
    readonly program: Program,
    /** 1, and one more with each start under this name. */
    readonly life: number,
  ) {}

  begin(): void {
    const context: Context = { process: this, actor: null, cause: this.sim.context.cause, idle: false };
    const started = this.sim.within(context, () => this.inside('started', {}));
    this.within({ ...context, cause: started }, () => this.program.start(this));
  }

  // ---- For those who started it

  /** Stops it at once (SIGKILL, or a crash): its tasks and memory are gone, its connections reset. */
  kill(code: number): void {
    if (!this.running) return;
    this.sim.within(this.own(null), () => this.inside('stopped', { exitCode: code }));
    this.running = false;
    for (const exchange of [...this.outgoing]) exchange.closedByClient();
    for (const exchange of [...this.incoming]) exchange.broken('reset', this.sim.context.cause ?? exchange.seq);
    for (const listener of this.exitListeners) this.sim.soon({ ...this.sim.context, process: null, actor: null }, () => listener(code));
  }

  /** Asks it to stop (SIGTERM). */
  terminate(): void {
    if (!this.running) return;
    if (this.program.terminate) this.within(this.own(null), () => this.program.terminate?.());
    else this.kill(0);
  }

  /** Runs a task in it on behalf of `cause`: how an input reaches a program. */
  run(task: Task<void>, cause: Seq): void {
    this.sim.within({ process: this, actor: null, cause, idle: false }, () => this.spawn(task));
  }

  onExit(listener: (code: number) => void): void {
    this.exitListeners.push(listener);
  }

  // ---- For the network

  serve(incoming: Incoming, context: Context): void {
    this.within(context, () => this.handler?.(incoming));
  }

  /** False: it takes no packets. */
  take(packet: Packet, from: ComponentId, context: Context): boolean {
    const { packetHandler } = this;
    if (packetHandler === null) return false;
    this.within(context, () => packetHandler(packet, from));
    return true;
  }

  /** Runs `action` in this process, after what runs now. */
  later(action: () => void): void {
    this.sim.soon(this.own(null), () => this.guard(action));
  }

  // ---- Ctx

  now(): SimTime {
    return this.sim.now;
  }
  clock(): SimTime {
    return simTime(this.sim.now + this.sim.clockAheadUs(this.id));
  }

  spawn(task: Task<void>, actor?: string): void {
    const running: Running = { task, context: this.own(actor ?? this.sim.context.actor) };
    this.sim.soon(running.context, () => this.step(running, undefined));
  }

  *all<T>(tasks: readonly Task<T>[]): Task<T[]> {
    if (tasks.length === 0) return [];
    return yield* suspend<T[]>((resume) => {
      const results: T[] = new Array<T>(tasks.length);
      let left = tasks.length;
      const { sim } = this;
      const collect = function* (task: Task<T>, i: number): Task<void> {
        results[i] = yield* task;
        if (--left === 0) resume(results, sim.context.cause);
      };
      tasks.forEach((task, i) => void this.spawn(collect(task, i)));
    });
  }

  *sleep(us: number, options?: { readonly idle?: boolean }): Task<void> {
    yield* suspend<void>((resume) => void this.sim.at(simTime(this.sim.now + us), () => resume(), options?.idle ?? this.sim.context.idle));
  }

  after(us: number, action: () => void, options?: { readonly idle?: boolean }): Timer {
    return this.sim.at(simTime(this.sim.now + us), () => this.guard(action), options?.idle ?? this.sim.context.idle);
  }

  every(us: number, action: () => void, firstUs = us): Timer {
    let timer: Timer;
    const again = (delayUs: number): void => {
      timer = this.sim.at(
        simTime(this.sim.now + delayUs),
        () => {
          if (!this.running) return;
          again(us);
          this.guard(action);
        },
        true,
      );
    };
    again(firstUs);
    return { cancel: () => timer.cancel() };
  }

  *call(to: ComponentId, payload: RequestPayload, options: CallOptions = {}): Task<Answer> {
    return yield* suspend<Answer>((resume) => {
      let timer: Timer | null = null;
      const exchange = this.sim.network.request(this, to, payload, { streaming: false, idle: options.idle ?? false }, (item, context) => {
        timer?.cancel();
        if (item.type === 'response') resume({ ok: true, payload: item.payload, seq: item.seq }, item.seq);
        else if (item.type === 'end') resume({ ok: false, failure: item.reason as Failure }, context.cause);
      });
      if (options.timeoutUs !== undefined) {
        const idle = options.idle ?? this.sim.context.idle;
        timer = this.sim.at(
          simTime(this.sim.now + options.timeoutUs),
          () => {
            if (!exchange.pending) return;
            const trouble = this.sim.network.troubles.between(this.id, to);
            exchange.closedByClient();
            resume({ ok: false, failure: 'timeout' }, trouble?.cause ?? exchange.seq);
          },
          idle,
        );
      }
    });
  }

  open(to: ComponentId, payload: RequestPayload, hear: (item: StreamItem) => void, options: { readonly idle?: boolean } = {}): Stream {
    let closed = false;
    const exchange = this.sim.network.request(this, to, payload, { streaming: true, idle: options.idle ?? false }, (item, context) => {
      if (closed) return;
      const { process, actor, cause } = context;
      this.within({ process, actor, cause, idle: false }, () => hear(item));
    });
    return {
      seq: exchange.seq,
      close: () => {
        closed = true;
        exchange.closedByClient();
      },
    };
  }

  listen(handler: (incoming: Incoming) => Task<void> | void): void {
    this.accepts = true;
    this.handler = (incoming) => {
      const task = handler(incoming);
      if (task) this.step({ task, context: this.sim.context }, undefined);
    };
  }

  send(to: ComponentId, packet: Packet): void {
    this.sim.network.packet(this, to, packet);
  }

  receive(handler: PacketHandler): void {
    this.packetHandler = handler;
  }

  random(purpose: string): Random {
    // A process that starts anew draws other numbers: else it would make up the names and uids of its former life again.
    return new Random(this.sim.seed, `${this.id}${this.life === 1 ? '' : `#${this.life}`}/${purpose}`);
  }

  inside(topic: InsideTopic, detail: JsonObject, set: JsonObject = {}): Seq {
    const payload: Inside = { protocol: 'inside', kind: 'inside', topic, detail, set };
    const { actor, cause } = this.sim.context;
    const at = this.sim.now;
    const seq = this.sim.recorder.append({
      atUs: at,
      receivedUs: at,
      from: this.id,
      to: this.id,
      actor,
      exchange: null,
      cause,
      payload: this.sim.recorder.carried(payload),
    });
    this.sim.lineages[seq] = this.sim.lineage(cause, 0);
    return seq;
  }

  exit(code: number): void {
    this.kill(code);
  }

  cause(): Seq | null {
    return this.sim.context.cause;
  }

  causedBy<T>(cause: Seq | null, action: () => T): T {
    return this.sim.within(because(this.sim.context, cause), action);
  }

  // ---- Running

  /** What goes on now, as an act of this process. */
  private own(actor: string | null): Context {
    const { cause, idle } = this.sim.context;
    return { process: this, actor, cause, idle };
  }

  private within(context: Context, action: () => void): void {
    this.sim.within(context, () => this.guard(action));
  }

  /** An exception in a component crashes that component, with a report, never the simulation. */
  private guard(action: () => void): void {
    if (!this.running) return;
    try {
      action();
    } catch (error) {
      this.crash(error);
    }
  }

  private step(running: Running, value: unknown): void {
    if (!this.running) return;
    const { sim } = this;
    const outer = sim.context; // `within` written out: this runs for every wait of every task
    sim.context = running.context;
    try {
      const next = running.task.next(value);
      if (!next.done) this.wait(running, next.value);
    } catch (error) {
      this.crash(error);
    } finally {
      sim.context = outer;
    }
  }

  private wait(running: Running, wait: Wait): void {
    let resumed = false;
    const resume: Resume<unknown> = (value, cause) => {
      if (resumed) return;
      resumed = true;
      if (cause !== undefined) running.context = because(running.context, cause);
      this.sim.soon(running.context, () => this.step(running, value));
    };
    wait(resume);
  }

  private crash(error: unknown): void {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    this.sim.crashes.push({ component: this.id, atUs: this.sim.now, error: `${name}: ${message}`, stack: stack ?? '' });
    this.inside('crashed', { error: `${name}: ${message}` });
    this.kill(2);
  }
}
