import { describe, expect, it } from 'vitest';
import { simTime } from '../../../base/brand';
import type { DaemonSet, Node, Pod, Taint } from '../../../machinery/types';
import { countsOf, decideOnNode, decideUpdate, unboundWithoutNode } from './decisions';
import { affinityTo, daemonTemplate, isSamePlace, placementOn, targetNodeOf } from './placement';

const NOW = simTime(0);
const daemonSet = (change: Partial<DaemonSet['spec']> = {}): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'd', uid: 'uid-d' },
  spec: {
    selector: {},
    template: { spec: { containers: [] } },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    ...change,
  },
});
const surging = daemonSet({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } } });
const node = (name: string, taints: readonly Taint[] = []): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: { taints },
});
interface PodOptions {
  readonly hash?: string;
  readonly ready?: boolean;
  readonly phase?: 'Running' | 'Failed' | 'Succeeded';
  readonly leaving?: boolean;
  readonly bound?: boolean;
}
const pod = (
  name: string,
  on: string,
  { hash = 'new', ready = true, phase = 'Running', leaving = false, bound = true }: PodOptions = {},
): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { 'controller-revision-hash': hash }, ...(leaving ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
  spec: { containers: [], ...(bound ? { nodeName: on } : { affinity: affinityTo(null, on) }) },
  status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});
const names = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata.name);
function byNode(...pods: Pod[]): Map<string, Pod[]> {
  const map = new Map<string, Pod[]>();
  for (const each of pods) map.set(targetNodeOf(each) ?? '', [...(map.get(targetNodeOf(each) ?? '') ?? []), each]);
  return map;
}

describe('on one node', () => {
  const decide = (pods: readonly Pod[] | null, set = daemonSet()): { create: boolean; remove: string[]; ended: string[] } => {
    const { create, remove, ended } = decideOnNode(set, node('n1'), pods, 'new', NOW);
    return { create, remove: names(remove), ended: names(ended) };
  };
  it('a pod is made if there is none, not while one is leaving', () => {
    expect(decide(null).create).toBe(true);
    expect(decide([pod('a', 'n1', { leaving: true })]).create).toBe(false);
    expect(decide([pod('a', 'n1', { leaving: true })], surging).create).toBe(true);
  });
  it('of several pods the bound one stays, then the first by name', () => {
    expect(decide([pod('b', 'n1'), pod('a', 'n1', { bound: false }), pod('c', 'n1')]).remove).toEqual(['c', 'a']);
  });
  it('ended pods are told apart', () => {
    expect(decide([pod('a', 'n1', { phase: 'Failed' }), pod('b', 'n1')])).toEqual({ create: false, remove: [], ended: ['a'] });
  });
  it('while surging an old pod stays until the new one is available', () => {
    const old = pod('a', 'n1', { hash: 'old' });
    expect(decide([old, pod('b', 'n1', { ready: false })], surging).remove).toEqual([]);
    expect(decide([old, pod('b', 'n1')], surging).remove).toEqual(['a']);
    expect(decide([pod('a', 'n1', { hash: 'old', ready: false }), pod('b', 'n1', { ready: false })], surging).remove).toEqual(['a']);
  });
  it('a taint keeps new pods away, and only NoExecute ends old ones', () => {
    const tainted = (effect: Taint['effect']): Node => node('n1', [{ key: 'dedicated', effect }]);
    expect(placementOn(tainted('NoSchedule'), daemonSet())).toEqual({ shouldRun: false, shouldContinue: true });
    expect(placementOn(tainted('NoExecute'), daemonSet())).toEqual({ shouldRun: false, shouldContinue: false });
    expect(placementOn(node('n1', [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }]), daemonSet()).shouldRun).toBe(true);
    expect(names(decideOnNode(daemonSet(), tainted('NoExecute'), [pod('a', 'n1')], 'new', NOW).remove)).toEqual(['a']);
  });
  it('the network may be missing only for pods that use the node’s own', () => {
    const offline = node('n1', [{ key: 'node.kubernetes.io/network-unavailable', effect: 'NoSchedule' }]);
    expect(placementOn(offline, daemonSet()).shouldRun).toBe(false);
    expect(placementOn(offline, daemonSet({ template: { spec: { containers: [], hostNetwork: true } } })).shouldRun).toBe(true);
  });
});

