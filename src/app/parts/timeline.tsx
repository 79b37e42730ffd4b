// The timeline: scrub with pointer or keys. The picture is drawn anew only when the recording, the size or the
// chapter changes; the cursor moves by a custom property.
import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useDesk } from '../desk';
import type { Marks } from '../marks';
import { eased } from '../player';
import { usePreferences } from '../preferences';
import { usePart, useSignal } from '../react';
import type { Session } from '../session';
import { shapeOf, toneOf } from '../stage/focus';
import { timeText } from '../text/duration';
import { en } from '../text/en';
import { barsOf, chapterNames, placeAt, xOf } from '../timeline';
import { useUi } from '../ui';
import { Key } from './controls';
import style from './deck.module.css';

const NAMES_HEIGHT = 20;
/** Room below the bars, for a line where the cursor has been. */
const VISITED_HEIGHT = 4;
const FLAG = 5;

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

/** Chapter, state of the run, virtual time, number of the message. */
function Facts() {
  const { session, marks } = useDesk();
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
        title={digest === null ? undefined : en.status.digest(digest)}
        role="status"
      >
        {goal !== null ? en.status.replaying : state === 'rest' && seq >= 0 && session.atEnd() ? en.status.end : en.status[state]}
      </span>
      <span className={style.grow} />
      {seq >= 0 && (
        <button type="button" className={style.mark} aria-pressed={marked} title={en.marks.mark} onClick={() => marks.toggle(seq)}>
          {en.marks.mark} <Key>M</Key>
        </button>
      )}
      <span title={en.timeline.timeHint}>{timeText(at)}</span>
      <span>{en.timeline.count(list.placeOf(seq) + 1, list.length)}</span>
    </div>
  );
}

function Track() {
  const { session, marks } = useDesk();
  const bookmarks = useSignal(marks.bookmarks);
  const visited = useSignal(marks.visited);
  const track = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(track);
  const grown = useSignal(session.grown);
  const chapter = usePart(session.player.cursor, ({ seq }) => session.stepAt(seq)?.seq ?? -1);
  const { theme } = usePreferences();
  const presenting = useUi((ui) => ui.presenting);
  const scheme = useScheme();

  // biome-ignore lint/correctness/useExhaustiveDependencies: theme, scheme and grown change what is drawn
  useLayoutEffect(() => {
    if (canvas.current !== null && width > 0) draw(canvas.current, session, marks, width, presenting);
  }, [session, marks, bookmarks, visited, width, grown, chapter, theme, scheme, presenting]);

  const follow = useCallback(() => {
    const { seq, progress } = session.player.position();
    const list = session.list();
    const place = list.placeOf(seq);
    const to = xOf(place, list.length, width);
    const from = xOf(place - 1, list.length, width);
    track.current?.style.setProperty('--cursor', `${(from + (to - from) * eased(progress)).toFixed(2)}px`);
  }, [session, width]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a list that grew gives each place less room
  useLayoutEffect(follow, [follow, grown]);
  useEffect(() => session.player.onMove(follow), [session, follow]);

  function scrub(event: PointerEvent<HTMLDivElement>): void {
    const { left } = event.currentTarget.getBoundingClientRect();
    const list = session.list();
    const place = placeAt(event.clientX - left, list.length, width);
    session.player.pause();
    session.player.seek(list.at(place));
  }
  return (
    <Slider session={session} trackRef={track} scrub={scrub}>
      <canvas ref={canvas} />
      <span className={style.future} />
      <span className={style.cursor} />
    </Slider>
  );
}

interface SliderProps {
  readonly session: Session;
  readonly trackRef: React.RefObject<HTMLDivElement | null>;
  readonly scrub: (event: PointerEvent<HTMLDivElement>) => void;
  readonly children: React.ReactNode;
}

function Slider({ session, trackRef, scrub, children }: SliderProps) {
  const { seq } = useSignal(session.player.cursor);
  const detail = useSignal(session.detail);
  const list = session.list();
  const place = list.placeOf(seq);
  const sentence = detail?.line.seq === seq ? detail.line.sentence : '';

  /** The other keys of a slider are those of the whole page. */
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowUp') session.player.next();
    else if (event.key === 'ArrowDown') session.player.previous();
    else return;
    event.preventDefault();
  }
  return (
    <div
      ref={trackRef}
      role="slider"
      tabIndex={0}
      className={style.track}
      aria-label={en.timeline.scrub}
      aria-valuemin={0}
      aria-valuemax={list.length}
      aria-valuenow={place + 1}
      aria-valuetext={place < 0 ? en.timeline.start : en.timeline.value(place + 1, list.length, sentence)}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        scrub(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) scrub(event);
      }}
    >
      {children}
    </div>
  );
}

