// The simulated API over real HTTP: what a client sends and gets, and that a copied curl gets what was recorded.
import { execFile, execFileSync } from 'node:child_process';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/json';
import { defaultRun } from '../../cluster/default-run';
import { Runner } from '../../cluster/runner';
import { Play } from '../../cluster/testing/play';
import { curlOf } from '../../narration/curl';
import type { Simulation } from '../../sim/simulation';
import { Clock } from './clock';
import { Front } from './front';
import { Gateway } from './gateway';
import { type Listening, listen, type Service } from './listen';
import { envelope, field, text, varint } from './testing/protobuf-bytes';

/** A new cluster behind HTTP, twenty times as fast as real time. */
async function serve(serviceOf: (sim: Simulation) => Service): Promise<Listening> {
  const runner = new Runner(defaultRun(1));
  runner.finish();
  const { sim } = runner.cluster;
  const { url, close } = await listen(serviceOf(sim), 0);
  const stopClock = new Clock(sim, 20).start();
  return {
    url,
    close() {
      stopClock();
      close();
    },
  };
}
const serveApi = (): Promise<Listening> => serve((sim) => new Front(sim));

/** curl may be missing on a small machine. */
function hasCurl(): boolean {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Asks for a WebSocket; the head of the answer, and what follows. */
const upgraded = (url: string): Promise<{ readonly status: number; readonly bytes: () => Promise<Buffer> }> =>
  new Promise((resolve, reject) => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-protocol': 'v5.channel.k8s.io',
    };
    const asked = request(url, { headers });
    asked.on('upgrade', (answer, socket: Duplex, head) => {
      const bytes = async (): Promise<Buffer> => Buffer.concat([head, ...((await socket.toArray()) as Buffer[])]);
      resolve({ status: answer.headers['sec-websocket-accept'] === 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' ? 101 : 0, bytes });
    });
    asked.on('response', (answer) => resolve({ status: answer.statusCode ?? 0, bytes: async () => Buffer.of() }));
    asked.on('error', reject);
    asked.end();
  });

/** Short messages without masks. */
function framesOf(bytes: Buffer): (readonly [opcode: number, data: Buffer])[] {
  const frames: (readonly [number, Buffer])[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [first = 0, length = 0] = bytes.subarray(at);
    frames.push([first & 15, bytes.subarray(at + 2, at + 2 + length)]);
    at += 2 + length;
  }
  return frames;
}

const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
const PODS = '/api/v1/namespaces/default/pods';

describe('the API over HTTP', { timeout: 30_000 }, () => {
  let served: Listening;
  beforeAll(async () => {
    served = await serveApi();
  });
  afterAll(() => served.close());

  const ask = async (
    path: string,
    options: RequestInit = {},
  ): Promise<{ readonly status: number; readonly type: string; readonly body: JsonObject }> => {
    const response = await fetch(served.url + path, options);
    const text = await response.text();
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      body: text.startsWith('{') ? JSON.parse(text) : { text },
    };
  };
  const post = (path: string, body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    ask(path, { method: 'POST', headers, body: body instanceof Uint8Array ? body.slice() : JSON.stringify(body) });

  it('reads, and tells the type', async () => {
    expect(await ask('/readyz')).toMatchObject({ status: 200, type: expect.stringContaining('text/plain'), body: { text: 'ok' } });
    expect(await ask('/api/v1/nodes')).toMatchObject({ status: 200, type: 'application/json', body: { kind: 'NodeList' } });
    expect(await ask(`${PODS}/nobody`)).toMatchObject({ status: 404, body: { reason: 'NotFound' } });
  });

  it('answers JSON to a client that would rather have protobuf', async () =>
    expect(
      await ask('/api/v1/namespaces/default', { headers: { accept: 'application/vnd.kubernetes.protobuf,application/json' } }),
    ).toMatchObject({
      type: 'application/json',
      body: { kind: 'Namespace' },
    }));

  it('streams a watch line by line while a Pod comes to run, and shows the time of day', async () => {
    const stop = new AbortController();
    const watch = await fetch(`${served.url}${PODS}?watch=true`, { signal: stop.signal });
    expect((await post(PODS, POD)).status).toBe(201);
    let text = '';
    for await (const part of watch.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(part).toString();
      if (text.includes('"phase":"Running"')) break;
    }
    stop.abort();
    const [first] = text.split('\n').map((line) => (line === '' ? null : JSON.parse(line)));
    expect(first).toMatchObject({ type: 'ADDED', object: { kind: 'Pod', metadata: { name: 'web' } } });
    expect(Math.abs(Date.parse(first.object.metadata.creationTimestamp) - Date.now())).toBeLessThan(600_000);
  });

  it('takes protobuf', async () => {
    const bytes = envelope('v1', 'ConfigMap', field(1, text(1, 'settings')));
    const made = await post('/api/v1/namespaces/default/configmaps', bytes, { 'content-type': 'application/vnd.kubernetes.protobuf' });
    expect(made).toMatchObject({ status: 201, body: { kind: 'ConfigMap', metadata: { name: 'settings' } } });
  });

  it('gives back the time of day that it was given, also in protobuf', async () => {
    const seconds = Math.floor(Date.now() / 1_000);
    const renewed = [...field(1, text(1, 'mine')), ...field(2, field(4, [0x08, ...varint(seconds)]))];
    const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
    const made = await post(path, envelope('coordination.k8s.io/v1', 'Lease', renewed), {
      'content-type': 'application/vnd.kubernetes.protobuf',
    });
    expect(made).toMatchObject({
      status: 201,
      body: { spec: { renewTime: `${new Date(seconds * 1_000).toISOString().slice(0, -5)}.000000Z` } },
    });
  });

  it('upgrades exec to a WebSocket: what the command printed, how it ended, and the end', async () => {
    await post(PODS, {
      ...POD,
      metadata: { name: 'box' },
      spec: { containers: [{ name: 'c', image: 'busybox', command: ['sleep', '60'] }] },
    });
    const phase = async (): Promise<unknown> => ((await ask(`${PODS}/box`)).body['status'] as JsonObject)['phase'];
    while ((await phase()) !== 'Running') await new Promise((resolve) => setTimeout(resolve, 20));
    const { bytes, status } = await upgraded(`${served.url}${PODS}/box/exec?command=echo&command=hi&stdout=true&stderr=true`);
    const frames = framesOf(await bytes());
    expect(status).toBe(101);
    expect(frames.map(([opcode, data]) => (opcode === 8 ? 'closed' : `${data[0]} ${data.subarray(1)}`))).toEqual([
      '1 hi\n',
      '3 {"metadata":{},"status":"Success"}',
      'closed',
    ]);
    expect((await upgraded(`${served.url}${PODS}/nobody/exec?command=ls&stdout=true`)).status).toBe(404);
  });

  it.each<[string, string, RequestInit, number]>([
    ['a token that nobody issued', '/api/v1/nodes', { headers: { authorization: 'Bearer x' } }, 401],
    ['a body that is no JSON', PODS, { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }, 400],
    [
      'a body that is too long',
      PODS,
      { method: 'POST', body: 'x'.repeat(3_200_000), headers: { 'content-type': 'application/json' } },
      413,
    ],
    [
      'bytes that are no protobuf',
      PODS,
      { method: 'POST', body: 'x', headers: { 'content-type': 'application/vnd.kubernetes.protobuf' } },
      400,
    ],
  ])('refuses %s', async (_, path, options, status) => {
    expect(await ask(path, options)).toMatchObject({ status, body: { kind: 'Status', status: 'Failure', code: status } });
  });
});

describe('etcd over its JSON gateway', { timeout: 30_000 }, () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  let served: Listening;
  beforeAll(async () => {
    served = await serve((sim) => new Gateway(sim));
  });
  afterAll(() => served.close());
  const ask = async (path: string, body: JsonObject): Promise<{ readonly status: number; readonly body: JsonObject }> => {
    const response = await fetch(served.url + path, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as JsonObject };
  };

  it('reads and writes keys, as bytes and as text', async () => {
    const spaces = await ask('/v3/kv/range', {
      key: base64('/registry/namespaces/'),
      range_end: base64('/registry/namespaces0'),
      keys_only: true,
    });
    expect(spaces).toMatchObject({
      status: 200,
      body: { count: '4', kvs: expect.arrayContaining([expect.objectContaining({ key: base64('/registry/namespaces/default') })]) },
    });
    expect(await ask('/v3/kv/put', { key: base64('a'), value: base64('b') })).toMatchObject({
      status: 200,
      body: { header: { revision: expect.stringMatching(/^\d+$/) } },
    });
    expect(await ask('/v3/kv/range', { key: base64('a') })).toMatchObject({ body: { kvs: [{ value: base64('b'), version: '1' }] } });
    const compare = [{ key: base64('a'), target: 'VERSION', result: 'EQUAL', version: '1' }];
    expect(await ask('/v3/kv/txn', { compare, success: [{ requestDeleteRange: { key: base64('a') } }] })).toMatchObject({
      body: { succeeded: true },
    });
  });

  it('refuses what is nested without end, and goes on', async () => {
    const deep = `{"key":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`;
    expect((await fetch(`${served.url}/v3/kv/range`, { method: 'POST', body: deep })).status).toBe(400);
    expect((await ask('/v3/kv/range', { key: base64('a') })).status).toBe(200);
  });

  it('refuses as etcd does', async () => {
    expect(await ask('/v3/kv/range', { key: base64('a'), revision: '999999' })).toMatchObject({
      status: 400,
      body: { code: 11, message: expect.stringContaining('future revision') },
    });
    expect((await ask('/v3/none', {})).status).toBe(404);
  });
});

