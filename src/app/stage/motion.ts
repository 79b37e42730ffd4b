// How a message moves on its way: a short lean back, then ease in and out, to the border of its receiver.
// Pure.
import { eased } from '../player';
import type { Route } from '../route';
import type { Shape } from './focus';

/** Share of its time in which it leans back before it goes. */
const LEAN = 0.14;
const LEAN_BACK = 5;
/** How far before the border a message's middle stops, so that it touches and covers nothing. */
const REACH: { readonly [shape in Shape]: number } = { request: 9, answer: 9, delivery: 10, stream: 8, packet: 10, failure: 20 };

export interface Standing {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
  /** How much of the way lies behind it. */
  readonly share: number;
}

/** Where a message stands when a share of its time has passed. */
export function standing(way: Route, progress: number, shape: Shape): Standing {
  const room = Math.min(REACH[shape] / way.length, 0.35);
  if (progress < LEAN) {
    const start = way.at(room);
    const back = Math.min(LEAN_BACK, room * way.length) * Math.sin((Math.PI * progress) / LEAN);
    return { ...start, x: start.x - Math.cos(start.angle) * back, y: start.y - Math.sin(start.angle) * back, share: room };
  }
  const share = room + eased((progress - LEAN) / (1 - LEAN)) * (1 - 2 * room);
  return { ...way.at(share), share };
}
