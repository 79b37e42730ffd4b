// A row that stands for several quiet messages: it counts them, and opens.
import type { CSSProperties } from 'react';
import { type Fold, toggleFold } from '../folded';
import { useSignal } from '../react';
import type { Session } from '../session';
import { folds } from '../text/folds';
import { Chevron } from './controls';
import style from './fold-row.module.css';

interface FoldRowProps {
  readonly fold: Fold;
  readonly session: Session;
  readonly focusable: boolean;
  readonly style?: CSSProperties;
}

export function FoldRow({ fold, session, focusable, style: place }: FoldRowProps) {
  const { seq } = useSignal(session.player.cursor);
  const { open, count, kinds } = fold;
  const holds = !open && seq >= fold.seq && seq <= fold.last;
  const list = session.list();
  return (
    <button
      type="button"
      aria-expanded={open}
      aria-current={holds ? 'step' : undefined}
      tabIndex={focusable ? 0 : -1}
      className={style.fold}
      style={place}
      onClick={() => toggleFold(fold)}
    >
      <Chevron up={open} />
      <span>{folds.what(count, kinds)}</span>
      {holds && <span>{folds.here(list.placeOf(seq) - list.placeOf(fold.seq) + 1)}</span>}
    </button>
  );
}
