import { describe, expect, it } from 'vitest';
import { defaultRun } from '../cluster/default-run';
import type { Run } from '../wire/run';
import { createMarks, type Shelf } from './marks';
import type { Cursor } from './player';
import { signal } from './signal';

const given = (...lines: string[]): Run => ({
  ...defaultRun(1),
  inputs: lines.map((line) => ({ when: 'rest', input: { type: 'kubectl', line } })),
});
function open(run: Run, shelf: Shelf) {
  const played = signal<Run | null>(run);
  const cursor = signal<Cursor>({ seq: -1, arrived: true });
  const marks = createMarks({ run: played, player: { cursor } as never }, shelf);
  return { marks, played, cursor };
}
function shelfOf(text: string | null = null): Shelf & { text: string | null } {
  return {
    text,
    read() {
      return this.text;
    },
    write(next) {
      this.text = next;
    },
  };
}

describe('marks', () => {
  it('keep bookmarks with their notes under their run, for the next visit', () => {
    const shelf = shelfOf();
    const { marks } = open(given('kubectl get pods'), shelf);
    marks.toggle(9);
    marks.toggle(4);
    marks.write(9, 'look here');
    expect(open(given('kubectl get pods'), shelf).marks.bookmarks.get()).toEqual([
      { seq: 4, note: '' },
      { seq: 9, note: 'look here' },
    ]);
    expect(open(given('kubectl get nodes'), shelf).marks.bookmarks.get()).toEqual([]);
  });

  it('go along when the run goes on, and stay behind when it begins anew', () => {
    const { marks, played, cursor } = open(given('a'), shelfOf());
    marks.toggle(4);
    cursor.set({ seq: 4, arrived: true });
    played.set(given('a', 'b'));
    expect(marks.bookmarks.get()).toHaveLength(1);
    expect([...marks.visited.get()]).toEqual([4]);
    played.set(given('c'));
    expect(marks.bookmarks.get()).toEqual([]);
    expect(marks.visited.get().size).toBe(0);
  });

  it('are taken away by the same way that made them', () => {
    const shelf = shelfOf();
    const { marks } = open(given('a'), shelf);
    marks.toggle(4);
    marks.toggle(4);
    expect(marks.bookmarks.get()).toEqual([]);
    expect(shelf.text).toBe('[]');
  });

  it.each(['nonsense', '{}', '[1]', '[["x",[{"seq":"1","note":2}]]]', '[[1,2]]', 'null'])('live with whatever is stored: %s', (text) => {
    expect(open(given('a'), shelfOf(text)).marks.bookmarks.get()).toEqual([]);
  });

  it('work where storage is forbidden', () => {
    const forbidden: Shelf = {
      read: () => {
        throw new Error('no');
      },
      write: () => {
        throw new Error('no');
      },
    };
    const { marks } = open(given('a'), forbidden);
    marks.toggle(4);
    expect(marks.bookmarks.get()).toHaveLength(1);
  });
});
