import { describe, expect, it } from 'vitest';
import { simTime } from '../base/brand';
import { componentId } from '../wire/names';
import type { CallRequest, CallResponse } from '../wire/payload';
import type { Ctx, Program } from './process';
import { Simulation } from './simulation';
import type { Task } from './task';

const A = componentId('a');
const B = componentId('b');
const ask = (rpc: string): CallRequest => ({ protocol: 'probe', kind: 'request', rpc, body: {} });
const say = (rpc: string): CallResponse => ({ protocol: 'probe', kind: 'response', rpc, body: {}, error: null });
const program = (start: (ctx: Ctx) => void): Program => ({ start, inspect: () => ({}) });
const simulation = (payloads: 'shared' | 'copied' = 'shared') =>
  new Simulation({ seed: 1, payloads, latency: () => ({ leastUs: 100, spreadUs: 50 }) });

const echo = program((ctx) =>
  ctx.listen(function* (incoming): Task<void> {
    yield* ctx.sleep(1_000);
    incoming.respond(say((incoming.payload as CallRequest).rpc));
  }),
);

describe('a call', () => {
  for (const mode of ['shared', 'copied'] as const) {
    it(`is a request, then its answer, each caused by what was being served (${mode})`, () => {
      const sim = simulation(mode);
      sim.start(B, echo);
      const heard: string[] = [];
      sim.start(
        A,
        program((ctx) =>
          ctx.spawn(
            (function* (): Task<void> {
              for (const rpc of ['one', 'two']) {
                const answer = yield* ctx.call(B, ask(rpc));
                heard.push(answer.ok ? (answer.payload as CallResponse).rpc : answer.failure);
              }
            })(),
          ),
        ),
      );
      expect(sim.runToRest()).toBe('rest');
      expect(heard).toEqual(['one', 'two']);
      const messages = sim.recorder.records.filter((r) => r.payload.kind !== 'inside');
      expect(messages.map((r) => [r.from, r.to, r.payload.kind])).toEqual([
        ['a', 'b', 'request'],
        ['b', 'a', 'response'],
        ['a', 'b', 'request'],
        ['b', 'a', 'response'],
      ]);
      const [first, answer, second] = messages;
      expect(answer?.exchange).toBe(first?.seq);
      expect(answer?.cause).toBe(first?.seq);
      expect(second?.cause).toBe(answer?.seq);
    });
  }

  it('to a process that does not run is lost, and refused', () => {
    const sim = simulation();
    const heard: string[] = [];
    sim.start(
      A,
      program((ctx) =>
        ctx.spawn(
          (function* (): Task<void> {
            const answer = yield* ctx.call(B, ask('x'));
            heard.push(answer.ok ? 'ok' : answer.failure);
          })(),
        ),
      ),
    );
    sim.runToRest();
    expect(heard).toEqual(['refused']);
    expect(sim.recorder.records.find((r) => r.payload.kind === 'request')?.receivedUs).toBeNull();
  });

  it('is reset when its server is killed while serving it', () => {
    const sim = simulation();
    const server = sim.start(B, echo);
    const heard: string[] = [];
    sim.start(
      A,
      program((ctx) =>
        ctx.spawn(
          (function* (): Task<void> {
            const answer = yield* ctx.call(B, ask('x'));
            heard.push(answer.ok ? 'ok' : answer.failure);
          })(),
        ),
      ),
    );
    sim.runUntil(simTime(500));
    server.kill(137);
    sim.runToRest();
    expect(heard).toEqual(['reset']);
  });
});

describe('a run', () => {
  const busy = (slices: boolean): string => {
    const sim = simulation();
    sim.start(B, echo);
    sim.start(
      A,
      program((ctx) => {
        for (let i = 0; i < 20; i++)
          ctx.spawn(
            (function* (): Task<void> {
              yield* ctx.sleep(ctx.random(`start ${i}`).below(5_000));
              yield* ctx.call(B, ask(`${i}`));
            })(),
          );
      }),
    );
    if (slices) while (sim.runToRest(simTime(1_000_000), 3) === 'slice');
    else sim.runToRest();
    return sim.recorder.digest();
  };

  it('gives the same trace every time and in any slices', () => {
    expect(busy(false)).toBe(busy(false));
    expect(busy(true)).toBe(busy(false));
  });

  it('is at rest when only timers that repeat for ever are left', () => {
    const sim = simulation();
    let ticks = 0;
    sim.start(
      A,
      program((ctx) => void ctx.every(1_000, () => ticks++)),
    );
    expect(sim.runToRest()).toBe('rest');
    expect(sim.runUntil(simTime(10_000))).toBe('time');
    expect(ticks).toBe(10);
  });

  it('goes on when a component crashes, and reports it', () => {
    const sim = simulation();
    sim.start(B, echo);
    sim.start(
      A,
      program(() => {
        throw new Error('broken');
      }),
    );
    sim.runToRest();
    expect(sim.crashes).toMatchObject([{ component: 'a', error: 'Error: broken' }]);
    expect(sim.process(A)).toBeNull();
    expect(sim.process(B)).not.toBeNull();
  });

  it('does not change when payloads are copied and frozen', () => {
    const digest = (mode: 'shared' | 'copied'): string => {
      const sim = simulation(mode);
      sim.start(B, echo);
      sim.start(
        A,
        program((ctx) =>
          ctx.spawn(
            (function* (): Task<void> {
              yield* ctx.call(B, ask('x'));
            })(),
          ),
        ),
      );
      sim.runToRest();
      return sim.recorder.digest();
    };
    expect(digest('copied')).toBe(digest('shared'));
  });
});
