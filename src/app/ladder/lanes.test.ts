import { expect, test } from 'vitest';
import { lanesOf } from './lanes';

const ids = (...speakers: string[]) => lanesOf(speakers).lanes.map(({ id }) => id);

test('lanes stand in an order that does not hang on who spoke first', () => {
  const expected = ['user', 'kubectl', 'kube-apiserver', 'etcd', 'kubelet/node-1', 'containerd/node-1', 'kubelet/node-2'];
  expect(ids(...expected)).toEqual(expected);
  expect(ids(...[...expected].reverse())).toEqual(expected);
});

test('runc and CNI speak from the lane of their container engine', () => {
  const { lanes, laneOf } = lanesOf(['containerd/node-1', 'runc/node-1', 'cni/node-1']);
  expect(lanes.map(({ id }) => id)).toEqual(['containerd/node-1']);
  expect(laneOf('runc/node-1')).toBe(0);
});

test('many nodes share a lane for each kind of component', () => {
  const { lanes, laneOf } = lanesOf(Array.from({ length: 10 }, (_, i) => `kubelet/node-${i}`));
  expect(lanes).toEqual([{ id: 'kubelet', name: 'kubelet', node: null }]);
  expect(laneOf('kubelet/node-7')).toBe(0);
});

test('Pods share one lane, and who never speaks has none', () => {
  const { lanes, laneOf } = lanesOf(['pod/default/a', 'pod/default/b', 'etcd']);
  expect(lanes.map(({ name }) => name)).toEqual(['etcd', 'pod']);
  expect(laneOf('registry')).toBe(-1);
});
