// The record table: every told message, or those that a filter finds, one row each. The cursor's row is marked and
// followed; a row is a way there.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useDesk } from '../desk';
import { Hidden } from '../finder/hidden';
import { Glyph } from '../parts/controls';
import { useSignal } from '../react';
import type { Session } from '../session';
import { shapeOf, toneOf } from '../stage/focus';
import { timeText } from '../text/duration';
import { table } from '../text/table';
import { finder } from '../text/timeline';
import { openMessage } from '../ui';
import { FilterBar } from './filter-bar';
import style from './table.module.css';
import { useRows } from './use-rows';

const ROW_HEIGHT = 28;

export default function Table() {
  const { session } = useDesk();
  const found = useRows();
  const { rows } = found;
  const { seq } = useSignal(session.player.cursor);
  useSignal(session.lineArrived);
  const scroller = useRef<HTMLDivElement>(null);
  const here = lastAtOrBefore(rows, seq);
  const current = rows[here] === seq;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index] ?? index,
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the table follows the cursor only when that moves
  useEffect(() => {
    if (here >= 0) virtual.scrollToIndex(here, { align: 'auto' });
  }, [here]);

  function go(index: number): void {
    const goal = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (goal === undefined) return;
    session.player.pause();
    session.player.seek(goal);
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown') go(here + 1);
    else if (event.key === 'ArrowUp') go(current ? here - 1 : here);
    else if (event.key === 'Enter' && current) openMessage();
    else return;
    event.preventDefault();
    event.stopPropagation();
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>('[aria-current]')?.focus());
  }
  return (
    <section aria-label={table.title} className={style.table}>
      <FilterBar found={found} place={current ? here + 1 : 0} next={() => go(here + 1)} previous={() => go(current ? here - 1 : here)} />
      {rows.length === 0 ? (
        <div className={style.empty}>
          {found.told === null ? table.empty : found.told.further === null ? table.nothing : finder.noneHere}
          {found.told !== null && <Hidden told={found.told} session={session} />}
        </div>
      ) : (
        <div ref={scroller} className={style.scroller}>
          <ol aria-label={table.title} className={style.rows} style={{ height: virtual.getTotalSize() }} onKeyDown={onKeyDown}>
            {virtual.getVirtualItems().map((item) => (
              <li key={item.key} aria-setsize={rows.length} aria-posinset={item.index + 1} style={{ display: 'contents' }}>
                <Row
                  session={session}
                  seq={rows[item.index] ?? -1}
                  top={item.start}
                  current={rows[item.index] === seq}
                  focusable={item.index === Math.max(0, here)}
                  go={() => go(item.index)}
                />
              </li>
            ))}
          </ol>
        </div>
      )}
    </section>
  );
}

/** Place of the last row that is not after `seq`; -1 if there is none. */
function lastAtOrBefore(rows: readonly number[], seq: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

interface RowProps {
  readonly session: Session;
  readonly seq: number;
  readonly top: number;
  readonly current: boolean;
  readonly focusable: boolean;
  readonly go: () => void;
}

function Row({ session, seq, top, current, focusable, go }: RowProps) {
  const header = session.columns.header(seq);
  const line = session.lineOf(seq);
  if (header === null) return null;
  return (
    <button
      type="button"
      aria-current={current ? 'step' : undefined}
      tabIndex={focusable ? 0 : -1}
      className={style.row}
      data-failed={header.failed || undefined}
      title={line?.sentence}
      style={{ transform: `translateY(${top}px)` }}
      onClick={go}
      onDoubleClick={openMessage}
    >
      <span>{seq}</span>
      <span>{timeText(header.atUs)}</span>
      <span>{header.from === 'kube-controller-manager' && header.actor !== '' ? header.actor : header.from}</span>
      <span>
        <Glyph shape={shapeOf(header)} tone={toneOf(header)} />
        {header.to === header.from ? '' : header.to}
      </span>
      <code>{line?.summary ?? ''}</code>
    </button>
  );
}
