// What of the stage is in view. Pure: the view that shows a part of it, and the part that a message needs.
import type { Layout } from '../layout';
import type { Rect } from '../places';
import { rectOf } from '../ways';
import type { Focus } from './focus';
import type { View } from './render';
import { boundsOf, pieceOf, type Tiles } from './scene-index';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const MIN_ZOOM = 0.2;
export const MAX_ZOOM = 3;
/** Below this width the view follows the action. */
const NARROW = 720;
const MAX_FIT_ZOOM = 1.8;
const MAX_FOLLOW_ZOOM = 1.05;
/** The smallest text at 20 points. */
const PRESENTING_ZOOM = 2.2;
/** Of a box that speaks, at least so much on each side of where its line ends. */
const REACH = 110;
/** A box up to this width is shown whole. */
const SMALL = 190;

export const isNarrow = ({ width }: Size): boolean => width < NARROW;
/** The callout stands at the foot of the stage, and the view follows the action above it. */
export const docks = (size: Size, presenting: boolean): boolean => presenting || isNarrow(size);

/** The view in which `part` fills `size`, between `top` and `bottom` pixels that are taken. */
export function viewOf(part: Rect, size: Size, { padding = 8, maxZoom = MAX_FIT_ZOOM, bottom = 0 } = {}): View {
  const height = size.height - bottom;
  const zoom = Math.max(MIN_ZOOM, Math.min(maxZoom, (size.width - 2 * padding) / part.w, (height - 2 * padding) / part.h));
  return { x: (size.width - part.w * zoom) / 2 - part.x * zoom, y: (height - part.h * zoom) / 2 - part.y * zoom, zoom };
}

export const wholeOf = (layout: Layout): Rect => ({ x: 8, y: 8, w: layout.width - 16, h: layout.height - 16 });

/** On a narrow stage: the person and the gate's door at first, then where the message goes. */
export function actionOf(layout: Layout, focus: Focus | null, tiles: Tiles): Rect {
  if (focus === null) return { x: 12, y: 40, w: 460, h: 380 };
  const from = rectOf(layout, focus.from, tiles);
  const to = rectOf(layout, focus.to, tiles);
  if (focus.way === null) {
    const box = to ?? from ?? wholeOf(layout);
    return box;
  }
  const start = focus.way.at(0);
  const end = focus.way.at(1);
  const pieces: Rect[] = focus.way.between(0, 1).map(([x, y]) => ({ x: x - 12, y: y - 12, w: 24, h: 24 }));
  if (from !== undefined) pieces.push(from.w <= SMALL ? from : pieceOf(from, [start.x, start.y], REACH));
  if (to !== undefined) pieces.push(to.w <= SMALL ? to : pieceOf(to, [end.x, end.y], REACH));
  return boundsOf(pieces);
}

/** The view that follows the action, with room for the callout below. */
export const followed = (part: Rect, size: Size, calloutHeight: number, presenting: boolean): View =>
  viewOf(part, size, { padding: 12, maxZoom: presenting ? PRESENTING_ZOOM : MAX_FOLLOW_ZOOM, bottom: calloutHeight });

export const toScreen = ({ x, y, w, h }: Rect, view: View): Rect => ({
  x: x * view.zoom + view.x,
  y: y * view.zoom + view.y,
  w: w * view.zoom,
  h: h * view.zoom,
});
