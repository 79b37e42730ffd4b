// All of the recording in a thin strip while the timeline shows a part: the part is a window that can be moved.
import { type KeyboardEvent, type PointerEvent, useLayoutEffect, useRef } from 'react';
import { useDesk } from '../desk';
import { useSignal } from '../react';
import { useColours } from '../scheme';
import { timelineText } from '../text/timeline';
import { show, useUi } from '../ui';
import { drawOverview } from './draw';
import style from './track.module.css';
import { useSize } from './use-size';
import { spanIn } from './zoom';

export function Overview() {
  const { session } = useDesk();
  const strip = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(strip);
  const { width } = size;
  const colours = useColours();
  const grown = useSignal(session.grown);
  const zoom = useUi((ui) => ui.span);
  const { seq } = useSignal(session.player.cursor);
  const list = session.list();
  const total = Math.max(1, list.length);
  const { first, count } = spanIn(zoom, list.length);
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours and what grew change what is drawn
  useLayoutEffect(() => {
    if (canvas.current !== null && size.width > 0) drawOverview(canvas.current, session, size);
  }, [session, size, grown, colours]);

  const to = (place: number): void => show({ span: spanIn({ first: Math.round(place), count }, list.length) });
  function drag(event: PointerEvent<HTMLDivElement>): void {
    const { left } = event.currentTarget.getBoundingClientRect();
    to(((event.clientX - left) / width) * total - count / 2);
  }
  function onKeyDown(event: KeyboardEvent): void {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    to(first + step * Math.max(1, count / 4));
  }
  return (
    <div
      ref={strip}
      role="slider"
      aria-label={timelineText.overview}
      aria-valuemin={1}
      aria-valuemax={Math.max(1, total - count + 1)}
      aria-valuenow={first + 1}
      aria-valuetext={timelineText.inSight(first + 1, first + count, total)}
      tabIndex={0}
      data-arrows
      className={style.overview}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) drag(event);
      }}
    >
      <canvas ref={canvas} />
      <span className={style.window} style={{ left: `${(first / total) * 100}%`, width: `${(count / total) * 100}%` }} />
      <span className={style.here} style={{ left: `${((list.placeOf(seq) + 0.5) / total) * 100}%` }} />
    </div>
  );
}
