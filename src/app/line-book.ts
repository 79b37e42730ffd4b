// The texts of records for lists: asked for in handfuls as rows come into view, and kept for a while.
import type { Line } from '../worker/protocol';
import { type Signal, signal } from './signal';

interface LineBook {
  /** Undefined until it came; asks for it. */
  get(seq: number): Line | undefined;
  /** Rises when lines came. */
  readonly arrived: Signal<number>;
  forget(): void;
}

const KEPT = 4096;
const AT_ONCE = 256;

export function createLineBook(ask: (seqs: readonly number[]) => Promise<readonly Line[]>): LineBook {
  const known = new Map<number, Line>();
  const arrived = signal(0);
  let wanted = new Set<number>();
  let asked = new Set<number>();
  let generation = 0;

  function flush(): void {
    const seqs = [...wanted].slice(-AT_ONCE);
    wanted = new Set();
    if (seqs.length === 0) return;
    for (const seq of seqs) asked.add(seq);
    const now = generation;
    void ask(seqs).then((lines) => {
      if (now !== generation) return;
      for (const line of lines) known.set(line.seq, line);
      for (const seq of seqs) asked.delete(seq);
      for (const seq of known.keys()) if (known.size > KEPT) known.delete(seq);
      arrived.set(arrived.get() + 1);
    });
  }

  return {
    arrived,
    get(seq) {
      const line = known.get(seq);
      if (line === undefined && !asked.has(seq)) {
        if (wanted.size === 0) queueMicrotask(flush);
        wanted.add(seq);
      }
      return line;
    },
    forget() {
      generation++;
      known.clear();
      wanted = new Set();
      asked = new Set();
    },
  };
}
