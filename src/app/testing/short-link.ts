// A ClusterLink without a cluster: a short made-up recording, for tests of the page's engines. The first
// command is a Deployment's story, any other an unknown command.
import type { Run } from '../../wire/run';
import { type ClusterLink, COLUMNS, FLAGS, type FromWorker, KINDS, PROTOCOLS, type Step, type ToWorker } from '../../worker/protocol';

type Told = Exclude<FromWorker, { type: 'answer' }>;
type Row = readonly [kind: (typeof KINDS)[number], from: string, to: string, chapter: string | null];

const BOOT: readonly Row[] = [
  ['inside', 'kubeadm', 'kubeadm', 'Boot'],
  ['request', 'kubelet/node-1', 'kube-apiserver', null],
  ['response', 'kube-apiserver', 'kubelet/node-1', null],
];
const STORY: readonly Row[] = [
  ['input', 'user', 'kubectl', null],
  ['request', 'kubectl', 'kube-apiserver', 'Request'],
  ['request', 'kube-apiserver', 'etcd', 'Persist'],
  ['response', 'kube-apiserver', 'kubectl', null],
  ['output', 'kubectl', 'user', null],
  ['watch-delivery', 'kube-apiserver', 'kube-scheduler', 'Notify'],
  ['request', 'kube-scheduler', 'kube-apiserver', 'Schedule'],
  ['response', 'kube-apiserver', 'kube-scheduler', null],
  ['request', 'kubelet/node-1', 'kube-apiserver', 'Loop'],
];
const REFUSED: readonly Row[] = [
  ['input', 'user', 'kubectl', null],
  ['output', 'kubectl', 'user', null],
];
const TURN_MS = 20;

export function createShortLink(): ClusterLink {
  const hearers = new Set<(message: Told) => void>();
  let run: Run | null = null;
  let records = 0;
  let texts: string[] = [''];
  let turn: Promise<void> = Promise.resolve();
  const say = (...messages: Told[]): void => {
    for (const message of messages) for (const hear of [...hearers]) hear(message);
  };
  const soon = (action: () => void): void => {
    turn = turn.then(() => new Promise((resolve) => setTimeout(() => resolve(action()), TURN_MS)));
  };

  function record(rows: readonly Row[], boot: boolean, state: 'rest' | 'running' = 'rest'): void {
    const first = records;
    const fresh: string[] = first === 0 ? [''] : [];
    const text = (value: string): number => {
      if (!texts.includes(value)) fresh.push(value), (texts = [...texts, value]);
      return texts.indexOf(value);
    };
    const values: { readonly [name in keyof typeof COLUMNS]: (row: Row, seq: number) => number } = {
      atUs: (_, seq) => seq * 1000,
      receivedUs: (_, seq) => seq * 1000 + 500,
      exchange: (_, seq) => seq,
      cause: (_, seq) => seq - 1,
      from: ([, from]) => text(from),
      to: ([, , to]) => text(to),
      actor: () => 0,
      protocol: () => PROTOCOLS.indexOf('http'),
      kind: ([kind]) => KINDS.indexOf(kind),
      level: ([kind]) => (kind === 'input' || kind === 'output' ? 0 : 1),
      flags: () => (boot ? FLAGS.boot : 0),
    };
    const size = Object.values(COLUMNS).reduce((sum, column) => sum + column.BYTES_PER_ELEMENT, 0);
    const columns = new ArrayBuffer(size * rows.length);
    let offset = 0;
    for (const [name, Column] of Object.entries(COLUMNS)) {
      const column = new Column(columns, offset, rows.length);
      rows.forEach((row, i) => {
        column[i] = values[name as keyof typeof COLUMNS](row, first + i);
      });
      offset += column.byteLength;
    }
    records += rows.length;
    const steps = rows.flatMap(([, from, to, chapter], i): Step[] =>
      chapter === null
        ? []
        : [{ seq: first + i, chapter: chapter as Step['chapter'], occurrence: 1, told: null, sentence: `${from} -> ${to}: hello` }],
    );
    say({ type: 'batch', first, count: rows.length, columns, texts: fresh }, { type: 'steps', steps }, status(state));
  }
  const status = (state: 'rest' | 'running'): Told => ({
    type: 'status',
    state,
    atUs: records * 1000,
    records,
    digest: null,
    crashes: [],
    why: null,
  });

  function obey(message: Exclude<ToWorker, { type: 'ask' }>): void {
    if (message.type === 'open') {
      run = message.run;
      records = 0;
      texts = [''];
      say({ type: 'opened', run });
      record(BOOT, true, message.run.inputs.length > 0 ? 'running' : 'rest');
      message.run.inputs.forEach((_, i) => soon(() => record(i === 0 ? STORY : REFUSED, false)));
    } else if (message.type === 'input' && run !== null) {
      const first = run.inputs.length === 0;
      run = { ...run, inputs: [...run.inputs, { when: 'rest', input: message.input }] };
      say({ type: 'extended', run }, status('running'));
      record(first ? STORY : REFUSED, false);
    }
  }
  return {
    send: (message) => soon(() => obey(message)),
    ask: () => new Promise(() => undefined),
    subscribe(hear) {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    close: () => hearers.clear(),
  };
}
