// How a message moves on its way: a short lean back, then ease in and out. Pure.
import { eased } from '../player';
import type { Route } from '../route';

/** Share of its time in which it leans back before it goes. */
const LEAN = 0.14;
const LEAN_BACK = 5;

export interface Standing {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
  /** How much of the way lies behind it. */
  readonly share: number;
}

/** Where a message stands when a share of its time has passed. */
export function standing(way: Route, progress: number): Standing {
  if (progress < LEAN) {
    const start = way.at(0);
    const back = LEAN_BACK * Math.sin((Math.PI * progress) / LEAN);
    return { ...start, x: start.x - Math.cos(start.angle) * back, y: start.y - Math.sin(start.angle) * back, share: 0 };
  }
  const share = eased((progress - LEAN) / (1 - LEAN));
  return { ...way.at(share), share };
}
