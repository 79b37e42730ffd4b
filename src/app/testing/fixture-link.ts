// A ClusterLink without a cluster: a short synthetic recording of `kubectl create deployment`, for tests
// of the page's engines.
import type { Json } from '../../base/json';
import type { Run } from '../../wire/run';
import {
  type Answer,
  type ClusterLink,
  COLUMNS,
  type Detail,
  type FromWorker,
  KINDS,
  type Line,
  PROTOCOLS,
  type Question,
  type SceneFacts,
  type Step,
  type TerminalLine,
} from '../../worker/protocol';

interface Rec {
  seq: number;
  at: number;
  recv: number;
  from: string;
  to: string;
  actor: string;
  protocol: (typeof PROTOCOLS)[number];
  kind: (typeof KINDS)[number];
  level: number;
  exchange: number;
  cause: number;
  boot: boolean;
  failed: boolean;
  write: boolean;
  summary: string;
  sentence: string;
  chips: string[];
  payload: Json;
  fx?: (s: Facts) => void;
}
interface Facts {
  rev: number;
  last: { revision: number; key: string; deleted: boolean }[];
  pods: { name: string; node: string | null; status: string; ip: string | null }[];
  queues: Record<string, number>;
}

function script(): { records: Rec[]; steps: Step[]; bootEnd: number } {
  const records: Rec[] = [];
  const steps: Step[] = [];
  const occurrences: Record<string, number> = {};
  let t = 0;
  let boot = true;
  let bootEnd = 0;
  const push = (r: Partial<Rec> & { from: string; to: string }): number => {
    const seq = records.length;
    records.push({
      seq,
      at: t,
      recv: t + 700,
      actor: '',
      protocol: 'http',
      kind: 'request',
      level: 1,
      exchange: seq,
      cause: seq - 1,
      boot,
      failed: false,
      write: false,
      summary: '',
      sentence: '',
      chips: [],
      payload: {},
      ...r,
    });
    t += 1000;
    return seq;
  };
  const step = (chapter: string, told: number | null, seq: number): number => {
    occurrences[chapter] = (occurrences[chapter] ?? 0) + 1;
    steps.push({ seq, chapter, occurrence: occurrences[chapter], told, sentence: (records[seq] as Rec).sentence });
    return seq;
  };
  const call = (from: string, to: string, method: string, path: string, code: number, extra: Partial<Rec> = {}): [number, () => number] => {
    const who = extra.actor || from.replace('/', ' on ');
    const request = push({
      from,
      to,
      write: method !== 'GET',
      summary: `${method} ${path}`,
      sentence: `${who} -> ${to.replace('/', ' on ')}: ${method.toLowerCase()} ${path.split('/').pop()?.split('?')[0]}, because its watch told it of a change.`,
      chips: [`${method} ${path.split('?')[0]}`],
      payload: {
        protocol: 'http',
        kind: 'request',
        method,
        path,
        headers: { accept: 'application/json', 'user-agent': `${who}/v1.36.2 (linux/amd64) kubernetes/0000000` },
        body: {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'test', labels: { app: 'test' } },
          spec: {
            replicas: 1,
            selector: { matchLabels: { app: 'test' } },
            template: { metadata: { labels: { app: 'test' } }, spec: { containers: [{ name: 'nginx', image: 'nginx', resources: {} }] } },
          },
        },
      },
      ...extra,
    });
    return [
      request,
      () =>
        push({
          from: to,
          to: from,
          protocol: extra.protocol ?? 'http',
          kind: 'response',
          exchange: request,
          cause: request,
          failed: code >= 400,
          summary: String(code),
          sentence: `${to.replace('/', ' on ')} -> ${who}: ${code}, done.`,
          chips: [String(code)],
          payload: {
            protocol: 'http',
            kind: 'response',
            status: code,
            headers: { 'content-type': 'application/json' },
            body: { kind: 'Deployment', metadata: { name: 'test', uid: '4d7c1c05', resourceVersion: '1305', generation: 1 } },
          },
        }),
    ];
  };
  const store = (key: string): number => {
    const [seq, answer] = call('kube-apiserver', 'etcd', 'Txn', key, 200, {
      protocol: 'etcd',
      write: true,
      summary: `Txn put ${key} if mod_revision = 0`,
      sentence: `kube-apiserver -> etcd: write ${key} if nobody changed it meanwhile, because a client asked for it.`,
      chips: ['Txn', key],
      fx: (s) => {
        s.rev++;
        s.last = [...s.last, { revision: s.rev, key, deleted: false }].slice(-8);
      },
    });
    answer();
    return seq;
  };
  const deliver = (to: string, what: string, fx?: (s: Facts) => void): number =>
    push({
      from: 'kube-apiserver',
      to,
      kind: 'watch-delivery',
      exchange: 3,
      sentence: `kube-apiserver -> ${to.replace('/', ' on ')}: there is a new ${what}, because etcd told it of the change.`,
      summary: `ADDED ${what}`,
      chips: ['ADDED', what],
      ...(fx ? { fx } : {}),
    });

  step(
    'Boot',
    null,
    push({
      from: 'kubeadm',
      to: 'kubelet/control-plane',
      sentence: 'The cluster starts: static pods, registration, first leases.',
      protocol: 'inside',
      kind: 'inside',
      level: 3,
    }),
  );
  for (let i = 0; i < 12; i++) {
    const [, answer] = call('kubelet/node-1', 'kube-apiserver', 'GET', `/api/v1/nodes/node-${i}`, 200);
    answer();
  }
  boot = false;
  bootEnd = records.length;
  push({
    from: 'user',
    to: 'kubectl',
    protocol: 'input',
    kind: 'input',
    level: 0,
    cause: -1,
    summary: 'kubectl create deployment test --image=nginx',
    sentence: 'user -> kubectl: typed `kubectl create deployment test --image=nginx`.',
    chips: ['Enter'],
  });
  const [post, answered] = call(
    'kubectl',
    'kube-apiserver',
    'POST',
    '/apis/apps/v1/namespaces/default/deployments?fieldManager=kubectl-create&fieldValidation=Strict',
    201,
    {
      sentence: 'kubectl -> kube-apiserver: create Deployment test, because you typed the command.',
      chips: ['POST /apis/apps/v1/namespaces/default/deployments', 'JSON body'],
    },
  );
  step('Request', 1, post);
  step(
    'Admit',
    null,
    push({
      from: 'kube-apiserver',
      to: 'kube-apiserver',
      protocol: 'inside',
      kind: 'inside',
      level: 3,
      summary: 'chain',
      sentence: "kube-apiserver: who is it, may they, is it valid? kubectl's request passes authentication, authorization and admission.",
    }),
  );
  step('Persist', 2, store('/registry/deployments/default/test'));
  answered();
  push({
    from: 'kubectl',
    to: 'user',
    protocol: 'terminal',
    kind: 'output',
    level: 0,
    summary: 'deployment.apps/test created',
    sentence: 'kubectl -> user: is done and exits with 0.',
    chips: ['exit 0'],
  });
  step(
    'Notify',
    3,
    deliver('kube-controller-manager', 'Deployment test', (s) => {
      s.queues.deployment = 1;
    }),
  );
  const [rs, rsAnswer] = call('kube-controller-manager', 'kube-apiserver', 'POST', '/apis/apps/v1/namespaces/default/replicasets', 201, {
    actor: 'deployment-controller',
  });
  step('Reconcile', 5, rs);
  step('Persist', null, store('/registry/replicasets/default/test-7d7f9b7ffc'));
  rsAnswer();
  step(
    'Notify',
    null,
    deliver('kube-controller-manager', 'ReplicaSet test-7d7f9b7ffc', (s) => {
      s.queues.replicaset = 1;
      s.queues.deployment = 0;
    }),
  );
  const [conflict, conflictAnswer] = call(
    'kube-controller-manager',
    'kube-apiserver',
    'PUT',
    '/apis/apps/v1/namespaces/default/deployments/test/status',
    409,
    { actor: 'deployment-controller' },
  );
  step('Report', null, conflict);
  conflictAnswer();
  const [pod, podAnswer] = call('kube-controller-manager', 'kube-apiserver', 'POST', '/api/v1/namespaces/default/pods', 201, {
    actor: 'replicaset-controller',
  });
  step('Reconcile', 6, pod);
  step('Persist', 7, store('/registry/pods/default/test-7d7f9b7ffc-vlkcb'));
  podAnswer();
  step('Notify', 8, deliver('kube-scheduler', 'Pod test-7d7f9b7ffc-vlkcb'));
  step(
    'Schedule',
    null,
    push({
      from: 'kube-scheduler',
      to: 'kube-scheduler',
      protocol: 'inside',
      kind: 'inside',
      level: 3,
      sentence: 'kube-scheduler: weighed the nodes for default/test-7d7f9b7ffc-vlkcb and chose node-2.',
    }),
  );
  const [bind, bindAnswer] = call(
    'kube-scheduler',
    'kube-apiserver',
    'POST',
    '/api/v1/namespaces/default/pods/test-7d7f9b7ffc-vlkcb/binding',
    201,
  );
  step('Schedule', 9, bind);
  step('Persist', null, store('/registry/pods/default/test-7d7f9b7ffc-vlkcb'));
  bindAnswer();
  step(
    'Notify',
    10,
    deliver('kubelet/node-2', 'Pod test-7d7f9b7ffc-vlkcb', (s) => {
      s.pods.push({ name: 'test-7d7f9b7ffc-vlkcb', node: 'node-2', status: 'ContainerCreating', ip: null });
    }),
  );
  const [token, tokenAnswer] = call(
    'kubelet/node-2',
    'kube-apiserver',
    'POST',
    '/api/v1/namespaces/default/serviceaccounts/default/token',
    201,
  );
  step('Run', 12, token);
  tokenAnswer();
  for (const rpc of ['RunPodSandbox', 'PullImage', 'CreateContainer', 'StartContainer']) {
    const [seq, done] = call('kubelet/node-2', 'containerd/node-2', 'cri', rpc, 0, { protocol: 'cri', summary: rpc, chips: [rpc] });
    step('Run', 13, seq);
    if (rpc === 'RunPodSandbox') {
      const [, cni] = call('containerd/node-2', 'cni/node-2', 'ADD', 'ADD', 0, { protocol: 'cni' });
      cni();
    }
    if (rpc === 'PullImage') {
      const [, pull] = call('containerd/node-2', 'registry', 'GET', '/v2/library/nginx/manifests/latest', 200, { protocol: 'registry' });
      pull();
    }
    if (rpc === 'StartContainer') {
      const [, runc] = call('containerd/node-2', 'runc/node-2', 'start', 'start', 0, {
        protocol: 'runc',
        fx: (s) => {
          for (const p of s.pods) (p.status = 'Running'), (p.ip = '10.244.1.4');
        },
      });
      runc();
    }
    done();
  }
  const [patch, patched] = call(
    'kubelet/node-2',
    'kube-apiserver',
    'PATCH',
    '/api/v1/namespaces/default/pods/test-7d7f9b7ffc-vlkcb/status',
    200,
  );
  step('Report', 15, patch);
  step('Persist', 16, store('/registry/pods/default/test-7d7f9b7ffc-vlkcb'));
  patched();
  const [lease, leaseAnswer] = call(
    'kubelet/node-1',
    'kube-apiserver',
    'PUT',
    '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-1',
    200,
    { level: 2 },
  );
  step('Loop', 17, lease);
  leaseAnswer();
  return { records, steps, bootEnd };
}

