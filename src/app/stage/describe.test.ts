import { expect, test } from 'vitest';
import { nodeState } from './describe';

const node = { name: 'node-1', ready: 'True', unschedulable: false, registered: true } as const;

test('a node under pressure says so beside its readiness', () => {
  expect(nodeState(node)).toBe('Ready');
  expect(nodeState({ ...node, troubles: ['DiskPressure'], unschedulable: true })).toBe('Ready, DiskPressure, cordoned');
});
