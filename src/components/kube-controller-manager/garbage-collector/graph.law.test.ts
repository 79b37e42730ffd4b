// Whatever comes, changes and goes, in whatever order: each node's dependents are the objects that name it as an owner.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../../machinery/types';
import { OwnerGraph } from './graph';

const uid = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const step = fc.record({ uid, owners: fc.uniqueArray(uid, { maxLength: 3 }), gone: fc.boolean() });

const object = (name: string, owners: readonly string[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: {
    name,
    namespace: 'ns',
    uid: name,
    ownerReferences: owners.map((owner) => ({ apiVersion: 'v1', kind: 'Thing', name: owner, uid: owner })),
  },
});

test('the graph is that of the objects that are there', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const graph = new OwnerGraph({ attemptToDelete: () => {}, attemptToOrphan: () => {}, invalidOwner: () => {} });
      const live = new Map<string, KubeObject>();
      for (const { uid: name, owners, gone } of steps) {
        const old = live.get(name) ?? null;
        if (gone) {
          if (old !== null) graph.gone(old);
          live.delete(name);
        } else {
          const next = object(name, owners);
          graph.seen(next, old);
          live.set(name, next);
        }
        for (const owner of ['a', 'b', 'c', 'd', 'e']) {
          const node = graph.get(owner);
          const named = [...live.values()].filter(({ metadata }) => metadata.ownerReferences?.some((ref) => ref.uid === owner));
          if (live.has(owner)) expect(node?.virtual).toBe(false);
          // A node that went is forgotten with its dependents, until one of them is seen again.
          for (const dependent of node?.dependents ?? []) expect(live.has(dependent.identity.uid)).toBe(true);
          if (node !== undefined) expect(node.dependents.size).toBeLessThanOrEqual(named.length);
        }
      }
    }),
    { numRuns: 300 },
  );
});
