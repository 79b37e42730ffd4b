// Where a line is taken hold of: a click shows it, pulling it away cuts it.
import { type PointerEvent, useRef, useState } from 'react';
import { cutOf, type Ends, lineId } from '../../acts/lines';
import type { Edge } from '../../places';
import { actOn } from '../../ui';
import { useStage } from '../context';
import css from './line.module.css';

/** So far a line gives, in pixels of the screen. */
const BREAKS_PX = 32;
const CLICK_PX = 6;

export function Pull({ edge, ends }: { readonly edge: Edge; readonly ends: Ends }) {
  const { session } = useStage();
  const from = useRef<{ readonly x: number; readonly y: number } | null>(null);
  const [broken, setBroken] = useState(false);
  const pulled = ({ clientX, clientY }: PointerEvent): number =>
    from.current === null ? 0 : Math.hypot(clientX - from.current.x, clientY - from.current.y);

  function take(event: PointerEvent<SVGPathElement>): void {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { x: event.clientX, y: event.clientY };
  }
  function leave(): void {
    from.current = null;
    setBroken(false);
  }
  function release(event: PointerEvent): void {
    const distance = pulled(event);
    const held = from.current !== null;
    leave();
    if (held && distance >= BREAKS_PX) session.give({ type: 'fault', fault: cutOf(ends) });
    else if (held && distance < CLICK_PX) actOn(lineId(edge.a, edge.b));
  }
  return (
    <path
      className={`nopan ${css.pull}`}
      d={edge.route.d}
      data-line={lineId(edge.a, edge.b)}
      data-broken={broken || undefined}
      onPointerDown={take}
      onPointerMove={(event) => setBroken(pulled(event) >= BREAKS_PX)}
      onPointerUp={release}
      onPointerCancel={leave}
    />
  );
}
