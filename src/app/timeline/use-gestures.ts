// What the pointer does on the track: one scrubs, two pinch, the wheel zooms, sideways or with Shift it moves along.
import { type RefObject, useEffect } from 'react';
import type { Session } from '../session';
import { show, useUi } from '../ui';
import { placeAt } from './picture';
import { panned, spanIn, zoomed } from './zoom';

const WHEEL_ZOOM = 0.0022;
const LINE_PX = 16;

export function useGestures(track: RefObject<HTMLElement | null>, session: Session): void {
  useEffect(() => (track.current === null ? undefined : listen(track.current, session)), [track, session]);
}

function listen(element: HTMLElement, session: Session): () => void {
  const down = new Map<number, number>();
  const spanNow = () => spanIn(useUi.getState().span, session.list().length);
  const zoomAt = (clientX: number, by: number): void => {
    const { left, width } = element.getBoundingClientRect();
    const { first, count } = spanNow();
    const place = first + ((clientX - left) / width) * count;
    show({ span: zoomed(useUi.getState().span, session.list().length, by, place) });
  };
  const scrub = (clientX: number): void => {
    const { left, width } = element.getBoundingClientRect();
    const seq = session.list().at(placeAt(clientX - left, spanNow(), width));
    session.player.pause();
    session.player.seek(seq);
  };
  const apart = (): number => {
    const [a = 0, b = 0] = down.values();
    return Math.max(1, Math.abs(a - b));
  };

  function onDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    down.set(event.pointerId, event.clientX);
    if (down.size === 1) scrub(event.clientX);
  }
  function onMove(event: PointerEvent): void {
    if (!down.has(event.pointerId)) return;
    const before = apart();
    down.set(event.pointerId, event.clientX);
    if (down.size === 1) scrub(event.clientX);
    else if (down.size === 2) zoomAt([...down.values()].reduce((sum, x) => sum + x, 0) / 2, apart() / before);
  }
  function onUp(event: PointerEvent): void {
    down.delete(event.pointerId);
  }
  function onWheel(event: WheelEvent): void {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const aside = event.shiftKey ? event.deltaX + event.deltaY : event.deltaX;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const places = (aside * unit * spanNow().count) / element.clientWidth;
      show({ span: panned(useUi.getState().span, session.list().length, places) });
    } else zoomAt(event.clientX, Math.exp(-event.deltaY * unit * WHEEL_ZOOM * (event.ctrlKey ? 4 : 1)));
  }

  const heard = { pointerdown: onDown, pointermove: onMove, pointerup: onUp, pointercancel: onUp, wheel: onWheel } as const;
  for (const [name, hear] of Object.entries(heard)) element.addEventListener(name, hear as EventListener, { passive: false });
  return () => {
    for (const [name, hear] of Object.entries(heard)) element.removeEventListener(name, hear as EventListener);
  };
}
