// The ladder: a lane for each that speaks, a row for each told message. A canvas draws the rows in sight; the rows
// themselves are a list of buttons over it, which is what the keyboard and a screen reader use.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { useDesk } from '../desk';
import { type Folded, keyOf, useFolded } from '../folded';
import { FoldRow } from '../parts/fold-row';
import { usePart, useSignal } from '../react';
import { useColours } from '../scheme';
import type { Session } from '../session';
import { spanText, timeText } from '../text/duration';
import { ladder } from '../text/ladder';
import type { Header } from '../trace-columns';
import { openMessage, useUi } from '../ui';
import { drawRows, LANE_WIDTH, laneX, MARGIN, ROW_HEIGHT } from './draw';
import style from './ladder.module.css';
import { type Lanes, lanesOf } from './lanes';

/** The names stand over the rows, within what scrolls. */
const NAMES_HEIGHT = 49;
/** At least so much room for what was sent. */
const WHAT_WIDTH = 240;
/** So much virtual time between two rows is said. */
const GAP_US = 1_000_000;

export default function Ladder() {
  const { session } = useDesk();
  const grown = useSignal(session.grown);
  const list = session.list();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a recording that grew may have others that speak
  const lanes = useMemo(() => lanesOf(speakers(session)), [session, list, grown]);
  if (list.length === 0) return <p className={style.empty}>{ladder.empty}</p>;
  return <Rungs lanes={lanes} />;
}

function speakers(session: Session): Set<string> {
  const found = new Set<string>();
  const list = session.list();
  for (let place = 0; place < list.length; place++) {
    const header = session.columns.header(list.at(place));
    if (header !== null) found.add(header.from).add(header.to);
  }
  return found;
}

