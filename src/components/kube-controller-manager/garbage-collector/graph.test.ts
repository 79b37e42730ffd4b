// What the graph of owners asks to be looked at when objects come, change and go.
import { describe, expect, test } from 'vitest';
import type { KubeObject, OwnerReference } from '../../../machinery/types';
import { FOREGROUND, type GraphNode, ORPHAN, OwnerGraph } from './graph';

const object = (name: string, owners: readonly OwnerReference[] = [], metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, namespace: 'ns', uid: name, ownerReferences: owners, ...metadata },
});
const owner = (name: string, more: object = {}): OwnerReference => ({ apiVersion: 'v1', kind: 'Thing', name, uid: name, ...more });
const deleting = (...finalizers: string[]): object => ({ deletionTimestamp: '2026-01-01T00:00:00Z', finalizers });

class Asked {
  readonly lines: string[] = [];
  readonly graph = new OwnerGraph({
    attemptToDelete: (node) => this.note('delete', node),
    attemptToOrphan: (node) => this.note('orphan', node),
    invalidOwner: (node, { name }) => void this.lines.push(`invalid ${node.identity.name}: ${name}`),
  });
  private note(what: string, node: GraphNode): void {
    this.lines.push(`${what} ${node.virtual ? 'virtual ' : ''}${node.identity.name}`);
  }
  take(): string[] {
    return this.lines.splice(0);
  }
  seen(...objects: KubeObject[]): this {
    for (const one of objects) this.graph.seen(one, null);
    return this;
  }
}

describe('objects that come', () => {
  test('with an owner that is known ask for nothing', () => {
    expect(new Asked().seen(object('a'), object('b', [owner('a')])).take()).toEqual([]);
  });
  test('before their owner let it be looked for; once it is seen it is no longer virtual', () => {
    const asked = new Asked().seen(object('b', [owner('a')]));
    expect(asked.take()).toEqual(['delete virtual a']);
    asked.seen(object('a'));
    expect(asked.graph.get('a')?.virtual).toBe(false);
    expect(asked.graph.get('a')?.dependents.size).toBe(1);
  });
  test('with an owner in another namespace are reported and looked at', () => {
    const asked = new Asked().seen(object('a'), object('b', [owner('a')], { namespace: 'other' }));
    expect(asked.take()).toEqual(['invalid b: a', 'delete b']);
  });
  test('with a wrong name for their owner are looked at', () => {
    expect(new Asked().seen(object('a'), object('b', [{ ...owner('a'), name: 'x' }])).take()).toEqual(['delete b']);
  });
  test('with a wrong idea of an owner that is seen later are looked at then', () => {
    const asked = new Asked().seen(object('b', [{ ...owner('a'), kind: 'Other' }]));
    asked.take();
    expect(asked.seen(object('a')).take()).toEqual(['delete b']);
  });
});

describe('an owner that goes', () => {
  test('leaves its dependents to be looked at, and is remembered as absent', () => {
    const asked = new Asked().seen(object('a'), object('b', [owner('a')]), object('c', [owner('a')]));
    asked.graph.gone(object('a'));
    expect(asked.take()).toEqual(['delete b', 'delete c']);
    expect(asked.graph.isAbsent({ ...owner('a'), namespace: 'ns' })).toBe(true);
  });
  test('with the foreground finalizer waits for its dependents', () => {
    const asked = new Asked().seen(object('a'), object('b', [owner('a', { blockOwnerDeletion: true })]));
    asked.graph.seen(object('a', [], deleting(FOREGROUND)), object('a'));
    expect(asked.take()).toEqual(['delete b', 'delete a']);
    asked.graph.seen(object('a', [], deleting(FOREGROUND)), object('a', [], deleting(FOREGROUND)));
    expect(asked.take()).toEqual([]);
    asked.graph.gone(object('b'));
    expect(asked.take()).toEqual(['delete a']);
  });
  test('with the orphan finalizer sets its dependents free', () => {
    const asked = new Asked().seen(object('a'), object('b', [owner('a')]));
    asked.graph.seen(object('a', [], deleting(ORPHAN)), object('a'));
    expect(asked.take()).toEqual(['orphan a']);
  });
});

describe('owner references that change', () => {
  test('let a blocked owner be looked at when one is taken away or blocks no longer', () => {
    const blocked = object('b', [owner('a', { blockOwnerDeletion: true })]);
    for (const changed of [object('b'), object('b', [owner('a', { blockOwnerDeletion: false })])]) {
      const asked = new Asked().seen(object('a'), blocked);
      asked.graph.seen(changed, blocked);
      expect(asked.take()).toEqual(['delete a']);
    }
  });
  test('move the object from one owner to the other', () => {
    const asked = new Asked().seen(object('a'), object('x'), object('b', [owner('a')]), object('b', [owner('x')]));
    expect(asked.graph.get('a')?.dependents.size).toBe(0);
    asked.graph.gone(object('x'));
    expect(asked.take()).toEqual(['delete b']);
  });
});

describe('an owner that the server does not know', () => {
  test('goes out of the graph with its virtual node', () => {
    const asked = new Asked().seen(object('b', [owner('a')]));
    asked.take();
    asked.graph.goneVirtually({ ...owner('a'), namespace: 'ns' });
    expect(asked.take()).toEqual(['delete b']);
    expect(asked.graph.get('a')).toBeUndefined();
  });
  test('is looked for under its other name if dependents disagree', () => {
    const asked = new Asked().seen(object('b', [owner('a')]), object('c', [{ ...owner('a'), kind: 'Other' }]));
    asked.take();
    asked.graph.goneVirtually({ ...owner('a'), namespace: 'ns' });
    expect(asked.take()).toEqual(['delete b', 'delete virtual a']);
    expect(asked.graph.get('a')?.identity.kind).toBe('Other');
  });
  test('stays if it was seen as something else', () => {
    const asked = new Asked().seen(object('a'), object('c', [{ ...owner('a'), kind: 'Other' }]));
    asked.take();
    asked.graph.goneVirtually({ ...owner('a'), kind: 'Other', namespace: 'ns' });
    expect(asked.take()).toEqual(['delete c']);
    expect(asked.graph.get('a')).toBeDefined();
  });
});
