// The engines together, against a short recording: what a command does at the end and before it, and what the
// address says.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PLAIN_COMMAND } from '../share/link';
import { packer } from '../share/pack';
import type { ClusterLink, ToWorker } from '../worker/protocol';
import { type Address, createAddress } from './address';
import { createCommandLine } from './command-line';
import { createSession, type Session } from './session';
import { createShortLink } from './testing/short-link';

const FRESH = { model: 'm', cluster: { nodes: [], images: {}, registryBytesPerSecond: 1 }, seed: 1, inputs: [] };
const clock = {
  now: () => Date.now(),
  requestFrame: (callback: () => void) => setTimeout(callback, 16) as unknown as number,
  cancelFrame: (id: number) => clearTimeout(id),
  setTimer: (callback: () => void, ms: number) => setTimeout(callback, ms) as unknown as number,
  clearTimer: (id: number) => clearTimeout(id),
};

let sent: Exclude<ToWorker, { type: 'ask' }>[] = [];
let session: Session;

function spied(): ClusterLink {
  const link = createShortLink();
  return { ...link, send: (message) => (sent.push(message), link.send(message)) };
}
/** Whatever is asked is answered, and empty. */
const answered = (() => Promise.resolve({ scene: null, detail: null })) as unknown as ClusterLink['ask'];
function opened(hash: string): { readonly address: Address; readonly bar: { hash: string } } {
  const bar = { hash };
  const address = createAddress({
    session,
    bar: { hash: () => bar.hash, replace: (next) => (bar.hash = next), onChange: () => () => undefined },
    sights: { get: () => ({}), show: () => undefined, subscribe: () => () => undefined },
    freshRun: FRESH,
    setTimer: clock.setTimer,
    loadPacker: () => Promise.resolve(packer),
  });
  return { address, bar };
}

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  session = createSession({ link: spied, clock, travels: () => true });
});
afterEach(() => {
  session.destroy();
  vi.useRealTimers();
});

