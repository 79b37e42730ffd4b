// The host with the real cluster: its page hears the run that the command line has, and a branch shares its past.
import { expect, test } from 'vitest';
import { defaultRun } from '../cluster/default-run';
import { Runner } from '../cluster/runner';
import type { Input } from '../wire/run';
import { createInProcessLink } from './in-process';
import type { ClusterLink, FromWorker, RunStatus } from './protocol';

const typed = (line: string): Input => ({ type: 'kubectl', line });
const CREATE = typed('kubectl create deployment test --image=nginx');

/** Waits until the run stands still and was hashed; also the steps heard on the way. */
function settled(link: ClusterLink): Promise<{ readonly status: RunStatus; readonly messages: readonly FromWorker[] }> {
  const messages: FromWorker[] = [];
  return new Promise((resolve) => {
    const stop = link.subscribe((message) => {
      messages.push(message);
      if (message.type !== 'status' || message.digest === null) return;
      stop();
      resolve({ status: message, messages });
    });
  });
}

test.each([
  { ahead: false, prepared: false },
  { ahead: true, prepared: false },
  { ahead: true, prepared: true },
])(
  'a run behind a link is the run itself, and a branch is another future of the same past; $ahead, $prepared',
  async ({ ahead, prepared }) => {
    const link = createInProcessLink((run) => new Runner(run), ahead);
    const whole = settled(link);
    link.send({ type: 'open', run: { ...defaultRun(1), inputs: [{ when: 'rest', input: CREATE }] } });
    const { status, messages } = await whole;
    const alone = new Runner({ ...defaultRun(1), inputs: [{ when: 'rest', input: CREATE }] });
    alone.finish();
    expect(status).toMatchObject({ state: 'rest', digest: alone.cluster.sim.recorder.digest(), crashes: [] });

    const after = messages.flatMap((message) => (message.type === 'steps' ? message.steps : [])).find(({ told }) => told === 9)?.seq ?? -1;
    const past = Array.from({ length: 50 }, (_, i) => after - i);
    const { lines: before } = await link.ask({ type: 'lines', seqs: past });
    if (prepared) {
      link.send({ type: 'prepare', after: after - 1_000 });
      link.send({ type: 'prepare', after });
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    const branched = settled(link);
    link.send({ type: 'input', input: typed('kubectl get pods'), after });
    const branch = await branched;
    expect(branch.messages[0]).toMatchObject({
      type: 'opened',
      run: { inputs: [{ input: CREATE }, { when: { atUs: expect.any(Number) } }] },
    });
    expect((await link.ask({ type: 'lines', seqs: past })).lines).toEqual(before);
    const again = new Runner((branch.messages[0] as Extract<FromWorker, { type: 'opened' }>).run);
    again.finish();
    expect(branch.status.digest).toBe(again.cluster.sim.recorder.digest());
    expect(branch.status.digest).not.toBe(status.digest);
    const printed = branch.messages
      .flatMap((message) => (message.type === 'terminal' ? message.lines : []))
      .filter(({ kind }) => kind === 'stdout');
    expect(printed.map(({ text }) => text).join('')).toMatch(/test-\S+ +0\/1 +(Pending|ContainerCreating) /);
    link.close();
  },
);
