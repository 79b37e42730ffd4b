import { describe, expect, it } from 'vitest';
import { defaultRun } from '../../cluster/default-run';
import type { Run } from '../../wire/run';
import type { Shelf } from '../marks';
import type { Cursor } from '../player';
import type { Replaced, Session } from '../session';
import { signal } from '../signal';
import { branchName } from '../text/branches';
import { createBranches } from './branches';

const given = (...lines: string[]): Run => ({
  ...defaultRun(1),
  inputs: lines.map((line) => ({ when: 'rest', input: { type: 'kubectl', line } })),
});
const shelfOf = (text: string | null = null): Shelf & { text: string | null } => ({
  text,
  read() {
    return this.text;
  },
  write(next) {
    this.text = next;
  },
});

/** A session that plays at once whatever it is told to; one record per second. */
function made(shelf = shelfOf()) {
  const run = signal<Run | null>(given());
  const replaced = signal<Replaced | null>(null);
  const cursor = signal<Cursor>({ seq: 5, arrived: true });
  const status = signal({ state: 'rest', records: 10 });
  const opened: [Run, unknown][] = [];
  const session = {
    run,
    replaced,
    status,
    player: { cursor },
    columns: { atUs: (seq: number) => seq * 1_000_000 },
    open(wanted: Run, goal: unknown) {
      replaced.set(null);
      opened.push([wanted, goal]);
      run.set(wanted);
    },
  } as unknown as Session;
  const branches = createBranches(session, shelf);
  const fork = (seq: number, next: Run): void => {
    replaced.set({ run: run.get() as Run, seq, place: seq });
    run.set(next);
  };
  return { branches, run, status, fork, opened, shelf, names: () => branches.list.get().map(branchName) };
}

describe('branches', () => {
  it('are made by an input in the past, and named by it and its moment', () => {
    const { branches, run, fork, names } = made();
    run.set(given('a'));
    run.set(given('a', 'b'));
    fork(3, given('a', 'c'));
    run.set(given('a', 'c', 'd'));
    expect(names()).toEqual(['a', 'c, 3.000 s']);
    expect(branches.list.get()[0]?.run.inputs).toHaveLength(2);
    expect(branches.list.get()[1]).toMatchObject({ left: { id: 1, seq: 3, place: 3, inputs: 1 }, run: given('a', 'c', 'd') });
    expect(branches.open.get()).toBe(2);
  });

  it('are gone to at the same virtual moment, and left again for the branch before', () => {
    const { branches, run, fork, opened } = made();
    run.set(given('a', 'b'));
    fork(3, given('a', 'c'));
    branches.go(1);
    expect(opened.at(-1)).toEqual([given('a', 'b'), { atUs: 5_000_000, seq: 5 }]);
    expect(branches.back()).toBe(false);
    branches.go(2);
    expect(branches.back()).toBe(true);
    expect(opened.at(-1)).toEqual([given('a', 'b'), { record: 3 }]);
    expect(branches.list.get()).toHaveLength(2);
  });

  it('are told apart although one has all inputs of the other, and more', () => {
    const { branches, run, fork } = made();
    run.set(given('a'));
    fork(3, given('a', 'b'));
    branches.go(1);
    branches.go(2);
    expect(branches.open.get()).toBe(2);
    expect(branches.list.get().map((branch) => branch.run.inputs.length)).toEqual([1, 2]);
  });

  it('remember how far they were played, and another name', () => {
    const { branches, run, fork, status, names } = made();
    run.set(given('a'));
    fork(3, given('b'));
    status.set({ state: 'running', records: 12 });
    expect(branches.list.get().map(({ records }) => records)).toEqual([0, 0]);
    status.set({ state: 'rest', records: 20 });
    branches.rename(2, 'what if');
    expect(branches.list.get()[1]?.records).toBe(20);
    expect(names()[1]).toBe('what if');
  });

  it('are deleted, but not while they are open; what left one of them stays', () => {
    const { branches, run, fork } = made();
    run.set(given('a'));
    fork(3, given('b'));
    branches.remove(2);
    branches.remove(1);
    expect(branches.list.get().map(({ id }) => id)).toEqual([2]);
    expect(branches.back()).toBe(false);
  });

  it('are kept on the device, at most so many', () => {
    const { run, shelf } = made();
    for (let i = 0; i < 60; i++) run.set(given(`x${i}`));
    const { branches, names } = made(shelf);
    expect(branches.list.get().length).toBeLessThanOrEqual(25);
    expect(names()).toContain('x59');
  });

  it.each(['nonsense', '{}', '[1, null]', '[{"id":1,"name":"","run":{},"left":null,"records":0}]'])(
    'live with whatever is stored: %s',
    (text) => {
      expect(made(shelfOf(text)).branches.list.get()).toHaveLength(1);
    },
  );
});