describe('an update', () => {
  const nodes = ['n1', 'n2', 'n3'].map((name) => node(name));
  const update = (set: DaemonSet, ...pods: Pod[]): { remove: string[]; create: readonly string[] } => {
    const { remove, create } = decideUpdate(set, nodes, byNode(...pods), 'new', NOW);
    return { remove: names(remove), create };
  };
  const old = (name: string, on: string, options: PodOptions = {}): Pod => pod(name, on, { hash: 'old', ...options });

  it('takes as many available old pods as may be missing', () => {
    expect(update(daemonSet(), old('a', 'n1'), old('b', 'n2'), old('c', 'n3')).remove).toEqual(['a']);
    expect(update(daemonSet(), pod('a', 'n1', { ready: false }), old('b', 'n2'), old('c', 'n3')).remove).toEqual([]);
    expect(update(daemonSet(), old('b', 'n2'), old('c', 'n3')).remove).toEqual([]);
  });
  it('takes old pods that are of no use in any case', () => {
    expect(update(daemonSet(), old('a', 'n1', { ready: false }), old('b', 'n2', { ready: false }), old('c', 'n3')).remove).toEqual([
      'a',
      'b',
    ]);
  });
  it('with a surge makes new pods first', () => {
    expect(update(surging, old('a', 'n1'), old('b', 'n2'), old('c', 'n3'))).toEqual({ remove: [], create: ['n1'] });
    expect(update(surging, old('a', 'n1'), pod('x', 'n1', { ready: false }), old('b', 'n2'))).toEqual({ remove: [], create: [] });
    expect(update(surging, old('a', 'n1'), pod('x', 'n1'), old('b', 'n2'))).toEqual({ remove: ['a'], create: ['n2'] });
  });
});

describe('the status', () => {
  it('counts the oldest pod of each node', () => {
    const nodes = [node('n1'), node('n2'), node('n3', [{ key: 'dedicated', effect: 'NoSchedule' }])];
    const pods = byNode(pod('a', 'n1', { hash: 'old' }), pod('b', 'n1', { ready: false, bound: false }), pod('c', 'n3'));
    expect(countsOf(daemonSet(), nodes, pods, 'new', NOW)).toEqual({
      currentNumberScheduled: 1,
      numberMisscheduled: 1,
      desiredNumberScheduled: 2,
      numberReady: 1,
      numberAvailable: 1,
      numberUnavailable: 1,
    });
  });
});

describe('a daemon pod', () => {
  it('is made for its node by affinity, and known by it before it is bound', () => {
    expect(targetNodeOf(pod('a', 'n7', { bound: false }))).toBe('n7');
    expect(targetNodeOf({ ...pod('a', 'n7'), spec: { containers: [] } })).toBeNull();
    const preferred = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } };
    expect(affinityTo(preferred, 'n1')).toMatchObject(preferred);
  });
  it('of a node that is gone is nobody’s if it was never bound', () => {
    const pods = byNode(pod('a', 'gone', { bound: false }), pod('b', 'gone'), pod('c', 'n1', { bound: false }));
    expect(names(unboundWithoutNode([node('n1')], pods))).toEqual(['a']);
  });
  it('carries its revision and the number of its template', () => {
    const noted = { ...daemonSet(), metadata: { name: 'd', annotations: { 'deprecated.daemonset.template.generation': '4' } } };
    expect(daemonTemplate(noted, 'abc').metadata?.labels).toEqual({ 'pod-template-generation': '4', 'controller-revision-hash': 'abc' });
  });
  it('does not mind what else changes on a node', () => {
    const labelled: Node = { ...node('n1'), metadata: { name: 'n1', labels: { a: 'b' } } };
    expect(isSamePlace(node('n1'), { ...node('n1'), status: { conditions: [] } })).toBe(true);
    expect(isSamePlace(node('n1'), labelled)).toBe(false);
  });
});
