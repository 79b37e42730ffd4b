// Which records the table shows: what is told at this level, or of that what the filter finds.
import { useEffect, useState } from 'react';
import { type FilterProblem, parseFilter } from '../../trace/filter-text';
import { useDesk } from '../desk';
import { useSignal } from '../react';
import type { Session } from '../session';
import { useUi } from '../ui';

export interface Found {
  readonly rows: readonly number[];
  /** How many there are without a filter. */
  readonly total: number;
  readonly filtered: boolean;
  /** What is wrong with the filter as it stands; the rows are those of the last good one. */
  readonly problem: FilterProblem | null;
}

const SETTLE_MS = 150;

export function useRows(): Found {
  const { session } = useDesk();
  const text = useUi((ui) => ui.filter);
  const grown = useSignal(session.grown);
  const [matches, setMatches] = useState<ReadonlySet<number> | null>(null);
  const parsed = parseFilter(text);
  const wanted = !parsed.ok ? null : parsed.value.length === 0 ? '' : text;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a recording that grew is looked through again
  useEffect(() => {
    if (wanted === null) return;
    if (wanted === '') {
      setMatches(null);
      return;
    }
    let awaited = true;
    const timer = setTimeout(() => {
      void session.ask({ type: 'filter', text: wanted }).then(({ seqs }) => {
        if (awaited) setMatches(new Set(seqs));
      });
    }, SETTLE_MS);
    return () => {
      awaited = false;
      clearTimeout(timer);
    };
  }, [session, wanted, grown]);

  const all = told(session);
  const rows = matches === null ? all : all.filter((seq) => matches.has(seq));
  return { rows, total: all.length, filtered: matches !== null, problem: parsed.ok ? null : parsed.error };
}

function told(session: Session): readonly number[] {
  const list = session.list();
  return Array.from({ length: list.length }, (_, place) => list.at(place));
}
