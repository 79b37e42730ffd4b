// The record table: every told message, or those that a filter finds, one row each. The cursor's row is marked and
// followed; a row is a way there.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type KeyboardEvent, useCallback, useEffect, useRef } from 'react';
import { useDesk } from '../desk';
import { Hidden } from '../finder/hidden';
import { type Folded, keyOf } from '../folded';
import { Glyph } from '../parts/controls';
import { FoldRow } from '../parts/fold-row';
import { rowHeight } from '../pointer';
import { usePart, useSignal } from '../react';
import type { Session } from '../session';
import { shapeOf, toneOf } from '../stage/focus';
import { timeText } from '../text/duration';
import { table } from '../text/table';
import { finder } from '../text/timeline';
import { openMessage } from '../ui';
import { FilterBar } from './filter-bar';
import style from './table.module.css';
import { useRows } from './use-rows';

const ROW_HEIGHT = rowHeight(28);

export default function Table() {
  const { session } = useDesk();
  const found = useRows();
  const { rows } = found;
  const { seq } = useSignal(session.player.cursor);
  useSignal(session.lineArrived);
  const scroller = useRef<HTMLDivElement>(null);
  const here = rows.rowOf(seq);
  const current = rows.seqAt(here) === seq || rows.foldAt(here) !== null;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: useCallback((row: number) => keyOf(rows, row), [rows]),
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the table follows the cursor only when that moves, or its window changes
  useEffect(() => {
    if (here >= 0) virtual.scrollToIndex(here, { align: 'auto' });
  }, [seq, virtual.scrollRect?.height]);

  const back = current ? rows.step(here, -1) : here;
  function go(row: number): void {
    const goal = rows.seqAt(row);
    if (goal < 0) return;
    session.player.pause();
    session.player.seek(goal);
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown') go(rows.step(here, 1));
    else if (event.key === 'ArrowUp') go(back);
    else if (event.key === 'Enter' && isCurrent(event.target) && rows.foldAt(here) === null) openMessage();
    else return;
    event.preventDefault();
    event.stopPropagation();
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>('[aria-current]')?.focus());
  }
  return (
    <section aria-label={table.title} className={style.table}>
      <FilterBar
        found={found}
        atFirst={rows.length === 0 || (current && here === 0)}
        atLast={here === rows.length - 1}
        next={() => go(rows.step(here, 1))}
        previous={() => go(back)}
      />
      {rows.length === 0 ? (
        <div className={style.empty}>
          {found.told === null ? table.empty : found.told.further === null ? table.nothing : finder.noneHere}
          {found.told !== null && <Hidden told={found.told} session={session} />}
        </div>
      ) : (
        <>
          <Heads />
          <div ref={scroller} className={style.scroller} data-scrolls>
            <ol aria-label={table.title} className={style.rows} style={{ height: virtual.getTotalSize() }} onKeyDown={onKeyDown}>
              {virtual.getVirtualItems().map((item) => (
                <li key={item.key} aria-setsize={rows.length} aria-posinset={item.index + 1} style={{ display: 'contents' }}>
                  <TableRow session={session} rows={rows} row={item.index} top={item.start} focusable={item.index === Math.max(0, here)} />
                </li>
              ))}
            </ol>
          </div>
        </>
      )}
    </section>
  );
}

const Heads = () => (
  <p aria-hidden="true" className={`${style.row} ${style.heads}`}>
    {table.heads.map((head) => (
      <span key={head}>{head}</span>
    ))}
  </p>
);

const isCurrent = (target: EventTarget): boolean => target instanceof Element && target.getAttribute('aria-current') === 'step';

interface TableRowProps {
  readonly session: Session;
  readonly rows: Folded;
  readonly row: number;
  readonly top: number;
  readonly focusable: boolean;
}

function TableRow({ session, rows, row, top, focusable }: TableRowProps) {
  const seq = rows.seqAt(row);
  const fold = rows.foldAt(row);
  const current = usePart(session.player.cursor, (cursor) => cursor.seq === seq);
  const place = { transform: `translateY(${top}px)` };
  if (fold !== null) return <FoldRow fold={fold} session={session} focusable={focusable} style={{ position: 'absolute', ...place }} />;
  return <Row session={session} seq={seq} current={current} focusable={focusable} place={place} />;
}

interface RowProps {
  readonly session: Session;
  readonly seq: number;
  readonly current: boolean;
  readonly focusable: boolean;
  readonly place: CSSProperties;
}

function Row({ session, seq, current, focusable, place }: RowProps) {
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
      style={place}
      onClick={() => {
        session.player.pause();
        session.player.seek(seq);
      }}
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
