// The host behind an in-process link, with a run of a few programs instead of a cluster.
import { describe, expect, test } from 'vitest';
import { MS, SECOND, type SimTime, simTime } from '../base/brand';
import type { Ctx, Program } from '../sim/process';
import { Simulation } from '../sim/simulation';
import { componentId, KUBECTL, USER } from '../wire/names';
import type { Input, Run, TimedInput, When } from '../wire/run';
import { createInProcessLink } from './in-process';
import type { Playable } from './playing';
import { type Answer, type ClusterLink, FLAGS, type FromWorker, KINDS, type RunState } from './protocol';

const SERVER = componentId('server');
const RUN: Run = { model: 'test', cluster: { nodes: [], images: {}, registryBytesPerSecond: 1 }, seed: 1, inputs: [] };
const typed = (line: string): Input => ({ type: 'kubectl', line });

/** Answers each command after 100 ms; `loop` commands never come to rest, `fail` ones are a failure of ours. */
class SmallRun implements Playable {
  readonly cluster = { sim: new Simulation({ seed: 1, startsAt: simTime(-SECOND), latency: () => ({ leastUs: MS, spreadUs: 0 }) }) };
  phase: Playable['phase'] = 'booting';
  private readonly inputs: TimedInput[];
  private given = 0;
  private client: Ctx | null = null;

  constructor(readonly run: Run) {
    this.inputs = [...run.inputs];
    const quiet: Pick<Program, 'inspect'> = { inspect: () => ({}) };
    this.cluster.sim.start(SERVER, {
      ...quiet,
      start: (ctx) =>
        ctx.listen(function* (incoming) {
          yield* ctx.sleep(100 * MS);
          incoming.respond({ protocol: 'cri', kind: 'response', rpc: 'Version', body: {}, error: null });
        }),
    });
    this.cluster.sim.start(KUBECTL, { ...quiet, start: (ctx) => void (this.client = ctx) });
  }
  advance(maxEvents: number): boolean {
    const { sim } = this.cluster;
    const next = this.inputs[this.given];
    if (this.phase === 'booting') {
      if (sim.runToTime(simTime(0), maxEvents) === 'slice') return false;
      this.phase = 'rest';
      return next === undefined;
    }
    if (next === undefined && this.phase !== 'running') return true;
    this.phase = 'running';
    const when = next?.when ?? 'rest';
    const due = when !== 'rest' && 'atUs' in when ? when.atUs : null;
    const reason = due === null ? sim.runToRest(simTime(sim.now + 2 * SECOND), maxEvents) : sim.runToTime(simTime(due), maxEvents);
    if (reason === 'slice') return false;
    if (next !== undefined) {
      this.give(next.input);
      this.given++;
      return false;
    }
    this.phase = reason === 'rest' ? 'rest' : 'limit';
    return true;
  }
  lead(atUs: SimTime, maxEvents: number): boolean {
    if (this.phase !== 'booting' && this.given === this.inputs.length) return this.cluster.sim.runToTime(atUs, maxEvents) !== 'slice';
    this.advance(maxEvents);
    return false;
  }
  add(input: Input, when: When = 'rest'): void {
    this.inputs.push({ when, input });
  }
  asRun(): Run {
    return { ...this.run, inputs: [...this.inputs] };
  }
  private give(input: Input): void {
    const { sim } = this.cluster;
    const line = input.type === 'kubectl' ? input.line : '';
    if (line === 'fail') throw new Error('ours');
    const at = { atUs: sim.now, receivedUs: sim.now, actor: null, exchange: null };
    const cause = sim.recorder.append({
      ...at,
      from: USER,
      to: KUBECTL,
      cause: null,
      payload: { protocol: 'input', kind: 'input', input },
    });
    const { client } = this;
    sim.process(KUBECTL)?.run(
      (function* () {
        for (let times = line === 'loop' ? 1_000_000 : 1; times > 0 && client !== null; times--)
          yield* client.call(SERVER, { protocol: 'cri', kind: 'request', rpc: 'Version', body: {} });
        const payload = { protocol: 'terminal', kind: 'output', stdout: `${line} done\n`, stderr: '', exit: 0 } as const;
        sim.recorder.append({ ...at, atUs: sim.now, receivedUs: sim.now, from: KUBECTL, to: USER, cause, payload });
      })(),
      cause,
    );
  }
}

type News = Exclude<FromWorker, { type: 'answer' }>;
class Page {
  readonly link: ClusterLink = createInProcessLink((run) => new SmallRun(run));
  heard: News[] = [];
  private wake: (() => void) | null = null;
  constructor() {
    this.link.subscribe((message) => {
      this.heard.push(message);
      this.wake?.();
    });
  }
  /** Waits until something that was heard from `from` on fits. */
  async until<M extends News>(fits: (message: News) => message is M, from = 0): Promise<M> {
    for (;;) {
      const found = this.heard.slice(from).find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => void (this.wake = resolve));
    }
  }
  state(state: RunState, from = 0) {
    return this.until((m): m is Extract<News, { type: 'status' }> => m.type === 'status' && m.state === state, from);
  }
  digest(from = 0) {
    return this.until((m): m is Extract<News, { type: 'status' }> => m.type === 'status' && m.digest !== null, from);
  }
  batches() {
    return this.heard.flatMap((message) => (message.type === 'batch' ? [message] : []));
  }
}
const opened = async (inputs: readonly TimedInput[] = []): Promise<Page> => {
  const page = new Page();
  page.link.send({ type: 'open', run: { ...RUN, inputs } });
  await page.digest();
  return page;
};

