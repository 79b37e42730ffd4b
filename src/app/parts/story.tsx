// All told messages as a list: the cursor's twin. It follows the cursor, and the cursor follows it.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useRef } from 'react';
import { useDesk } from '../desk';
import { type Folded, keyOf, useFolded } from '../folded';
import { rowHeight } from '../pointer';
import { useSignal } from '../react';
import type { Session } from '../session';
import { shapeOf, toneOf } from '../stage/focus';
import { timeText } from '../text/duration';
import { en } from '../text/en';
import { folds } from '../text/folds';
import { splitSentence } from '../text/sentence';
import { type Together, useTogether } from '../together';
import { Bookmarks } from './bookmarks';
import { Glyph } from './controls';
import { FoldRow } from './fold-row';
import panel from './panel.module.css';
import { Said } from './said';
import style from './story.module.css';

const ROW_HEIGHT = 72;
const FOLD_HEIGHT = rowHeight(28);

export default function Story() {
  const { session } = useDesk();
  useSignal(session.lineArrived);
  const { seq } = useSignal(session.player.cursor);
  const scroller = useRef<HTMLDivElement>(null);
  const folded = useFolded(session);
  const together = useTogether(session);
  const here = folded.rowOf(seq);
  const rows = useVirtualizer({
    count: folded.length,
    getScrollElement: () => scroller.current,
    estimateSize: (row) => (folded.foldAt(row) === null ? ROW_HEIGHT : FOLD_HEIGHT),
    getItemKey: useCallback((row: number) => keyOf(folded, row), [folded]),
    overscan: 6,
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the list follows the cursor only when that moves
  useEffect(() => {
    if (here >= 0) rows.scrollToIndex(here, { align: 'auto' });
  }, [seq]);

  function onKeyDown(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    session.player.pause();
    session.player.seek(folded.seqAt(folded.step(here, step)));
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>('[aria-current]')?.focus());
  }

  if (folded.length === 0) return <p className={panel.empty}>{en.story.empty}</p>;
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
              aria-setsize={folded.length}
              aria-posinset={item.index + 1}
              className={style.item}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <StoryRow session={session} folded={folded} row={item.index} current={item.index === here} together={together} />
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

interface StoryRowProps {
  readonly session: Session;
  readonly folded: Folded;
  readonly row: number;
  readonly current: boolean;
  readonly together: Together | null;
}

/** A message or a fold, with the bracket of what is under way at the same time as the cursor's message. */
function StoryRow({ session, folded, row, current, together }: StoryRowProps) {
  const seq = folded.seqAt(row);
  const fold = folded.foldAt(row);
  const bracketed = together !== null && seq >= together.first && seq <= together.last;
  const content =
    fold === null ? (
      <Row session={session} seq={seq} before={folded.seqAt(row - 1)} current={current} />
    ) : (
      <FoldRow fold={fold} session={session} focusable={current} />
    );
  if (!bracketed) return content;
  const ends = [seq === together.first && 'first', folded.seqAt(row + 1) > together.last && 'last'].filter(Boolean).join(' ');
  return (
    <div className={style.bracket} data-ends={ends} data-apart={!together.seqs.has(seq) || undefined}>
      {seq === together.first && <p className={style.together}>{folds.sameTime(together.seqs.size)}</p>}
      {content}
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
        <span className={style.text}>
          <Said text={what} />
        </span>
        <span className={style.summary}>{line?.summary ?? ' '}</span>
      </button>
    </>
  );
}
