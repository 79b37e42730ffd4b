// The ladder: a lane for each that speaks, a row for each told message. A canvas draws the rows in sight; the rows
// themselves are a list of buttons over it, which is what the keyboard and a screen reader use.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { useDesk } from '../desk';
import { usePreferences } from '../preferences';
import { useSignal } from '../react';
import type { Session } from '../session';
import { timeText } from '../text/duration';
import { ladder } from '../text/ladder';
import { openMessage } from '../ui';
import { drawRows, LANE_WIDTH, MARGIN, ROW_HEIGHT } from './draw';
import style from './ladder.module.css';
import { type Lanes, lanesOf } from './lanes';

/** At least so much room for what was sent. */
const WHAT_WIDTH = 240;

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
  const list = session.list();
  const here = list.placeOf(seq);
  const scroller = useRef<HTMLDivElement>(null);
  const width = MARGIN + lanes.lanes.length * LANE_WIDTH;
  const rows = useVirtualizer({
    count: list.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => list.at(index),
    overscan: 8,
  });
  const items = rows.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items[items.length - 1]?.index ?? -1];

  // biome-ignore lint/correctness/useExhaustiveDependencies: the ladder follows the cursor only when that moves
  useEffect(() => {
    if (here >= 0) rows.scrollToIndex(here, { align: 'auto' });
  }, [here]);

  function go(place: number): void {
    const goal = list.at(Math.max(0, Math.min(list.length - 1, place)));
    session.player.pause();
    session.player.seek(goal);
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown') go(here + 1);
    else if (event.key === 'ArrowUp') go(here - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>('[aria-current]')?.focus());
  }
  return (
    <section aria-label={ladder.title} className={style.ladder}>
      <div ref={scroller} className={style.scroller}>
        <Names lanes={lanes} width={width} />
        <ol
          aria-label={ladder.title}
          className={style.rows}
          style={{ minWidth: width + WHAT_WIDTH, height: rows.getTotalSize() }}
          onKeyDown={onKeyDown}
        >
          <Drawing lanes={lanes} first={first} last={last} width={width} />
          {items.map(({ key, index, start }) => (
            <li key={key} aria-setsize={list.length} aria-posinset={index + 1}>
              <Rung
                seq={list.at(index)}
                top={start}
                left={width}
                current={list.at(index) === seq}
                focusable={index === Math.max(0, here)}
                go={() => go(index)}
              />
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
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

interface RungProps {
  readonly seq: number;
  readonly top: number;
  /** Where the lanes end and the words begin. */
  readonly left: number;
  readonly current: boolean;
  readonly focusable: boolean;
  readonly go: () => void;
}

function Rung({ seq, top, left, current, focusable, go }: RungProps) {
  const { session } = useDesk();
  const line = session.lineOf(seq);
  return (
    <button
      type="button"
      className={style.row}
      aria-label={line?.sentence ?? ladder.row(seq)}
      title={line?.summary}
      aria-current={current ? 'step' : undefined}
      tabIndex={focusable ? 0 : -1}
      style={{ transform: `translateY(${top}px)` }}
      onClick={go}
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
  readonly lanes: Lanes;
  readonly first: number;
  readonly last: number;
  readonly width: number;
}

/** The rows in sight, as a picture below their buttons. */
function Drawing({ lanes, first, last, width }: DrawingProps) {
  const { session } = useDesk();
  const { theme } = usePreferences();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { length } = session.list();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what is drawn
  useLayoutEffect(() => {
    if (canvas.current !== null) drawRows(canvas.current, { session, lanes, first, last, width });
  }, [session, lanes, first, last, width, theme, length]);
  return (
    <li aria-hidden="true" className={style.drawn} style={{ transform: `translateY(${first * ROW_HEIGHT}px)` }}>
      <canvas ref={canvas} />
    </li>
  );
}
