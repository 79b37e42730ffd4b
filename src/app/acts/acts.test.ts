import { describe, expect, it } from 'vitest';
import type { SceneFacts } from '../../worker/protocol';
import { actsOn } from './acts';
import { endsOf, troubleOf } from './lines';

const LINE = ['Cut from kube-apiserver for 60 s', 'More for its line to kube-apiserver'];
const scene = (running: readonly string[], unschedulable = false): SceneFacts =>
  ({
    running,
    nodes: [{ name: 'node-1', ready: 'True', unschedulable, registered: true }],
    pods: [{ key: 'kube-system/kube-apiserver-control-plane', node: 'control-plane' }],
    troubles: [],
    clocks: {},
  }) as unknown as SceneFacts;

const CLOCKS = ['Set the clock of node-1 5 minutes behind', 'Set the clock of node-1 an hour ahead'];

describe('what can be done to', () => {
  it.each([
    ['kube-scheduler', ['kube-scheduler'], ['Kill the process of kube-scheduler', 'Stop kube-scheduler', ...LINE]],
    ['kube-scheduler', [], ['Start kube-scheduler again', ...LINE]],
    ['kubelet/node-1', ['kubelet/node-1'], ['Kill kubelet on node-1', ...LINE]],
    ['kubelet/node-1', [], ['Start kubelet on node-1 again', ...LINE]],
    ['kube-proxy/node-1', ['kube-proxy/node-1'], ['Kill the process of kube-proxy', ...LINE]],
    [
      'node/node-1',
      ['kernel/node-1'],
      ['Power off node-1', 'Cordon node-1', 'Drain node-1', 'Fill the disk of node-1', 'Make room on node-1', ...CLOCKS, ...LINE],
    ],
    ['row/node-1', [], ['Power on node-1', ...LINE]],
    ['pod/default/web', ['pod/default/web'], ['Kill the process in web', 'Delete Pod web']],
    ['pod/shop/web', [], ['Delete Pod web']],
    [
      'line/kubelet/node-1 kube-apiserver',
      [],
      [
        'Cut kubelet/node-1 and kube-apiserver for 60 s',
        'Lose all from kubelet/node-1 to kube-apiserver for 60 s',
        'Lose all from kube-apiserver to kubelet/node-1 for 60 s',
        'Slow down by 500 ms for 60 s',
        'Let kubelet/node-1 take nothing in from kube-apiserver for 60 s',
        'Reset what is open',
        'Lose the answer to the next write of kubelet/node-1',
      ],
    ],
    ['line/kubelet/node-1 containerd/node-1', [], []],
    ['etcd', ['etcd'], ['Kill the process of etcd', 'Stop etcd', 'Compact etcd', ...LINE]],
    ['registry', [], ['Make the registry slow', 'Make the registry fail', 'Stop the registry', 'Repair the registry']],
    ['user', ['kubectl'], []],
    ['shelf/node-1', [], []],
  ] as const)('%s while these run: %j', (id, running, names) => {
    expect(actsOn(id, scene(running)).map(({ name }) => name)).toEqual(names);
  });

  it('a line is who asks and who answers, wherever it was drawn from', () => {
    expect(endsOf('kube-apiserver', 'etcd')).toEqual({ client: 'kube-apiserver', server: 'etcd' });
    expect(endsOf('registry', 'containerd/node-1')).toEqual({ client: 'containerd/node-1', server: 'registry' });
    expect(endsOf('row/node-1', 'kube-apiserver')).toEqual({ client: 'node-1', server: 'kube-apiserver' });
    expect(endsOf('kubectl', 'kube-apiserver')).toBeNull();
  });

  it('a line is in trouble with its component, its node, and both directions of a cut', () => {
    const trouble = { kind: 'delay', from: 'kube-apiserver', to: 'node-1', bothWays: true, untilUs: 1 } as const;
    const ends = { client: 'kubelet/node-1', server: 'kube-apiserver' };
    expect(troubleOf(ends, [trouble], () => null)).toBe(trouble);
    const cut = { ...trouble, kind: 'partition', from: 'kubelet/node-1', to: 'control-plane' } as const;
    expect(troubleOf(ends, [trouble, cut], () => 'control-plane')).toBe(cut);
    const longer = { ...cut, untilUs: 2 };
    expect(troubleOf(ends, [cut, longer, trouble], () => 'control-plane')).toBe(longer);
    expect(troubleOf({ ...ends, client: 'kubelet/node-2' }, [trouble, cut], () => null)).toBeNull();
  });

  it('a line in trouble is mended between the places that were named, from either end', () => {
    const trouble = { kind: 'partition', from: 'node-1', to: 'control-plane', bothWays: true, untilUs: 1 } as const;
    const broken = { ...scene(['kubelet/node-1']), troubles: [trouble] };
    for (const id of ['kubelet/node-1', 'line/kube-apiserver kubelet/node-1', 'line/row/node-1 kube-apiserver']) {
      const [act] = actsOn(id, broken).filter(({ name }) => name.startsWith('Mend'));
      expect(act).toMatchObject({ input: { fault: { kind: 'heal', from: 'node-1', to: 'control-plane' } } });
    }
    expect(actsOn('kubelet/node-2', broken).filter(({ name }) => name.startsWith('Mend'))).toEqual([]);
  });

  it('a clock that is wrong is set right; that of kube-apiserver is left alone', () => {
    const wrong = { ...scene(['kernel/node-1']), clocks: { 'node-1': -300_000_000 } };
    const names = (id: string, given: SceneFacts) => actsOn(id, given).flatMap(({ name }) => (name.includes('clock') ? [name] : []));
    expect(names('node/node-1', wrong)).toEqual(['Set the clock of node-1 an hour ahead', 'Set the clock of node-1 right']);
    const plane = { name: 'control-plane', ready: 'True', unschedulable: false, registered: true } as const;
    expect(names('node/control-plane', { ...scene(['kernel/control-plane']), nodes: [plane] })).toEqual([]);
  });

  it('is what the cluster understands', () => {
    const inputs = (id: string, running: readonly string[], unschedulable = false) =>
      actsOn(id, scene(running, unschedulable)).map((act) => ('input' in act ? act.input : act.to));
    expect(inputs('etcd', ['etcd'])[1]).toEqual({ type: 'fault', fault: { kind: 'static-pod-away', component: 'etcd', away: true } });
    expect(inputs('node/node-1', ['kernel/node-1'], true)[1]).toEqual({ type: 'kubectl', line: 'kubectl uncordon node-1' });
    expect(inputs('pod/shop/web', [])).toEqual([{ type: 'kubectl', line: 'kubectl delete pod web -n shop' }]);
  });
});
