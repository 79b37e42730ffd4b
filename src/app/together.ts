// What is under way at the same time as the message at the cursor, as lists and the callout say it.
import { useMemo } from 'react';
import { useSignal } from './react';
import type { Session } from './session';
import { companionsOf, shareAt, timeAt } from './stage/focus';
import type { Header } from './trace-columns';

export interface Together {
  /** The cursor's message and those under way with it. */
  readonly seqs: ReadonlySet<number>;
  readonly first: number;
  readonly last: number;
}

/** Told messages under way when a message has come half of its way, but for itself. */
export const othersWith = ({ columns, list }: Session, header: Header): readonly Header[] =>
  companionsOf(columns, list(), header).filter((other) => shareAt(other, timeAt(header, 0.5)) !== null);

/** Null where the message at the cursor is alone. */
export function useTogether(session: Session): Together | null {
  const { seq } = useSignal(session.player.cursor);
  const grown = useSignal(session.grown);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what grew, or is told at another level, is looked through anew
  return useMemo(() => {
    const header = session.columns.header(seq);
    if (header === null) return null;
    const all = [seq, ...othersWith(session, header).map((other) => other.seq)].sort((a, b) => a - b);
    return all.length < 2 ? null : { seqs: new Set(all), first: all[0] ?? seq, last: all[all.length - 1] ?? seq };
  }, [session, seq, grown]);
}