describe.skipIf(!hasCurl())('a copied curl (skipped: no curl here)', { timeout: 30_000 }, () => {
  it('run in a shell against the same cluster gets the status that was recorded', async () => {
    const play = new Play();
    for (const line of [
      'create deployment test --image=nginx',
      'create configmap a --from-literal=b=c',
      'create configmap a',
      'get pod nobody',
      'delete configmap a',
    ])
      play.kubectl(`kubectl ${line}`);
    const trace = play.trace();
    const asked = play.records.filter(
      ({ from, payload }) => from === 'kubectl' && payload.protocol === 'http' && payload.kind === 'request',
    );
    const recorded = asked.map((record) => {
      const answer = trace.answerOf(record)?.payload;
      return { curl: curlOf(record, trace) ?? '', status: answer?.kind === 'response' && answer.protocol === 'http' ? answer.status : 0 };
    });
    expect(recorded.map(({ status }) => status)).toEqual([201, 201, 409, 404, 200, 404]);
    const served = await serveApi();
    const statuses: number[] = [];
    for (const { curl } of recorded) {
      const command = `${curl.replace('https://127.0.0.1:6443', served.url)} -s -o /dev/null -w '%{http_code}'`;
      const printed = await new Promise<string>((resolve, reject) =>
        execFile('sh', ['-c', command], (error, stdout) => (error === null ? resolve(stdout) : reject(error))),
      );
      statuses.push(Number(printed));
    }
    served.close();
    expect(statuses).toEqual(recorded.map(({ status }) => status));
  });
});
