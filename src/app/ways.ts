// The way a message takes between any two places: its line where there is one, else the shortest way
// round all boxes (over a grid of the boxes' margins, few bends).
import type { Layout } from './layout';
import { centre, type Rect } from './places';
import { type Point, type Route, route } from './route';

/** Where Pods stand, by `pod/NAMESPACE/NAME`. */
type Tiles = ReadonlyMap<string, Rect>;

const PLACE_MARGIN = 6;
const BEND_COST = 60;

/** Ways found, by their ends; a Pod's end may move. */
const found = new WeakMap<Layout, Map<string, Route>>();

/** The way a message takes; null where there is nothing to see (one place, or none). */
export function wayBetween(layout: Layout, from: string, to: string, tiles: Tiles): Route | null {
  const a = rectOf(layout, from, tiles);
  const b = rectOf(layout, to, tiles);
  if (a === undefined || b === undefined || a === b) return null;
  let ways = found.get(layout);
  if (ways === undefined) found.set(layout, (ways = new Map<string, Route>()));
  const fixed = layout.place(from) !== undefined && layout.place(to) !== undefined;
  const key = fixed ? `${from} ${to}` : `${from} ${to} ${a.x} ${a.y} ${b.x} ${b.y}`;
  let way = ways.get(key);
  if (way === undefined) ways.set(key, (way = findWay(layout, from, to, tiles, a, b)));
  return way;
}

function findWay(layout: Layout, from: string, to: string, tiles: Tiles, a: Rect, b: Rect): Route {
  const aId = layout.place(from)?.id ?? from;
  const bId = layout.place(to)?.id ?? to;
  for (const { a: start, b: end, route: known } of layout.edges) {
    if (start === aId && end === bId) return known;
    if (start === bId && end === aId) return known.reversed();
  }
  return route(wayRound(a, b, obstacles(layout, tiles, a, b)));
}

export function rectOf(layout: Layout, id: string, tiles: Tiles): Rect | undefined {
  return layout.place(id)?.rect ?? tiles.get(id);
}

/** Every box but those where the way begins and ends, and what those stand in. */
function obstacles(layout: Layout, tiles: Tiles, a: Rect, b: Rect): Rect[] {
  const boxes = layout.places.map(({ rect }) => rect);
  return [...boxes, ...tiles.values()].filter((box) => !overlap(box, a) && !overlap(box, b));
}
const overlap = (a: Rect, b: Rect): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

interface Step {
  readonly xi: number;
  readonly yi: number;
  /** The way was last going sideways. */
  readonly sideways: boolean | null;
  readonly cost: number;
  readonly before: Step | null;
}

/** Corners from the border of `a` to the border of `b`. A straight line of centres if all is walled in. */
export function wayRound(a: Rect, b: Rect, walls: readonly Rect[]): readonly Point[] {
  const [ax, ay] = centre(a);
  const [bx, by] = centre(b);
  const xs = sorted([ax, bx, ...walls.flatMap(({ x, w }) => [x - PLACE_MARGIN, x + w + PLACE_MARGIN])]);
  const ys = sorted([ay, by, ...walls.flatMap(({ y, h }) => [y - PLACE_MARGIN, y + h + PLACE_MARGIN])]);
  const goal = search(xs, ys, [xs.indexOf(ax), ys.indexOf(ay)], [xs.indexOf(bx), ys.indexOf(by)], walls);
  const points: Point[] = [];
  for (let step = goal; step !== null; step = step.before) points.unshift([xs[step.xi] as number, ys[step.yi] as number]);
  const corners =
    points.length > 1
      ? points
      : ([
          [ax, ay],
          [bx, ay],
          [bx, by],
        ] as Point[]);
  return fromBorder(fromBorder(corners, a).reverse(), b).reverse();
}

const sorted = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);

/** Dijkstra over the crossings. */
function search(
  xs: readonly number[],
  ys: readonly number[],
  [fromX, fromY]: readonly [number, number],
  [toX, toY]: readonly [number, number],
  walls: readonly Rect[],
): Step | null {
  const queue = new Heap();
  const settled = new Set<number>();
  queue.push({ xi: fromX, yi: fromY, sideways: null, cost: 0, before: null });
  for (let step = queue.pop(); step !== null; step = queue.pop()) {
    if (step.xi === toX && step.yi === toY) return step;
    const key = (step.yi * xs.length + step.xi) * 2 + (step.sideways ? 1 : 0);
    if (settled.has(key)) continue;
    settled.add(key);
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      const xi = step.xi + dx;
      const yi = step.yi + dy;
      const from: Point = [xs[step.xi] as number, ys[step.yi] as number];
      const to: Point = [xs[xi] ?? Number.NaN, ys[yi] ?? Number.NaN];
      if (Number.isNaN(to[0] + to[1]) || walls.some((wall) => crosses(from, to, wall))) continue;
      const sideways = dx !== 0;
      const bend = step.sideways !== null && step.sideways !== sideways ? BEND_COST : 0;
      queue.push({ xi, yi, sideways, cost: step.cost + Math.abs(to[0] - from[0]) + Math.abs(to[1] - from[1]) + bend, before: step });
    }
  }
  return null;
}

const crosses = ([ax, ay]: Point, [bx, by]: Point, { x, y, w, h }: Rect): boolean =>
  Math.max(ax, bx) > x && Math.min(ax, bx) < x + w && Math.max(ay, by) > y && Math.min(ay, by) < y + h;

/** Cuts off what lies within the box where the way begins, and what is straight. */
function fromBorder(points: readonly Point[], box: Rect): Point[] {
  const inside = ([x, y]: Point): boolean => x > box.x && x < box.x + box.w && y > box.y && y < box.y + box.h;
  let last = 0;
  while (last < points.length - 2 && inside(points[last + 1] as Point)) last++;
  const [x, y] = points[last] as Point;
  const next = points[last + 1] as Point;
  const border: Point = next[0] > x ? [box.x + box.w, y] : next[0] < x ? [box.x, y] : next[1] > y ? [x, box.y + box.h] : [x, box.y];
  return [border, ...points.slice(last + 1)].filter((point, i, all) => !between(all[i - 1], point, all[i + 1]));
}
const between = (a: Point | undefined, point: Point, b: Point | undefined): boolean =>
  a !== undefined && b !== undefined && ((a[0] === point[0] && point[0] === b[0]) || (a[1] === point[1] && point[1] === b[1]));

/** A binary heap of steps by cost. */
class Heap {
  private readonly items: Step[] = [];

  push(step: Step): void {
    const { items } = this;
    let i = items.push(step) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((items[parent] as Step).cost <= step.cost) break;
      items[i] = items[parent] as Step;
      i = parent;
    }
    items[i] = step;
  }

  pop(): Step | null {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined) return null;
    if (items.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && (items[child + 1] as Step).cost < (items[child] as Step).cost) child++;
      if ((items[child] as Step).cost >= last.cost) break;
      items[i] = items[child] as Step;
      i = child;
    }
    items[i] = last;
    return top;
  }
}
