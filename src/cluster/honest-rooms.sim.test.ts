// What a component may not or cannot do must show: rights are checked, and a stopped process does nothing.
import { describe, expect, it } from 'vitest';
import { Play } from './testing/play';

describe('honest rooms', () => {
  it('without its ClusterRole the ReplicaSet controller is refused, and there is no Pod', () => {
    const play = new Play().kubectl('kubectl delete clusterrole system:controller:replicaset-controller');
    const from = play.records.length;
    play.kubectl('kubectl create deployment test --image=nginx');
    expect(play.calls(from).filter(({ line }) => line === 'replicaset-controller POST /api/v1/namespaces/default/pods 403')).not.toEqual(
      [],
    );
    const asked = play.records.length;
    play.kubectl('kubectl get pods');
    expect(play.printed(asked)).toBe('No resources found in default namespace.\n');
    expect(play.violations()).toEqual([]);
  });

  it('with the scheduler’s container stopped a Pod stays Pending, and is scheduled after the restart', () => {
    const play = new Play().fault({ kind: 'static-pod-away', component: 'kube-scheduler', away: true });
    play.kubectl('kubectl create deployment test --image=nginx');
    const from = play.records.length;
    play.kubectl('kubectl get pods');
    expect(play.printed(from)).toMatch(/test-\S+ +0\/1 +Pending /);
    play.fault({ kind: 'static-pod-away', component: 'kube-scheduler', away: false }).wait(30_000_000);
    const then = play.records.length;
    play.kubectl('kubectl get pods');
    expect(play.printed(then)).toMatch(/test-\S+ +1\/1 +Running /);
    expect(play.violations()).toEqual([]);
  });

  it('a killed component is started again by its kubelet', () => {
    const play = new Play().fault({ kind: 'kill-container', component: 'kube-controller-manager' }).wait(40_000_000);
    const from = play.records.length;
    play.kubectl('kubectl create deployment test --image=nginx').wait(10_000_000);
    expect(play.calls(from).some(({ line }) => line.includes('/binding 201'))).toBe(true);
    expect(play.violations()).toEqual([]);
  });
});