describe('a run behind a link', () => {
  test('is told completely: every record once, in columns, then rest with its digest', async () => {
    const page = await opened([{ when: 'rest', input: typed('one') }]);
    expect(page.heard[0]).toMatchObject({ type: 'opened' });
    const { records, digest } = await page.digest();
    expect(page.batches().reduce((next, { first, count }) => (expect(first).toBe(next), first + count), 0)).toBe(records);
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    const [batch] = page.batches();
    const { count = 0, columns = new ArrayBuffer(0) } = batch ?? {};
    const kinds = new Uint8Array(columns, count * 31, count);
    const flags = new Uint8Array(columns, count * 33, count);
    const input = kinds.indexOf(KINDS.indexOf('input'));
    expect(input).toBeGreaterThan(0);
    expect([...flags].map((flag) => (flag & FLAGS.boot) !== 0)).toEqual([...flags].map((_, seq) => seq < input));
    expect(page.heard.filter(({ type }) => type === 'terminal')).toEqual([
      {
        type: 'terminal',
        lines: [
          expect.objectContaining({ kind: 'input', text: 'one' }),
          { seq: records - 1, kind: 'stdout', text: 'one done\n', given: input },
          { seq: records - 1, kind: 'exit', text: '0', given: input },
        ],
      },
    ]);
    page.link.close();
  });

  test('goes on at its end with another input, and says what the run is now', async () => {
    const page = await opened([{ when: 'rest', input: typed('one') }]);
    const from = page.heard.length;
    page.link.send({ type: 'input', input: typed('two'), after: null });
    expect((await page.state('rest', from)).atUs).toBe(204 * MS);
    const extended = await page.until((m): m is Extract<News, { type: 'extended' }> => m.type === 'extended');
    expect(extended.run.inputs).toEqual([
      { when: 'rest', input: typed('one') },
      { when: 'rest', input: typed('two') },
    ]);
    page.link.close();
  });

  test('replays to a record and takes another way from there', async () => {
    const page = await opened([
      { when: 'rest', input: typed('one') },
      { when: 'rest', input: typed('two') },
    ]);
    const from = page.heard.length;
    page.link.send({ type: 'input', input: typed('other'), after: 4 });
    await page.state('rest', from);
    const branch = page.heard.slice(from).find((m) => m.type === 'opened');
    expect(branch).toMatchObject({
      run: {
        inputs: [
          { when: 'rest', input: typed('one') },
          { when: { atUs: expect.any(Number) }, input: typed('other') },
        ],
      },
    });
    page.link.close();
  });

  test('a run continued by hand is the same run when opened anew', async () => {
    const page = await opened([{ when: 'rest', input: typed('one') }]);
    let from = page.heard.length;
    page.link.send({ type: 'continue', us: 5 * SECOND });
    expect((await page.digest(from)).atUs).toBe(5 * SECOND + 102 * MS);
    from = page.heard.length;
    page.link.send({ type: 'input', input: typed('two'), after: null });
    const { digest } = await page.digest(from);
    const { run } = await page.until((m): m is Extract<News, { type: 'extended' }> => m.type === 'extended');
    const again = await opened(run.inputs);
    expect((await again.digest()).digest).toBe(digest);
    page.link.close();
    again.link.close();
  });

  test('that does not settle stops at its limit and says who is at work; it stops when told, and answers meanwhile', async () => {
    const page = await opened();
    page.link.send({ type: 'input', input: typed('loop'), after: null });
    expect(await page.state('limit')).toMatchObject({ why: 'server: 1' });
    const from = page.heard.length;
    page.link.send({ type: 'continue', us: 100_000 * SECOND });
    await page.state('running', from);
    const answer: Answer = await page.link.ask({ type: 'scene', seq: 3 });
    expect(answer).toMatchObject({ scene: { running: ['server', 'kubectl'] } });
    page.link.send({ type: 'stop' });
    expect((await page.state('stopped', from)).digest).toBeNull();
    page.link.close();
  });

  test('that gives way to the page pauses, and comes to the same end; what is given meanwhile is not kept waiting', async () => {
    const page = await opened();
    const from = page.heard.length;
    page.link.send({ type: 'input', input: typed('one'), after: null });
    page.link.send({ type: 'give-way' });
    const given = performance.now();
    await page.state('rest', from);
    expect(performance.now() - given).toBeGreaterThan(90);
    const { digest } = await page.digest(from);
    expect(digest).toBe((await (await opened([{ when: 'rest', input: typed('one') }])).digest()).digest);
    page.link.send({ type: 'continue', us: SECOND });
    page.link.send({ type: 'give-way' });
    const again = performance.now();
    page.link.send({ type: 'input', input: typed('two'), after: null });
    await page.state('rest', page.heard.length);
    expect(performance.now() - again).toBeLessThan(90);
    page.link.close();
  });

  test('that failed while it answered plays no further', async () => {
    const page = await opened();
    page.link.send({ type: 'input', input: typed('loop'), after: null });
    page.link.send({ type: 'continue', us: 100_000 * SECOND });
    await page.state('running');
    void page.link.ask({ type: 'interior', seq: 0, component: null as unknown as string });
    await page.until((m): m is Extract<News, { type: 'failed' }> => m.type === 'failed');
    const heard = page.heard.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(page.heard.length).toBe(heard);
    page.link.close();
  });

  test('a failure of ours is a report that holds the run', async () => {
    const page = await opened();
    page.link.send({ type: 'input', input: typed('fail'), after: null });
    const { report } = await page.until((m): m is Extract<News, { type: 'failed' }> => m.type === 'failed');
    expect(report).toContain('Error: ours');
    const run = JSON.parse(report.split('\n').at(-1) ?? '') as Run;
    expect(run.inputs).toEqual([{ when: 'rest', input: typed('fail') }]);
    page.link.send({ type: 'open', run: RUN });
    await page.state('rest', page.heard.length);
    page.link.close();
  });
});
