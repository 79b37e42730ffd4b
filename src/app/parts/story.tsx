// All told messages as a list: the cursor's twin. It follows the cursor, and the cursor follows it.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useDesk } from '../desk';
import { useSignal } from '../react';
import type { Session } from '../session';
import { shapeOf, toneOf } from '../stage/focus';
import { timeText } from '../text/duration';
import { en } from '../text/en';
import { splitSentence } from '../text/sentence';
import { Bookmarks } from './bookmarks';
import { Glyph } from './controls';
import panel from './panel.module.css';
import style from './story.module.css';

const ROW_HEIGHT = 72;

export default function Story() {
  const { session } = useDesk();
  useSignal(session.grown);
  useSignal(session.lineArrived);
  const { seq } = useSignal(session.player.cursor);
  const scroller = useRef<HTMLDivElement>(null);
  const list = session.list();
  const here = list.placeOf(seq);
  const rows = useVirtualizer({
    count: list.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => list.at(index),
    overscan: 6,
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the list follows the cursor only when that moves
  useEffect(() => {
    if (here >= 0) rows.scrollToIndex(here, { align: 'auto' });
  }, [here]);

  function onKeyDown(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const goal = list.at(Math.max(0, Math.min(list.length - 1, here + step)));
    session.player.pause();
    session.player.seek(goal);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>('[aria-current]')?.focus());
  }

  if (list.length === 0) return <p className={panel.empty}>{en.story.empty}</p>;
  return (
    <div className={style.story}>
      <Bookmarks />
      <div ref={scroller} className={style.list}>
        <ol aria-label={en.story.title} className={style.rows} style={{ height: rows.getTotalSize() }} onKeyDown={onKeyDown}>
          {rows.getVirtualItems().map((item) => (
            <li
              key={item.key}
              ref={rows.measureElement}
              data-index={item.index}
              aria-setsize={list.length}
              aria-posinset={item.index + 1}
              className={style.item}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Row session={session} seq={list.at(item.index)} before={list.at(item.index - 1)} current={item.index === here} />
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

interface RowProps {
  readonly session: Session;
  readonly seq: number;
  /** The told record before it; -1 if it is the first. */
  readonly before: number;
  readonly current: boolean;
}

function Row({ session, seq, before, current }: RowProps) {
  const header = session.columns.header(seq);
  const line = session.lineOf(seq);
  const step = session.stepAt(seq);
  const begins = step !== null && (before < 0 || session.stepAt(before)?.chapter !== step.chapter);
  if (header === null) return null;
  const sentence = step?.seq === seq ? step.sentence : (line?.sentence ?? '');
  const { who, what } = splitSentence(sentence, header);
  return (
    <>
      {begins && <p className={style.chapter}>{step.chapter}</p>}
      <button
        type="button"
        className={style.row}
        aria-current={current ? 'step' : undefined}
        tabIndex={current ? 0 : -1}
        onClick={() => {
          session.player.pause();
          session.player.seek(seq);
        }}
      >
        <Glyph shape={shapeOf(header)} tone={toneOf(header)} />
        <span className={style.who}>
          <b>{who}</b>
          {step?.seq === seq && step.told !== null && <span className={style.told}>{en.story.told(step.told)}</span>}
          <span className={style.time}>{timeText(header.atUs)}</span>
        </span>
        <span className={style.text}>{what}</span>
        <span className={style.summary}>{line?.summary ?? ' '}</span>
      </button>
    </>
  );
}