function Rungs({ lanes }: { readonly lanes: Lanes }) {
  const { session } = useDesk();
  const { seq } = useSignal(session.player.cursor);
  useSignal(session.lineArrived);
  const folded = useFolded(session);
  const here = folded.rowOf(seq);
  const scroller = useRef<HTMLDivElement>(null);
  const width = MARGIN + lanes.lanes.length * LANE_WIDTH;
  const rows = useVirtualizer({
    count: folded.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: useCallback((row: number) => keyOf(folded, row), [folded]),
    overscan: 8,
    scrollPaddingEnd: NAMES_HEIGHT,
  });
  const items = rows.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items[items.length - 1]?.index ?? -1];

  // biome-ignore lint/correctness/useExhaustiveDependencies: the ladder follows the cursor only when that moves, or its window changes
  useEffect(() => {
    if (here >= 0) rows.scrollToIndex(here, { align: 'auto' });
    const header = session.columns.header(seq);
    if (header !== null && scroller.current !== null) followSideways(scroller.current, lanes, header);
  }, [seq, rows.scrollRect?.height]);

  function onKeyDown(event: KeyboardEvent): void {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by === 0) return;
    session.player.pause();
    session.player.seek(folded.seqAt(folded.step(here, by)));
    event.preventDefault();
    event.stopPropagation();
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>('[aria-current]')?.focus());
  }
  return (
    <section aria-label={ladder.title} className={style.ladder}>
      <div ref={scroller} className={style.scroller} data-scrolls>
        <Names lanes={lanes} width={width} />
        <ol
          aria-label={ladder.title}
          className={style.rows}
          style={{ minWidth: width + WHAT_WIDTH, height: rows.getTotalSize() }}
          onKeyDown={onKeyDown}
        >
          <Drawing rows={folded} lanes={lanes} first={first} last={last} width={width} />
          {items.map(({ key, index, start }) => (
            <li key={key} aria-setsize={folded.length} aria-posinset={index + 1}>
              <LadderRow rows={folded} row={index} top={start} left={width} focusable={index === Math.max(0, here)} />
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

/** Where not all lanes are in sight, those of the message are. */
function followSideways(scroller: HTMLElement, { laneOf }: Lanes, { from, to }: Header): void {
  const ends = [laneOf(from), laneOf(to)];
  const left = laneX(Math.min(...ends)) - LANE_WIDTH / 2 - MARGIN;
  const right = laneX(Math.max(...ends)) + LANE_WIDTH / 2;
  const { scrollLeft, clientWidth } = scroller;
  if (left < scrollLeft || right > scrollLeft + clientWidth) scroller.scrollLeft = Math.min(left, right - clientWidth / 2);
}

const Names = ({ lanes: { lanes }, width }: { readonly lanes: Lanes; readonly width: number }) => (
  <div aria-hidden="true" className={style.names} style={{ minWidth: width + WHAT_WIDTH, paddingLeft: MARGIN }}>
    {lanes.map(({ id, name, node }) => (
      <span key={id} style={{ width: LANE_WIDTH }}>
        <b>{name}</b>
        {node}
      </span>
    ))}
  </div>
);

interface LadderRowProps {
  readonly rows: Folded;
  readonly row: number;
  readonly top: number;
  /** Where the lanes end and the words begin. */
  readonly left: number;
  readonly focusable: boolean;
}

function LadderRow({ rows, row, top, left, focusable }: LadderRowProps) {
  const { session } = useDesk();
  const fold = rows.foldAt(row);
  const seq = rows.seqAt(row);
  const place = { transform: `translateY(${top}px)` };
  const before = rows.seqAt(row - 1);
  const passed = before < 0 ? 0 : session.columns.atUs(seq) - session.columns.atUs(rows.foldAt(row - 1)?.last ?? before);
  return (
    <>
      {fold === null ? (
        <Rung seq={seq} left={left} focusable={focusable} place={place} />
      ) : (
        <FoldRow fold={fold} session={session} focusable={focusable} style={{ position: 'absolute', height: ROW_HEIGHT, ...place }} />
      )}
      {passed >= GAP_US && (
        <p className={style.gap} style={place}>
          <span>{ladder.later(spanText(passed))}</span>
        </p>
      )}
    </>
  );
}

interface RungProps {
  readonly seq: number;
  readonly left: number;
  readonly focusable: boolean;
  readonly place: CSSProperties;
}

function Rung({ seq, left, focusable, place }: RungProps) {
  const { session } = useDesk();
  const current = usePart(session.player.cursor, (cursor) => cursor.seq === seq);
  const line = session.lineOf(seq);
  return (
    <button
      type="button"
      className={style.row}
      aria-label={line?.sentence ?? ladder.row(seq)}
      title={line?.summary}
      aria-current={current ? 'step' : undefined}
      tabIndex={focusable ? 0 : -1}
      style={place}
      onClick={() => {
        session.player.pause();
        session.player.seek(seq);
      }}
      onDoubleClick={openMessage}
    >
      {timeText(session.columns.atUs(seq))}
      <span className={style.what} style={{ left }}>
        {line?.summary}
      </span>
    </button>
  );
}

interface DrawingProps {
  readonly rows: Folded;
  readonly lanes: Lanes;
  readonly first: number;
  readonly last: number;
  readonly width: number;
}

/** The rows in sight, as a picture below their buttons. */
function Drawing({ rows, lanes, first, last, width }: DrawingProps) {
  const { session } = useDesk();
  const colours = useColours();
  const presenting = useUi((ui) => ui.presenting);
  const canvas = useRef<HTMLCanvasElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours and size change what is drawn
  useLayoutEffect(() => {
    if (canvas.current !== null) drawRows(canvas.current, { session, rows, lanes, first, last, width });
  }, [session, rows, lanes, first, last, width, colours, presenting]);
  return (
    <li aria-hidden="true" className={style.drawn} style={{ transform: `translateY(${first * ROW_HEIGHT}px)` }}>
      <canvas ref={canvas} />
    </li>
  );
}
