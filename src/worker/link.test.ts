// The page's link over a worker that a test plays.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Run } from '../wire/run';
import type { Carrier } from './connection';
import { createWorkerLink } from './link';
import type { FromWorker, RunStatus, ToWorker } from './protocol';

const RUN: Run = { model: 'test', cluster: { nodes: [], images: {}, registryBytesPerSecond: 1 }, seed: 1, inputs: [] };
const STATUS: RunStatus = { type: 'status', state: 'rest', atUs: 0, records: 0, digest: null, crashes: [], why: null };

class FakeWorker {
  static made: FakeWorker[] = [];
  static forbidden = false;
  readonly told: ToWorker[] = [];
  terminated = false;
  onmessage: ((event: { data: FromWorker }) => void) | null = null;
  onerror: ((event: { message: string; preventDefault(): void }) => void) | null = null;
  constructor() {
    if (FakeWorker.forbidden) throw new Error('no workers here');
    FakeWorker.made.push(this);
  }
  postMessage(message: ToWorker): void {
    this.told.push(message);
  }
  terminate(): void {
    this.terminated = true;
  }
  say(data: FromWorker): void {
    this.onmessage?.({ data });
  }
}

const toldHere: ToWorker[] = [];
const hostHere = (hear: (message: FromWorker) => void): Carrier => ({
  post(message) {
    toldHere.push(message);
    hear(STATUS);
  },
  end() {},
});

function opened() {
  const heard: FromWorker[] = [];
  const link = createWorkerLink(() => Promise.resolve(hostHere));
  link.subscribe((message) => heard.push(message));
  link.send({ type: 'open', run: RUN });
  return { link, heard, worker: FakeWorker.made[0] as FakeWorker };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('Worker', FakeWorker);
});
afterEach(() => {
  FakeWorker.made = [];
  FakeWorker.forbidden = false;
  toldHere.length = 0;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a worker that is watched', () => {
  test('answers questions by their number, in any order', async () => {
    const { link, worker } = opened();
    const [first, second] = [link.ask({ type: 'lines', seqs: [1] }), link.ask({ type: 'objects', seq: 2 })];
    const ids = worker.told.flatMap((message) => (message.type === 'ask' ? [message.id] : []));
    worker.say({ type: 'answer', id: ids[1] ?? -1, answer: { type: 'objects', objects: [] } });
    worker.say({ type: 'answer', id: ids[0] ?? -1, answer: { type: 'lines', lines: [] } });
    expect([(await first).type, (await second).type]).toEqual(['lines', 'objects']);
  });

  test('that falls silent is given up, with a report that holds the run', () => {
    const { heard, worker } = opened();
    worker.say({ type: 'opened', run: { ...RUN, seed: 7 } });
    vi.advanceTimersByTime(30_000);
    expect(worker.terminated).toBe(true);
    const failed = heard.find(({ type }) => type === 'failed');
    expect(failed).toMatchObject({ report: expect.stringContaining('"seed":7') });
  });

  test('that answers its pings is left alone, however long it works', () => {
    const { heard, worker } = opened();
    worker.postMessage = (message) => {
      if (message.type === 'ask') worker.say({ type: 'answer', id: message.id, answer: { type: 'lines', lines: [] } });
    };
    vi.advanceTimersByTime(120_000);
    expect(worker.terminated).toBe(false);
    expect(heard).toEqual([]);
  });

  test('is not asked for a sign of life while it owes nothing', () => {
    const { link, worker } = opened();
    worker.say(STATUS);
    link.send({ type: 'prepare', after: 3 });
    vi.advanceTimersByTime(60_000);
    expect(worker.told.filter(({ type }) => type === 'ask')).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that breaks after it spoke is a failure', () => {
    const { heard, worker } = opened();
    worker.say(STATUS);
    worker.onerror?.({ message: 'out of memory', preventDefault() {} });
    expect(heard.at(-1)).toMatchObject({ type: 'failed', report: expect.stringContaining('out of memory') });
  });
});

describe('where workers are forbidden the cluster runs here', () => {
  test('if none can be made', async () => {
    FakeWorker.forbidden = true;
    const { heard } = opened();
    await vi.waitFor(() => expect(heard).toEqual([STATUS]));
    expect(toldHere).toEqual([{ type: 'open', run: RUN }]);
  });

  test('if it fails before its first word: what it was told is told again', async () => {
    const { link, heard, worker } = opened();
    worker.onerror?.({ message: 'blocked', preventDefault() {} });
    link.send({ type: 'stop' });
    await vi.waitFor(() => expect(heard).toEqual([STATUS, STATUS]));
    expect(toldHere).toEqual([{ type: 'open', run: RUN }, { type: 'stop' }]);
  });
});
