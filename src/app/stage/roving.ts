// Arrow keys among the components: the nearest one in that direction, as the eye sees it. Pure.
import type { Layout } from '../layout';
import { centre, type Rect } from '../places';
import type { Tiles } from './scene-index';

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';
const STEPS: { readonly [direction in Direction]: readonly [number, number] } = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const HEAD = 32;
/** How much worse a step aside is than one straight on. */
const ASIDE = 2.5;
/** How much worse is what is not wholly ahead. */
const BESIDE = 400;

export const isDirection = (key: string): key is Direction => key in STEPS;

/** All that can be focused, and where it is. */
export function stopsOf(layout: Layout, tiles: Tiles): ReadonlyMap<string, Rect> {
  const stops = new Map<string, Rect>();
  for (const { node, rect } of layout.frames) stops.set(`node/${node}`, { ...rect, w: Math.min(rect.w, 160), h: HEAD });
  for (const { id, kind, rect } of layout.places) if (kind !== 'shelf') stops.set(id, rect);
  for (const [id, rect] of tiles) stops.set(id, rect);
  return stops;
}

/** The stop that lies next to `from`; null if there is none. */
export function nextStop(stops: ReadonlyMap<string, Rect>, from: string, direction: Direction): string | null {
  const here = stops.get(from);
  if (here === undefined) return null;
  const [dx, dy] = STEPS[direction];
  const [x, y] = centre(here);
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [id, rect] of stops) {
    const [cx, cy] = centre(rect);
    const ahead = (cx - x) * dx + (cy - y) * dy;
    if (id === from || ahead <= 1) continue;
    const clear = dx !== 0 ? beyond(here.x, here.w, rect.x, rect.w, dx) : beyond(here.y, here.h, rect.y, rect.h, dy);
    const gap = dx !== 0 ? apart(here.y, here.h, rect.y, rect.h) : apart(here.x, here.w, rect.x, rect.w);
    const aside = Math.abs((cx - x) * dy + (cy - y) * dx);
    const cost = (clear < 0 ? BESIDE + ahead : clear) + gap * ASIDE + aside * 0.3;
    if (cost < least) {
      least = cost;
      best = id;
    }
  }
  return best;
}

/** How far two spans are from touching. */
const apart = (a: number, aSize: number, b: number, bSize: number): number => Math.max(0, b - a - aSize, a - b - bSize);
/** How far a span begins after another ends, in a direction; negative if it does not. */
const beyond = (a: number, aSize: number, b: number, bSize: number, direction: number): number =>
  direction > 0 ? b - a - aSize : a - b - bSize;