export function createFixtureLink(): ClusterLink {
  const { records, steps, bootEnd } = script();
  const hearers = new Set<(message: Exclude<FromWorker, { type: 'answer' }>) => void>();
  const say = (message: Exclude<FromWorker, { type: 'answer' }>): void => {
    for (const hear of hearers) hear(message);
  };
  const texts = [''];
  let said = 0;
  const text = (value: string): number => (texts.includes(value) ? texts.indexOf(value) : texts.push(value) - 1);
  const batch = (from: number, to: number): void => {
    const part = records.slice(from, to);
    const values: Record<keyof typeof COLUMNS, (r: Rec) => number> = {
      atUs: (r) => r.at,
      receivedUs: (r) => r.recv,
      exchange: (r) => r.exchange,
      cause: (r) => r.cause,
      from: (r) => text(r.from),
      to: (r) => text(r.to),
      actor: (r) => text(r.actor),
      protocol: (r) => PROTOCOLS.indexOf(r.protocol),
      kind: (r) => KINDS.indexOf(r.kind),
      level: (r) => r.level,
      flags: (r) => (r.failed ? 1 : 0) | (r.write ? 2 : 0) | (r.boot ? 4 : 0),
    };
    const buffer = new ArrayBuffer(part.length * 34);
    let offset = 0;
    for (const [name, make] of Object.entries(COLUMNS)) {
      const column = new make(buffer, offset, part.length);
      part.forEach((r, i) => {
        column[i] = values[name as keyof typeof COLUMNS](r);
      });
      offset += column.byteLength;
    }
    say({ type: 'batch', first: from, count: part.length, columns: buffer, texts: texts.slice(said) });
    said = texts.length;
  };
  const line = (r: Rec): Line => ({ seq: r.seq, summary: r.summary, sentence: r.sentence, chips: r.chips, object: null });
  const status = (state: 'rest' | 'booting' | 'running', count: number) =>
    say({
      type: 'status',
      state,
      atUs: records[count - 1]?.at ?? 0,
      records: count,
      digest: state === 'rest' ? 'feedbeef' : null,
      crashes: [],
      why: null,
    });
  let given = false;
  let run: Run = { model: '', cluster: { nodes: [], images: {}, registryBytesPerSecond: 1 }, seed: 1, inputs: [] };

  const answer = (q: Question): Answer => {
    const record = 'seq' in q ? records[q.seq] : undefined;
    if (q.type === 'lines') return { type: 'lines', lines: q.seqs.flatMap((seq) => (records[seq] ? [line(records[seq])] : [])) };
    if (q.type === 'scene') return { type: 'scene', scene: scene(records, q.seq) };
    if (q.type === 'detail') return { type: 'detail', detail: record ? detail(records, record, line) : null };
    if (q.type === 'transcript') return { type: 'transcript', lines: steps.map((s) => ({ ...s, atUs: records[s.seq]?.at ?? 0 })) };
    if (q.type === 'objects') return { type: 'objects', objects: [] };
    return { type: 'interior', interior: null };
  };
  return {
    send(message) {
      if (message.type === 'open')
        setTimeout(() => {
          given = false;
          run = message.run;
          say({ type: 'opened', run: message.run });
          status('booting', 0);
          batch(0, bootEnd);
          status('rest', bootEnd);
        }, 30);
      if (message.type === 'input')
        setTimeout(() => {
          const typed = message.input.type === 'kubectl' ? message.input.line : 'fault';
          const lines: TerminalLine[] = [
            { seq: bootEnd, kind: 'input', text: typed },
            { seq: bootEnd + 5, kind: 'stdout', text: 'deployment.apps/test created\n' },
            { seq: bootEnd + 5, kind: 'exit', text: '0' },
          ];
          if (given) {
            say({ type: 'extended', run: { ...run, inputs: [...run.inputs, { when: 'rest', input: message.input }] } });
            say({
              type: 'terminal',
              lines: [
                { seq: records.length - 1, kind: 'input', text: typed },
                { seq: records.length - 1, kind: 'stderr', text: `error: unknown command "${typed}"\n` },
                { seq: records.length - 1, kind: 'exit', text: '1' },
              ],
            });
            return;
          }
          given = true;
          run = { ...run, inputs: [{ when: 'rest', input: message.input }] };
          say({ type: 'extended', run });
          status('running', bootEnd);
          batch(bootEnd, records.length);
          say({ type: 'steps', steps });
          say({ type: 'terminal', lines });
          status('rest', records.length);
        }, 40);
    },
    ask: (q) => Promise.resolve(answer(q) as never),
    subscribe(hear) {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    close: () => hearers.clear(),
  };
}

function detail(records: readonly Rec[], r: Rec, line: (r: Rec) => Line): Detail {
  const other = records.find((o) => o.exchange === r.exchange && o.seq !== r.seq);
  const causes: Line[] = [];
  for (let at = r.cause; at >= 0 && causes.length < 12; at = (records[at] as Rec).cause) causes.push(line(records[at] as Rec));
  return {
    line: line(r),
    atUs: r.at,
    receivedUs: r.recv,
    from: r.from,
    to: r.to,
    actor: r.actor || null,
    protocol: r.protocol,
    kind: r.kind,
    payload: r.payload,
    counterpart: other ? { seq: other.seq, payload: other.payload } : null,
    changes: r.write
      ? [
          { path: 'metadata.resourceVersion', before: '1304', after: '1305' },
          { path: 'spec.replicas', before: null, after: 1 },
        ]
      : [],
    causes,
    effects: records.filter((o) => o.cause === r.seq).map(line),
    chain: null,
    curl: r.protocol === 'http' ? `curl -X POST --cacert ca.crt https://127.0.0.1:6443${r.summary.split(' ')[1]}` : null,
    note: 'On the real wire this body is protobuf; it is shown decoded.',
  };
}

function scene(records: readonly Rec[], seq: number): SceneFacts {
  const facts: Facts = {
    rev: 1301,
    last: [1299, 1300, 1301].map((revision) => ({
      revision,
      key: `/registry/leases/kube-node-lease/node-${revision - 1298}`,
      deleted: false,
    })),
    pods: [],
    queues: { deployment: 0, replicaset: 0 },
  };
  for (const r of records.slice(0, seq + 1)) r.fx?.(facts);
  const nodes = ['control-plane', 'node-1', 'node-2', 'node-3'];
  const clients = ['kube-controller-manager', 'kube-scheduler', ...nodes.flatMap((n) => [`kubelet/${n}`, `kube-proxy/${n}`])];
  return {
    seq,
    atUs: records[seq]?.at ?? 0,
    running: ['kube-apiserver', 'etcd', ...clients, ...nodes.flatMap((n) => [`containerd/${n}`, `kernel/${n}`])],
    nodes: nodes.map((name) => ({ name, ready: 'True', unschedulable: false, registered: true })),
    pods: [
      ...nodes.map((node, i) => ({
        key: `kube-system/kube-proxy-${'abcd'[i]}x2kf`,
        uid: `p${i}`,
        node,
        status: 'Running',
        phase: 'Running',
        ready: 1,
        containers: [{ name: 'kube-proxy', state: 'running' as const, ready: true }],
        ip: '192.168.49.2',
        owner: 'DaemonSet/kube-proxy',
      })),
      ...facts.pods.map((p) => ({
        key: `default/${p.name}`,
        uid: p.name,
        node: p.node,
        status: p.status,
        phase: p.status === 'Running' ? 'Running' : 'Pending',
        ready: p.status === 'Running' ? 1 : 0,
        containers: [
          { name: 'nginx', state: p.status === 'Running' ? ('running' as const) : ('waiting' as const), ready: p.status === 'Running' },
        ],
        ip: p.ip,
        owner: 'ReplicaSet/test-7d7f9b7ffc',
      })),
    ],
    watches: [
      ...clients.map((client) => ({
        client,
        server: 'kube-apiserver',
        count: client.startsWith('kube-proxy') ? 3 : 6,
        resources: ['pods', 'nodes', 'services'],
      })),
      { client: 'kube-apiserver', server: 'etcd', count: 40, resources: [] },
    ],
    etcd: { revision: facts.rev, keys: 214, last: facts.last },
    queues: facts.queues,
    rules: { 'node-1': 2, 'node-2': 2, 'node-3': 2 },
  };
}