function useWidth(element: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    setWidth(current.clientWidth);
    const observer = new ResizeObserver(() => setWidth(current.clientWidth));
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** Changes when the system's colours do. */
function useScheme(): boolean {
  const [dark, setDark] = useState(false);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const hear = (): void => setDark(query.matches);
    hear();
    query.addEventListener('change', hear);
    return () => query.removeEventListener('change', hear);
  }, []);
  return dark;
}

function draw(canvas: HTMLCanvasElement, session: Session, marks: Marks, width: number, presenting: boolean): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const height = canvas.clientHeight;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.scale(ratio, ratio);
  const css = getComputedStyle(canvas);
  const list = session.list();
  const top = presenting ? 0 : NAMES_HEIGHT;
  const room = height - top;
  for (const bar of barsOf(list, session.columns, width)) {
    const header = session.columns.header(bar.seq);
    if (header === null) continue;
    const tall = presenting ? room - VISITED_HEIGHT : Math.max(3, Math.round(bar.height * (room - 2 - VISITED_HEIGHT)));
    const wide = Math.max(1, Math.min(bar.width - 1.5, 10));
    context.fillStyle = css.getPropertyValue(shapeOf(header) === 'failure' ? '--fail' : `--${toneOf(header)}`);
    context.beginPath();
    context.roundRect(bar.x + (bar.width - wide) / 2, height - VISITED_HEIGHT - tall, wide, tall, Math.min(2, wide / 2));
    context.fill();
  }
  drawMarks(context, css, session, marks, width, top, height);
  if (presenting) return;
  context.font = `500 12px ${css.fontFamily}`;
  context.textBaseline = 'middle';
  const cursor = session.player.position().seq;
  for (const name of chapterNames(session.steps.get(), list, width, cursor, (text) => context.measureText(text).width)) {
    context.fillStyle = css.getPropertyValue(name.current ? '--text' : '--text-faint');
    context.fillText(name.text, name.x, NAMES_HEIGHT / 2);
  }
}

/** A line below what was visited; a flag over what is bookmarked. */
function drawMarks(
  context: CanvasRenderingContext2D,
  css: CSSStyleDeclaration,
  session: Session,
  marks: Marks,
  width: number,
  top: number,
  height: number,
): void {
  const list = session.list();
  const pitch = Math.max(1, width / list.length);
  const placeOfTold = (seq: number): number => {
    const place = list.placeOf(seq);
    return list.at(place) === seq ? place : -1;
  };
  context.fillStyle = css.getPropertyValue('--edge-high');
  for (const seq of marks.visited.get()) {
    const place = placeOfTold(seq);
    if (place >= 0) context.fillRect((place * width) / list.length, height - 2, pitch, 2);
  }
  context.fillStyle = css.getPropertyValue('--accent');
  for (const { seq } of marks.bookmarks.get()) {
    const x = xOf(list.placeOf(seq), list.length, width);
    context.beginPath();
    context.moveTo(x - FLAG, top);
    context.lineTo(x + FLAG, top);
    context.lineTo(x, top + 2 * FLAG);
    context.fill();
  }
}
