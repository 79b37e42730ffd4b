// The timeline: where the cursor is and how the run stands, in a line; below it the track, which is fetched once
// something is recorded.
import { useDesk } from '../desk';
import { later } from '../later';
import { useSignal } from '../react';
import { timeText } from '../text/duration';
import { en } from '../text/en';
import { zoomTimeline } from '../timeline/zoom-page';
import { openFinder, show, useUi } from '../ui';
import { Key } from './controls';
import style from './deck.module.css';

export const Track = later(() => import('../timeline/track'));

export function Timeline() {
  const { session } = useDesk();
  useSignal(session.grown);
  const empty = session.list().length === 0;
  return (
    <div className={style.timeline}>
      <Facts />
      {empty ? <p className={style.empty}>{en.timeline.empty}</p> : <Track />}
    </div>
  );
}

/** Chapter, state of the run, ways to find and to mark, virtual time, number of the message. */
function Facts() {
  const { session, marks, address } = useDesk();
  const same = useSignal(address.match) === 'same';
  const { seq } = useSignal(session.player.cursor);
  const marked = useSignal(marks.bookmarks).some((bookmark) => bookmark.seq === seq);
  const { state, digest } = useSignal(session.status);
  const goal = useSignal(session.goal);
  useSignal(session.grown);
  const list = session.list();
  const step = seq < 0 ? null : session.stepAt(seq);
  const first = list.at(0);
  const at = seq >= 0 ? session.columns.atUs(seq) : first >= 0 ? session.columns.atUs(first) : 0;
  return (
    <div className={style.facts}>
      {step !== null && (
        <strong>
          {step.chapter} {step.occurrence}
        </strong>
      )}
      <span
        className={style.state}
        data-state={state}
        data-digest={digest ?? undefined}
        title={digest === null ? undefined : same ? en.status.digestOfLink(digest) : en.status.digest(digest)}
        role="status"
      >
        {goal !== null ? en.status.replaying : state === 'rest' && seq >= 0 && session.atEnd() ? en.status.end : en.status[state]}
      </span>
      <span className={style.grow} />
      {first >= 0 && <Zoom />}
      <Breakpoints />
      {seq >= 0 && (
        <button type="button" className={style.mark} aria-pressed={marked} title={en.marks.mark} onClick={() => marks.toggle(seq)}>
          {en.marks.mark} <Key>M</Key>
        </button>
      )}
      <button
        type="button"
        className={style.mark}
        title={en.timeline.timeHint}
        aria-label={en.timeline.toTime(timeText(at))}
        onClick={() => openFinder('time')}
      >
        {timeText(at)} <Key>T</Key>
      </button>
      <span>{en.timeline.count(list.placeOf(seq) + 1, list.length)}</span>
    </div>
  );
}

function Zoom() {
  const { session } = useDesk();
  const whole = useUi((ui) => ui.span === null);
  return (
    <span className={style.zoom}>
      {!whole && (
        <button type="button" className={style.mark} onClick={() => show({ span: null })}>
          {en.timeline.whole} <Key>0</Key>
        </button>
      )}
      <button
        type="button"
        className={style.mark}
        aria-label={en.timeline.zoomOut}
        aria-disabled={whole}
        onClick={() => zoomTimeline(session, 0.5)}
      >
        −
      </button>
      <button type="button" className={style.mark} aria-label={en.timeline.zoomIn} onClick={() => zoomTimeline(session, 2)}>
        +
      </button>
    </span>
  );
}

/** Opens the row that finds; with breakpoints set, how many there are. */
function Breakpoints() {
  const { session, matches } = useDesk();
  const set = useUi((ui) => ui.breakpoints !== '');
  const open = useUi((ui) => ui.finder !== null);
  useSignal(session.grown);
  const list = session.list();
  const count = useSignal(matches).filter((seq) => list.at(list.placeOf(seq)) === seq).length;
  return (
    <button
      type="button"
      className={`${style.mark} ${style.find}`}
      aria-expanded={open}
      title={en.timeline.breakpointsHint}
      onClick={() => (open ? show({ finder: null }) : openFinder('breakpoints'))}
    >
      {set ? en.timeline.breakpointsAt(count) : en.timeline.breakpoints} <Key>F</Key>
    </button>
  );
}
