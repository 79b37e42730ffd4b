// Where the callout stands: near its message, inside the container, never over sender or receiver; over nothing else
// where there is room for that, and else over as little as can be. Pure; pixels of the container.
import type { Rect } from '../places';

export interface CalloutNeeds {
  readonly width: number;
  readonly height: number;
  readonly container: { readonly width: number; readonly height: number };
  /** What must stay free. */
  readonly ends: readonly Rect[];
  /** Points along the way, first to last; for what happens in one place, its middle. */
  readonly way: readonly (readonly [number, number])[];
  /** What had better stay free. */
  readonly others: readonly Rect[];
}
export interface CalloutPlace {
  readonly x: number;
  readonly y: number;
}

const MARGIN = 12;
const DISTANCE = 22;
/** How finely a free spot is looked for. */
const RASTER = 16;
/** What a name that is cut in two costs, in pixels of distance. */
const CUT_NAME = 90;
/** Where a box says its name: at the left of its head. */
const NAME_SHARE = 0.6;
const NAME_HEIGHT = 32;
/** The thread to the message had better not cross the boxes that speak. */
const THREAD_STEPS = 12;

export function placeCallout(needs: CalloutNeeds): CalloutPlace {
  const near = cheapest(spots(needs), needs) ?? { x: MARGIN, y: MARGIN };
  const best = isFree(near, needs) ? near : (cheapest(raster(needs), needs, isFree) ?? near);
  return { x: Math.round(best.x), y: Math.round(best.y) };
}

function cheapest(candidates: Iterable<CalloutPlace>, needs: CalloutNeeds, may: typeof isFree = () => true): CalloutPlace | null {
  const { width, height } = needs;
  const [middleX, middleY] = middleOf(needs);
  let best: CalloutPlace | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const spot of candidates) {
    const far = distanceTo({ x: spot.x, y: spot.y, w: width, h: height }, middleX, middleY);
    if (far >= least || !may(spot, needs)) continue;
    const cost = costOf(spot, needs, least);
    if (cost >= least) continue;
    least = cost;
    best = spot;
  }
  return best;
}

function isFree({ x, y }: CalloutPlace, { width, height, ends, others }: CalloutNeeds): boolean {
  const box = { x, y, w: width, h: height };
  return others.every((other) => overlap(box, other) === 0) && ends.every((end) => overlap(box, end) === 0);
}

/** Anywhere in the container. */
function* raster({ width, height, container }: CalloutNeeds): Generator<CalloutPlace> {
  for (let y = MARGIN; y <= container.height - height - MARGIN; y += RASTER)
    for (let x = MARGIN; x <= container.width - width - MARGIN; x += RASTER) yield { x, y };
}

/** Beside each of the points, beside both ends, and in the container's corners. */
function* spots(needs: CalloutNeeds): Generator<CalloutPlace> {
  const { width, height, container } = needs;
  const kept = ({ x, y }: CalloutPlace): CalloutPlace => ({
    x: Math.max(MARGIN, Math.min(x, container.width - width - MARGIN)),
    y: Math.max(MARGIN, Math.min(y, container.height - height - MARGIN)),
  });
  const anchors: Rect[] = [...needs.way.map(([x, y]) => ({ x, y, w: 0, h: 0 })), ...needs.ends];
  for (const { x, y, w, h } of anchors) {
    for (const along of [0.5, 0.15, 0.85, 0, 1]) {
      const left = x + w / 2 - width * along;
      const top = y + h / 2 - height * along;
      yield kept({ x: left, y: y - height - DISTANCE });
      yield kept({ x: left, y: y + h + DISTANCE });
      yield kept({ x: x - width - DISTANCE, y: top });
      yield kept({ x: x + w + DISTANCE, y: top });
    }
  }
  for (const x of [MARGIN, container.width - width - MARGIN])
    for (const y of [MARGIN, container.height - height - MARGIN]) yield kept({ x, y });
}

const middleOf = ({ way }: CalloutNeeds): readonly [number, number] => way[Math.floor(way.length / 2)] ?? [0, 0];

/** Where it is at least `enough`, it is not looked at to the end. */
function costOf(spot: CalloutPlace, needs: CalloutNeeds, enough: number): number {
  const { width, height, ends, way, others } = needs;
  const box = { x: spot.x, y: spot.y, w: width, h: height };
  const [middleX, middleY] = middleOf(needs);
  let cost = distanceTo(box, middleX, middleY);
  const near = grown(box, 8);
  for (const end of ends) cost += 1000 * Math.min(overlap(near, end), 1) + overlap(box, end);
  if (cost >= enough) return cost;
  const about = grown(box, 10);
  for (const [x, y] of way) if (distanceTo(about, x, y) === 0) cost += 240;
  const [startX, startY] = threadStart(box, middleX, middleY);
  for (let step = 0; step <= THREAD_STEPS && way.length > 1; step++) {
    const x = startX + ((middleX - startX) * step) / THREAD_STEPS;
    const y = startY + ((middleY - startY) * step) / THREAD_STEPS;
    if (ends.some((end) => distanceTo(end, x, y) === 0)) cost += 40;
  }
  if (cost >= enough) return cost;
  for (const other of others) {
    const covered = overlap(box, other);
    if (covered === 0) continue;
    cost += covered * 0.006;
    const name = { x: other.x, y: other.y, w: other.w * NAME_SHARE, h: Math.min(other.h, NAME_HEIGHT) };
    const hidden = overlap(box, name);
    if (hidden > 0 && hidden < 0.98 * name.w * name.h) cost += CUT_NAME;
  }
  return cost;
}

const grown = ({ x, y, w, h }: Rect, by: number): Rect => ({ x: x - by, y: y - by, w: w + 2 * by, h: h + 2 * by });

function overlap(a: Rect, b: Rect): number {
  const w = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  return w > 0 && h > 0 ? w * h : 0;
}

const distanceTo = ({ x, y, w, h }: Rect, px: number, py: number): number =>
  Math.hypot(Math.max(x - px, 0, px - x - w), Math.max(y - py, 0, py - y - h));

/** The point on the callout's border where its thread begins. */
export const threadStart = ({ x, y, w, h }: Rect, px: number, py: number): readonly [number, number] => [
  Math.max(x, Math.min(px, x + w)),
  Math.max(y, Math.min(py, y + h)),
];
