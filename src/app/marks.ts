// Where a person was in this recording, and what they marked there with a note. Bookmarks stay on the device, under
// the run that they belong to; what was visited is forgotten with the page.
import type { Run } from '../wire/run';
import type { Session } from './session';
import { type Signal, signal } from './signal';

export interface Bookmark {
  readonly seq: number;
  readonly note: string;
}
export interface Marks {
  /** Records at which the cursor stood. */
  readonly visited: Signal<ReadonlySet<number>>;
  /** In the order of their records. */
  readonly bookmarks: Signal<readonly Bookmark[]>;
  /** Marks a record, or takes its mark away. */
  toggle(seq: number): void;
  write(seq: number, note: string): void;
}
/** What the browser keeps; both may throw where storage is forbidden. */
export interface Shelf {
  read(): string | null;
  write(text: string): void;
}

const MAX_RUNS = 20;
const MAX_BOOKMARKS = 200;
const MAX_NOTE = 500;
const MAX_KEY = 4_000;

type Kept = readonly (readonly [run: string, bookmarks: readonly Bookmark[]])[];

/** What decides a run, as text. */
export const keyOf = (run: Run): string => JSON.stringify([run.seed, run.cluster, run.inputs]);
const isBookmark = (value: unknown): value is Bookmark =>
  typeof value === 'object' &&
  value !== null &&
  Number.isSafeInteger((value as Bookmark).seq) &&
  typeof (value as Bookmark).note === 'string' &&
  (value as Bookmark).note.length <= MAX_NOTE;

/** What was kept, as far as it makes sense. */
function keptOn(shelf: Shelf): Kept {
  try {
    const value: unknown = JSON.parse(shelf.read() ?? '[]');
    if (!Array.isArray(value)) return [];
    return value.flatMap((entry: unknown) => {
      const [run, bookmarks] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
      return typeof run === 'string' && Array.isArray(bookmarks) ? [[run, bookmarks.filter(isBookmark)] as const] : [];
    });
  } catch {
    return [];
  }
}

/** One run is the other with more inputs at its end: its records are the other's, and more. */
export const goesOn = (before: Run, after: Run): boolean => {
  const { inputs } = before;
  return keyOf({ ...after, inputs: after.inputs.slice(0, inputs.length) }) === keyOf(before);
};

export function createMarks(session: Pick<Session, 'run' | 'player'>, shelf: Shelf): Marks {
  const visited = signal<ReadonlySet<number>>(new Set());
  const bookmarks = signal<readonly Bookmark[]>([]);
  let run: Run | null = null;

  function follow(): void {
    const next = session.run.get();
    if (next === null || next === run) return;
    const kept = keptOn(shelf).find(([key]) => key === keyOf(next))?.[1];
    if (run === null || !goesOn(run, next)) {
      visited.set(new Set());
      bookmarks.set(kept ?? []);
    }
    run = next;
  }
  function visit(): void {
    const { seq, arrived } = session.player.cursor.get();
    if (seq >= 0 && arrived && !visited.get().has(seq)) visited.set(new Set([...visited.get(), seq]));
  }
  function put(next: readonly Bookmark[]): void {
    bookmarks.set([...next].sort((a, b) => a.seq - b.seq).slice(0, MAX_BOOKMARKS));
    if (run === null || keyOf(run).length > MAX_KEY) return;
    const key = keyOf(run);
    const others = keptOn(shelf).filter(([other]) => other !== key);
    const mine = bookmarks.get().length > 0 ? [[key, bookmarks.get()] as const] : [];
    try {
      shelf.write(JSON.stringify([...mine, ...others].slice(0, MAX_RUNS)));
    } catch {
      // Nowhere to keep them: they hold until the page is closed.
    }
  }

  follow();
  session.run.subscribe(follow);
  session.player.cursor.subscribe(visit);
  return {
    visited,
    bookmarks,
    toggle(seq) {
      if (seq < 0) return;
      const others = bookmarks.get().filter((bookmark) => bookmark.seq !== seq);
      put(others.length < bookmarks.get().length ? others : [...others, { seq, note: '' }]);
    },
    write(seq, note) {
      put(bookmarks.get().map((bookmark) => (bookmark.seq === seq ? { seq, note: note.slice(0, MAX_NOTE) } : bookmark)));
    },
  };
}

export const browserShelf = (name: 'bookmarks' | 'branches'): Shelf => ({
  read: () => localStorage.getItem(`watchloop.${name}`),
  write: (text) => localStorage.setItem(`watchloop.${name}`, text),
});
