import { expect, test } from 'vitest';
import type { ObjectRow } from '../../worker/protocol';
import { kinOf, ownerTrees } from './owner-tree';

const row = (kind: string, name: string, namespace: string | null = 'default', owner: string | null = null): ObjectRow => ({
  key: `/registry/${kind}/${name}`,
  kind,
  name,
  namespace,
  owner,
  revision: 1,
  written: null,
});

test('what is owned stands below its owner, at any depth', () => {
  const [tree] = ownerTrees([
    row('Deployment', 'test'),
    row('Pod', 'test-1-a', 'default', 'ReplicaSet/test-1'),
    row('ReplicaSet', 'test-1', 'default', 'Deployment/test'),
  ]);
  expect(tree?.roots.map((branch) => branch.row.name)).toEqual(['test']);
  expect(tree?.roots[0]?.owned[0]?.row.name).toBe('test-1');
  expect(tree?.roots[0]?.owned[0]?.owned[0]?.row.name).toBe('test-1-a');
  expect(tree?.count).toBe(3);
});

test('namespaces are apart, and what has none comes first', () => {
  const trees = ownerTrees([row('Pod', 'a'), row('Pod', 'b', 'other'), row('Node', 'n', null)]);
  expect(trees.map(({ namespace }) => namespace)).toEqual([null, 'default', 'other']);
});

test('an object whose owner is gone, or elsewhere, is still shown', () => {
  const [, other] = ownerTrees([row('Pod', 'a', null), row('Pod', 'b', 'other', 'Node/n')]);
  expect(other?.roots.map((branch) => branch.row.name)).toEqual(['b']);
});

test('Events come after what they tell of', () => {
  const [tree] = ownerTrees([row('Event', 'a.1'), row('Pod', 'a')]);
  expect(tree?.roots.map((branch) => branch.row.kind)).toEqual(['Pod', 'Event']);
});

test('siblings of one kind stand together, and more than eight are many', () => {
  const events = Array.from({ length: 9 }, (_, i) => row('Event', `a.${i}`));
  const [tree] = ownerTrees([row('Pod', 'a'), row('Service', 's'), row('Pod', 'b'), ...events]);
  expect(kinOf(tree?.roots ?? []).map(({ kind, branches, many }) => [kind, branches.length, many])).toEqual([
    ['Pod', 2, false],
    ['Service', 1, false],
    ['Event', 9, true],
  ]);
});
