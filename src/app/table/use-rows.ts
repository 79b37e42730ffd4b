// Which records the table shows: what is told at this level, or of that what the filter finds.
import { useEffect, useMemo, useState } from 'react';
import { FLAGS } from '../../worker/protocol';
import { useDesk } from '../desk';
import { type Folded, useFolded } from '../folded';
import { createMatcher, type Matches, type Told, toldOf } from '../matcher';
import { useSignal } from '../react';
import { useUi } from '../ui';

export interface Found {
  readonly rows: Folded;
  /** How many the filter finds here. */
  readonly found: number;
  /** How many there are without a filter. */
  readonly total: number;
  /** What the filter finds; null without one. */
  readonly told: Told | null;
  /** What is wrong with the filter as it stands; the rows are those of the last good one. */
  readonly problem: Matches['problem'];
}

export function useRows(): Found {
  const { session } = useDesk();
  const grown = useSignal(session.grown);
  const [matcher] = useState(() => createMatcher(session));
  const text = useUi((ui) => ui.filter);
  useEffect(() => matcher.start(), [matcher]);
  useEffect(() => matcher.read(text), [matcher, text]);
  const { seqs, problem } = useSignal(matcher.found);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what grew, or is told at another level, is found anew
  const told = useMemo(() => {
    const boot = (seq: number): boolean => (session.columns.flags(seq) & FLAGS.boot) !== 0;
    return seqs === null ? null : toldOf(seqs, session.list(), session.columns, boot);
  }, [session, seqs, grown]);
  const rows = useFolded(session, told?.shown ?? null);
  return { rows, found: told?.shown.length ?? 0, total: session.list().length, told, problem };
}
