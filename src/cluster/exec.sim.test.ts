// kubectl exec and logs on a whole cluster: who asks whom, what a container shows, and how it fails.
import { describe, expect, test } from 'vitest';
import { check } from '../trace/checkers';
import type { HttpRequest, Output } from '../wire/payload';
import { MODEL, type TimedInput } from '../wire/run';
import { clusterOf } from './default-run';
import { Runner } from './runner';

const kubectl = (line: string, stdin = ''): TimedInput => ({ when: 'rest', input: { type: 'kubectl', line: `kubectl ${line}`, stdin } });

const POD = `apiVersion: v1
kind: Pod
metadata: {name: tool, labels: {app: tool}}
spec:
  containers:
  - name: tool
    image: busybox
    command: [sh, -c, "echo started; sleep 3600"]
    env: [{name: MODE, value: fast}]
    volumeMounts: [{name: conf, mountPath: /conf}, {name: meta, mountPath: /meta}]
  volumes:
  - {name: conf, configMap: {name: conf}}
  - {name: meta, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}
`;
const MAKE = [kubectl('create configmap conf --from-literal=color=blue'), kubectl('apply -f -', POD)];

function played(...inputs: readonly TimedInput[]) {
  const runner = new Runner({ model: MODEL, cluster: clusterOf(3), seed: 1, inputs: [...MAKE, ...inputs] }, { payloads: 'copied' });
  runner.finish();
  const { sim } = runner.cluster;
  expect(sim.crashes).toEqual([]);
  expect(check(sim.recorder.records)).toEqual([]);
  const outputs = sim.recorder.records.flatMap(({ payload }) => (payload.kind === 'output' ? [payload as Output] : []));
  const printed = outputs.map(({ stdout, stderr }) => stdout + stderr).filter((text) => text !== '');
  const asked = sim.recorder.records.flatMap(({ from, to, payload }) => {
    if (payload.kind !== 'request') return [];
    const what =
      payload.protocol === 'http' ? `${payload.method} ${(payload as HttpRequest).path}` : payload.protocol === 'etcd' ? '' : payload.rpc;
    return [`${from} > ${to}: ${what}`];
  });
  return { printed: printed.slice(2), exits: outputs.flatMap(({ exit }) => exit ?? []).slice(2), asked };
}

describe('kubectl exec', () => {
  test('goes to kube-apiserver, from there to the kubelet of the node, and on to its engine', () => {
    const { printed, asked } = played(kubectl('exec tool -- echo hi'));
    expect(printed).toEqual(['hi\n']);
    const way = asked
      .filter((line) => /exec|Exec|subjectaccessreviews/.test(line))
      .map((line) => line.replace(/POST \/exec\/[\w-]{8}$/, 'POST /exec/TOKEN'));
    const node = /> kubelet\/(\S+):/.exec(way.join('\n'))?.[1];
    const query = 'command=echo&command=hi';
    expect(way).toEqual([
      `kubectl > kube-apiserver: GET /api/v1/namespaces/default/pods/tool/exec?${query}&container=tool&stderr=true&stdout=true`,
      `kube-apiserver > kubelet/${node}: GET /exec/default/tool/tool?${query}&error=1&output=1`,
      `kubelet/${node} > kube-apiserver: POST /apis/authorization.k8s.io/v1/subjectaccessreviews`,
      `kubelet/${node} > containerd/${node}: Exec`,
      `kubelet/${node} > containerd/${node}: POST /exec/TOKEN`,
      `containerd/${node} > runc/${node}: exec`,
    ]);
  });

  test('shows environment, name and mounted files of the container', () => {
    const { printed } = played(
      kubectl('exec tool -- printenv MODE'),
      kubectl('exec tool -- hostname'),
      kubectl('exec tool -- cat /conf/color /meta/labels'),
      kubectl('exec tool -- ls /conf'),
      kubectl(`exec tool -- sh -c 'echo "$MODE"'`),
    );
    expect(printed).toEqual(['fast\n', 'tool\n', 'blueapp="tool"', 'color\n', 'fast\n']);
  });

  test("ends with the exit code of the command, and with the engine's error if there is no such program", () => {
    const { printed, exits } = played(
      kubectl("exec tool -- sh -c 'exit 7'"),
      kubectl('exec tool -- nosuch'),
      kubectl('exec tool -- cat /none'),
      kubectl('exec tool -c other -- env'),
    );
    expect(exits).toEqual([7, 1, 1, 1]);
    expect(printed[0]).toBe('command terminated with exit code 7\n');
    expect(printed[1]).toMatch(
      /^error: Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "[0-9a-f]{64}": OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in \$PATH\n$/,
    );
    expect(printed.slice(2)).toEqual([
      "cat: can't open '/none': No such file or directory\n",
      'command terminated with exit code 1\n',
      'Error from server (BadRequest): container other is not valid for pod tool\n',
    ]);
  });

  test('a file of a ConfigMap follows a change when the pod is looked at again, not before', () => {
    const change = kubectl(`patch configmap conf -p '{"data":{"color":"green"}}'`);
    const later = (us: number): TimedInput => ({ ...kubectl('exec tool -- cat /conf/color'), when: { atUs: us } });
    const { printed } = played(change, later(15_000_000), later(120_000_000));
    expect(printed.slice(-2)).toEqual(['blue', 'green']);
  });
});

describe('kubectl logs', () => {
  test('prints it as long as the Pod is there: the last container of each name is kept', () => {
    const later: TimedInput = { when: { atUs: 300_000_000 }, input: { type: 'kubectl', line: 'kubectl logs once' } };
    expect(played(kubectl('run once --image=busybox --restart=Never -- echo done'), later).printed).toEqual([
      'pod/once created\n',
      'done\n',
    ]);
  });

  test('prints what the container printed, after its end too', () => {
    const crash = `${POD.replace('name: tool,', 'name: crash,').replace('sleep 3600', 'exit 1')}`;
    const { printed } = played(kubectl('logs tool'), kubectl('logs tool --previous'), kubectl('apply -f -', crash), kubectl('logs crash'));
    expect(printed).toEqual([
      'started\n',
      'Error from server (BadRequest): previous terminated container "tool" in pod "tool" not found\n',
      'pod/crash created\n',
      'started\n',
    ]);
  });

  test('says why there is none', () => {
    const missing = POD.replace('name: tool,', 'name: missing,').replace('image: busybox', 'image: nosuch');
    const { printed } = played(kubectl('apply -f -', missing), kubectl('logs missing'));
    expect(printed.at(-1)).toMatch(/^Error from server \(BadRequest\): container "tool" in pod "missing" is waiting to start: /);
  });
});

test('k is kubectl; what is no program here is said to be none, and what kubectl lacks is said by kubectl', () => {
  const typed = (line: string): TimedInput => ({ when: 'rest', input: { type: 'kubectl', line } });
  const { printed } = played(typed('k get ns default -o name'), typed('docker ps'), typed('creat ns x'), typed('kubectl ls'));
  expect(printed.slice(-4)).toEqual([
    'namespace/default\n',
    'sh: docker: not found\n(This terminal has kubectl, also as k, and curl.)\n',
    'sh: creat: not found\n\nDid you mean this?\n\tcreate\n\n(This terminal has kubectl, also as k, and curl.)\n',
    'error: unknown command "ls" for "kubectl"\n\nDid you mean this?\n\tlogs\n\tcp\n',
  ]);
});
