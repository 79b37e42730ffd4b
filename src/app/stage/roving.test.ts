import { describe, expect, it } from 'vitest';
import { layoutOf } from '../layout';
import { type Direction, nextStop, stopsOf } from './roving';

const layout = layoutOf(
  ['control-plane', 'node-1', 'node-2', 'node-3'].map((name, i) => ({ name, role: i === 0 ? 'control-plane' : 'worker' })),
);
const stops = stopsOf(layout, new Map());
const DIRECTIONS: readonly Direction[] = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'];

describe('arrow keys', () => {
  it.each([
    ['user', 'ArrowDown', 'kubectl'],
    ['kubectl', 'ArrowRight', 'kube-apiserver'],
    ['kube-apiserver', 'ArrowDown', 'etcd'],
    ['kube-apiserver', 'ArrowLeft', 'kubectl'],
    ['kubelet/node-2', 'ArrowDown', 'kube-proxy/node-2'],
    ['kubelet/node-2', 'ArrowRight', 'containerd/node-2'],
  ] as const)('from %s, %s goes to %s', (from, direction, to) => expect(nextStop(stops, from, direction)).toBe(to));

  it('reach every component', () => {
    const reached = new Set(['kube-apiserver']);
    for (const id of reached) {
      for (const direction of DIRECTIONS) {
        const next = nextStop(stops, id, direction);
        if (next !== null) reached.add(next);
      }
    }
    expect([...stops.keys()].filter((id) => !reached.has(id))).toEqual([]);
  });
});