describe('the page without its looks', () => {
  test('the start page has the command typed; sending it plays the first message', async () => {
    opened('');
    const line = createCommandLine(session);
    expect(line.text.get()).toBe(PLAIN_COMMAND);
    await vi.advanceTimersByTimeAsync(100);
    expect(line.submit()).toBe(true);
    await vi.advanceTimersByTimeAsync(200);
    expect(session.columns.header(session.player.cursor.get().seq)?.kind).toBe('input');
    expect(session.player.mode.get().playing).toBe(true);
  });

  test('a command sent while the cluster starts is played once it is ready', async () => {
    opened('');
    createCommandLine(session).submit();
    await vi.advanceTimersByTimeAsync(300);
    expect(session.player.cursor.get().seq).toBeGreaterThan(0);
  });

  test('the address is a link to the moment, and opens there', async () => {
    const { bar } = opened('');
    await vi.advanceTimersByTimeAsync(100);
    session.command(PLAIN_COMMAND, null);
    await vi.advanceTimersByTimeAsync(100);
    session.player.end();
    session.player.seek(session.steps.get().find(({ chapter, occurrence }) => chapter === 'Schedule' && occurrence === 1)?.seq ?? -1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(bar.hash).toBe('#/create-deployment?at=schedule.1');
  });

  test('on the way to the moment of a link the page is not told of each growth; once there, of all of it', async () => {
    session.destroy();
    session = createSession({ link: () => ({ ...spied(), ask: answered }), clock, travels: () => true });
    opened('#/create-deployment?at=schedule.1');
    let told = 0;
    session.grown.subscribe(() => told++);
    while (session.goal.get() !== null) {
      expect(told).toBe(0);
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(told).toBe(1);
    expect(sent.at(-1)).toEqual({ type: 'give-way' });
    expect(session.stepAt(session.player.cursor.get().seq)).toMatchObject({ chapter: 'Schedule' });
  });

  test('a branch plays on from its moment: the cluster does not pause for that', async () => {
    session.destroy();
    session = createSession({ link: () => ({ ...spied(), ask: answered }), clock, travels: () => true });
    opened('');
    await vi.advanceTimersByTimeAsync(100);
    session.command(PLAIN_COMMAND, null);
    await vi.advanceTimersByTimeAsync(100);
    session.player.end();
    session.player.seek(session.list().at(1));
    session.command('kubectl get pods', null);
    expect(session.goal.get()).not.toBeNull();
    await vi.advanceTimersByTimeAsync(100);
    expect(session.goal.get()).toBeNull();
    expect(session.player.mode.get().playing).toBe(true);
    expect(sent.at(-1)?.type).toBe('input');
  });

  test('whoever goes on elsewhere does so from this very moment', async () => {
    const { address } = opened('');
    await vi.advanceTimersByTimeAsync(100);
    session.command(PLAIN_COMMAND, null);
    await vi.advanceTimersByTimeAsync(100);
    session.player.end();
    session.player.seek(session.steps.get().find(({ chapter, occurrence }) => chapter === 'Schedule' && occurrence === 1)?.seq ?? -1);
    expect(address.settle()).toBe('#/create-deployment?at=schedule.1');
  });

  test('a damaged link says so and gives the start page', async () => {
    const { address, bar } = opened('#run=1.broken');
    await vi.advanceTimersByTimeAsync(100);
    expect(address.problem.get()).toBe('damaged');
    expect(session.inputs.get()).toEqual([]);
    expect(bar.hash).toBe('');
  });

  test('at the end a command goes on; before it, it begins another future that can be undone', async () => {
    opened('');
    await vi.advanceTimersByTimeAsync(100);
    session.command(PLAIN_COMMAND, null);
    await vi.advanceTimersByTimeAsync(100);
    session.player.end();
    session.command('kubectl get pods', null);
    expect(sent.at(-1)).toMatchObject({ type: 'input', after: null });
    await vi.advanceTimersByTimeAsync(100);
    const seq = session.list().at(3);
    session.player.end();
    session.prepare();
    expect(sent.at(-1)).toMatchObject({ type: 'input' });
    session.player.seek(seq);
    session.prepare();
    expect(sent.at(-1)).toEqual({ type: 'prepare', after: seq });
    session.command('kubectl delete pod x', null);
    expect(sent.at(-1)).toMatchObject({ type: 'input', after: seq });
    session.takeUpReplaced();
    expect(sent.at(-1)).toMatchObject({
      type: 'open',
      run: { inputs: [{ input: { line: PLAIN_COMMAND } }, { input: { line: 'kubectl get pods' } }] },
    });
  });

  test('a command while the end that nobody saw is played joins what is to come: no future was lost', async () => {
    opened('');
    await vi.advanceTimersByTimeAsync(100);
    session.command(PLAIN_COMMAND, null);
    await vi.advanceTimersByTimeAsync(100);
    expect(session.player.mode.get().playing).toBe(true);
    const { seq } = session.player.cursor.get();
    session.command('kubectl get pods', null);
    expect(sent.at(-1)).toMatchObject({ type: 'input', after: seq });
    expect(session.replaced.get()).toBeNull();
    await vi.advanceTimersByTimeAsync(100);
    session.player.end();
    session.player.seek(session.list().at(3));
    session.player.play();
    const again = session.player.cursor.get().seq;
    session.command('kubectl get nodes', null);
    expect(session.replaced.get()).toMatchObject({ seq: again });
  });

  test('pasted commands are all given, pasted YAML waits for its command', async () => {
    opened('');
    const line = createCommandLine(session);
    await vi.advanceTimersByTimeAsync(100);
    expect(line.paste('kubectl get pods\n$ kubectl get nodes\n')).toBe(true);
    expect(sent.slice(1)).toMatchObject([{ input: { line: 'kubectl get pods' } }, { input: { line: 'kubectl get nodes' } }]);
    expect(line.paste('apiVersion: v1\nkind: Pod\n')).toBe(true);
    expect(line.text.get()).toBe('kubectl apply -f -');
    expect(line.submit()).toBe(true);
    expect(sent.at(-1)).toMatchObject({ input: { line: 'kubectl apply -f -', stdin: 'apiVersion: v1\nkind: Pod\n' } });
  });

  test.each(['kubectl apply -f - <<EOF\nkind: Pod\nEOF\n', "$ cat <<'END' | kubectl apply -f -\nkind: Pod\n  END"])(
    'of a pasted here-document %j the manifest is taken',
    (pasted) => {
      opened('');
      const line = createCommandLine(session);
      expect(line.paste(pasted)).toBe(true);
      expect(line.manifest.get()).toBe('kind: Pod\n');
    },
  );

  test('a pasted command may go on in the next line', async () => {
    opened('');
    const line = createCommandLine(session);
    await vi.advanceTimersByTimeAsync(100);
    expect(line.paste('kubectl create deployment test \\\n  --image=nginx\n')).toBe(true);
    expect(sent.at(-1)).toMatchObject({ input: { line: 'kubectl create deployment test --image=nginx' } });
  });

  test('a command that reads a manifest asks for it', () => {
    const line = createCommandLine(session);
    line.write('kubectl create -f -');
    expect(line.submit()).toBe(false);
    expect(line.manifest.get()).toBe('');
    expect(line.submit()).toBe(false);
    expect(line.problem.get()).toBe('needs-manifest');
  });

  test('from the end, play begins anew', async () => {
    opened('');
    await vi.advanceTimersByTimeAsync(100);
    session.command(PLAIN_COMMAND, null);
    await vi.advanceTimersByTimeAsync(100);
    session.player.end();
    session.player.play();
    expect(session.player.cursor.get().seq).toBe(session.list().at(0));
  });

  test('play pauses at a breakpoint, and goes on from there', async () => {
    opened('');
    const line = createCommandLine(session);
    await vi.advanceTimersByTimeAsync(100);
    session.setLevel('messages');
    line.submit();
    const stop = 3 + 4;
    session.player.stops.set(new Set([stop]));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(session.player.cursor.get()).toEqual({ seq: stop, arrived: true });
    expect(session.player.mode.get().playing).toBe(false);
    session.player.play();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(session.atEnd()).toBe(true);
  });

  test('by exchange, an answer is passed over with what it answers, however much came between', async () => {
    opened('');
    const line = createCommandLine(session);
    await vi.advanceTimersByTimeAsync(100);
    line.submit();
    await vi.advanceTimersByTimeAsync(100);
    session.setLevel('messages');
    session.player.home();
    const kinds: string[] = [];
    for (let i = 0; i < 7; i++) {
      session.player.next('exchange');
      kinds.push(session.columns.header(session.player.cursor.get().seq)?.kind ?? '');
    }
    expect(kinds).toEqual(['input', 'request', 'request', 'output', 'watch-delivery', 'request', 'request']);
    session.player.previous('exchange');
    session.player.previous('exchange');
    expect(session.columns.header(session.player.cursor.get().seq)?.kind).toBe('watch-delivery');
  });

  test('a question that cannot be answered is told as a failure, and nobody need catch it', async () => {
    const broken = createSession({
      link: () => ({ ...createShortLink(), ask: () => Promise.reject(new Error('gone')) }),
      clock,
      travels: () => true,
    });
    let answered = false;
    void broken.ask({ type: 'objects', seq: 0 }).then(() => {
      answered = true;
    });
    await vi.advanceTimersByTimeAsync(10);
    expect(broken.failure.get()).toContain('gone');
    expect(answered).toBe(false);
    broken.destroy();
  });
});
