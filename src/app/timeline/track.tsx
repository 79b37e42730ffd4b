// The track of the timeline: scrub with pointer or keys, zoom with wheel, pinch or keys. The picture is drawn anew only
// when the recording, the size, the zoom or the chapter changes; the cursor moves by a custom property.
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useDesk } from '../desk';
import { Glyph } from '../parts/controls';
import { eased } from '../player';
import { usePart, useSignal } from '../react';
import { useColours } from '../scheme';
import type { Session } from '../session';
import { shapeOf, toneOf } from '../stage/focus';
import { timeText } from '../text/duration';
import { en } from '../text/en';
import { timelineText } from '../text/timeline';
import { show, useUi } from '../ui';
import { drawTimeline } from './draw';
import { Overview } from './overview';
import { placeAt, xOf } from './picture';
import style from './track.module.css';
import { useGestures } from './use-gestures';
import { type Size, useSize } from './use-size';
import { holding, spanIn } from './zoom';

export default function Track() {
  const { session } = useDesk();
  const track = useRef<HTMLDivElement>(null);
  const size = useSize(track);
  const { width } = size;
  const zoom = useUi((ui) => ui.span);
  useSignal(session.grown);
  const presenting = useUi((ui) => ui.presenting);
  useFollowing(track, width);
  // The track is gone when a recording begins anew: what was in sight of the one before means nothing then.
  useEffect(() => () => show({ span: null, unfolded: new Set() }), []);
  useGestures(track, session);
  return (
    <div className={style.whole}>
      <Slider session={session} trackRef={track}>
        {width > 0 && <Picture size={size} />}
        <span className={style.future} />
        <span className={style.cursor} />
      </Slider>
      {!presenting && <Pointed track={track} width={width} />}
      {zoom !== null && !presenting && <Overview />}
    </div>
  );
}

/** What the pointer is over: number, time, who to whom. For the eye only: the keyboard has the slider's value. */
function Pointed({ track, width }: { readonly track: React.RefObject<HTMLDivElement | null>; readonly width: number }) {
  const { session } = useDesk();
  const zoom = useUi((ui) => ui.span);
  const [x, setX] = useState<number | null>(null);
  useEffect(() => {
    const element = track.current;
    if (element === null) return;
    const move = (event: PointerEvent): void =>
      setX(event.pointerType === 'mouse' && event.buttons === 0 ? event.clientX - element.getBoundingClientRect().left : null);
    const leave = (): void => setX(null);
    const heard = { pointermove: move, pointerdown: leave, pointerleave: leave } as const;
    for (const [name, hear] of Object.entries(heard)) element.addEventListener(name, hear as EventListener);
    return () => {
      for (const [name, hear] of Object.entries(heard)) element.removeEventListener(name, hear as EventListener);
    };
  }, [track]);
  if (x === null) return null;
  const list = session.list();
  const span = spanIn(zoom, list.length);
  const place = placeAt(x, span, width);
  const header = session.columns.header(list.at(place));
  if (header === null) return null;
  const left = xOf(place, span, width);
  return (
    <span aria-hidden="true" className={style.pointed} style={left > width / 2 ? { right: width - left } : { left }}>
      <Glyph shape={shapeOf(header)} tone={toneOf(header)} />
      <b>{header.from === header.to ? header.from : `${header.from} → ${header.to}`}</b>
      {timeText(header.atUs)}
      <span>{timelineText.number(place + 1)}</span>
    </span>
  );
}

function Picture({ size }: { readonly size: Size }) {
  const { session, marks, matches } = useDesk();
  const canvas = useRef<HTMLCanvasElement>(null);
  const bookmarks = useSignal(marks.bookmarks);
  const visited = useSignal(marks.visited);
  const found = useSignal(matches);
  const grown = useSignal(session.grown);
  const chapter = usePart(session.player.cursor, ({ seq }) => session.stepAt(seq)?.seq ?? -1);
  const presenting = useUi((ui) => ui.presenting);
  const zoom = useUi((ui) => ui.span);
  const colours = useColours();
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours, chapter and what grew change what is drawn
  useLayoutEffect(() => {
    if (canvas.current === null) return;
    const span = spanIn(zoom, session.list().length);
    drawTimeline(canvas.current, { session, marks, matches: found, span, size, presenting });
  }, [session, marks, found, bookmarks, visited, size, grown, chapter, colours, presenting, zoom]);
  return <canvas ref={canvas} />;
}

/** Moves the line of the cursor; where that leaves what is in sight, the timeline follows. */
function useFollowing(track: React.RefObject<HTMLDivElement | null>, width: number): void {
  const { session } = useDesk();
  const grown = useSignal(session.grown);
  const zoom = useUi((ui) => ui.span);
  const follow = useCallback(() => {
    const { seq, progress } = session.player.position();
    const list = session.list();
    const place = list.placeOf(seq);
    const span = spanIn(zoom, list.length);
    const to = xOf(place, span, width);
    const from = xOf(place - 1, span, width);
    const x = Math.max(-2, Math.min(from + (to - from) * eased(progress), width + 2));
    track.current?.style.setProperty('--cursor', `${x.toFixed(2)}px`);
  }, [session, width, zoom, track]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a list that grew gives each place less room
  useLayoutEffect(follow, [follow, grown]);
  useEffect(() => session.player.onMove(follow), [session, follow]);
  useEffect(() => {
    const keepInSight = (): void => {
      const list = session.list();
      const { span } = useUi.getState();
      const next = holding(span, list.length, list.placeOf(session.player.cursor.get().seq));
      if (next !== span) show({ span: next });
    };
    return session.player.cursor.subscribe(keepInSight);
  }, [session]);
}

interface SliderProps {
  readonly session: Session;
  readonly trackRef: React.RefObject<HTMLDivElement | null>;
  readonly children: React.ReactNode;
}

function Slider({ session, trackRef, children }: SliderProps) {
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
    >
      {children}
    </div>
  );
}
