// Which records the table shows: what is told at this level, or of that what the filter finds.
import { useEffect, useState } from 'react';
import { FLAGS } from '../../worker/protocol';
import { useDesk } from '../desk';
import { createMatcher, type Matches, type Told, toldOf } from '../matcher';
import { useSignal } from '../react';
import type { Session } from '../session';
import { useUi } from '../ui';

export interface Found {
  readonly rows: readonly number[];
  /** How many there are without a filter. */
  readonly total: number;
  /** What the filter finds; null without one. */
  readonly told: Told | null;
  /** What is wrong with the filter as it stands; the rows are those of the last good one. */
  readonly problem: Matches['problem'];
}

export function useRows(): Found {
  const { session } = useDesk();
  const [matcher] = useState(() => createMatcher(session));
  const text = useUi((ui) => ui.filter);
  useSignal(session.grown);
  useEffect(() => matcher.start(), [matcher]);
  useEffect(() => matcher.read(text), [matcher, text]);
  const { seqs, problem } = useSignal(matcher.found);
  const boot = (seq: number): boolean => (session.columns.flags(seq) & FLAGS.boot) !== 0;
  const told = seqs === null ? null : toldOf(seqs, session.list(), session.columns, boot);
  return { rows: told?.shown ?? all(session), total: session.list().length, told, problem };
}

function all(session: Session): readonly number[] {
  const list = session.list();
  return Array.from({ length: list.length }, (_, place) => list.at(place));
}
