import { describe, expect, it } from 'vitest';
import type { SceneFacts } from '../../worker/protocol';
import { actsOn } from './acts';

const scene = (running: readonly string[], unschedulable = false): SceneFacts =>
  ({ running, nodes: [{ name: 'node-1', ready: 'True', unschedulable, registered: true }] }) as unknown as SceneFacts;

describe('what can be done to', () => {
  it.each([
    ['kube-scheduler', ['kube-scheduler'], ['Kill the process of kube-scheduler', 'Stop kube-scheduler']],
    ['kube-scheduler', [], ['Start kube-scheduler again']],
    ['kubelet/node-1', ['kubelet/node-1'], ['Kill kubelet on node-1']],
    ['kubelet/node-1', [], ['Start kubelet on node-1 again']],
    ['kube-proxy/node-1', ['kube-proxy/node-1'], ['Kill the process of kube-proxy']],
    ['node/node-1', ['kernel/node-1'], ['Power off node-1', 'Cordon node-1', 'Drain node-1']],
    ['row/node-1', [], ['Power on node-1']],
    ['pod/default/web', ['pod/default/web'], ['Kill the process in web', 'Delete Pod web']],
    ['pod/shop/web', [], ['Delete Pod web']],
    ['user', ['kubectl'], []],
    ['shelf/node-1', [], []],
  ] as const)('%s while these run: %j', (id, running, names) => {
    expect(actsOn(id, scene(running)).map(({ name }) => name)).toEqual(names);
  });

  it('is what the cluster understands', () => {
    const inputs = (id: string, running: readonly string[], unschedulable = false) =>
      actsOn(id, scene(running, unschedulable)).map(({ input }) => input);
    expect(inputs('etcd', ['etcd'])[1]).toEqual({ type: 'fault', fault: { kind: 'static-pod-away', component: 'etcd', away: true } });
    expect(inputs('node/node-1', ['kernel/node-1'], true)[1]).toEqual({ type: 'kubectl', line: 'kubectl uncordon node-1' });
    expect(inputs('pod/shop/web', [])).toEqual([{ type: 'kubectl', line: 'kubectl delete pod web -n shop' }]);
  });
});
