// A way on the stage: orthogonal, with rounded corners. The same corners are drawn and travelled, so a
// packet is always on its line.

export type Point = readonly [x: number, y: number];
export interface Route {
  /** SVG path. */
  readonly d: string;
  readonly length: number;
  /** The point at a share of the way, and the direction there in radians. */
  at(share: number): { readonly x: number; readonly y: number; readonly angle: number };
  /** The line between two shares of the way, moved `aside` to the right of the direction of travel. */
  between(from: number, to: number, aside?: number): readonly Point[];
  reversed(): Route;
}

const RADIUS = 8;
const ARC_STEPS = 8;

/** `points`: at least two, each next one straight right, left, up or down. */
export function route(points: readonly Point[], radius = RADIUS): Route {
  const corners = points.filter((point, i) => i === 0 || point[0] !== points[i - 1]?.[0] || point[1] !== points[i - 1]?.[1]);
  const samples: Point[] = [];
  let d = '';
  corners.forEach((point, i) => {
    const before = corners[i - 1];
    const after = corners[i + 1];
    if (before === undefined || after === undefined) {
      d += `${i === 0 ? 'M' : 'L'}${point[0]} ${point[1]}`;
      samples.push(point);
      return;
    }
    const reach = Math.min(radius, distance(before, point) / 2, distance(point, after) / 2);
    const entry = towards(point, before, reach);
    const exit = towards(point, after, reach);
    d += `L${entry[0]} ${entry[1]}Q${point[0]} ${point[1]} ${exit[0]} ${exit[1]}`;
    for (let step = 0; step <= ARC_STEPS; step++) samples.push(bend(entry, point, exit, step / ARC_STEPS));
  });
  return sampled(samples, d, () => route([...points].reverse(), radius));
}

/** The SVG path of a line of points. */
export const pathOf = (points: readonly Point[]): string =>
  points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');

function sampled(samples: readonly Point[], d: string, reversed: () => Route): Route {
  const lengths = [0];
  for (let i = 1; i < samples.length; i++) {
    lengths.push((lengths[i - 1] as number) + distance(samples[i - 1] as Point, samples[i] as Point));
  }
  const length = lengths[lengths.length - 1] ?? 0;

  function at(share: number): { x: number; y: number; angle: number } {
    const wanted = Math.max(0, Math.min(1, share)) * length;
    let i = 1;
    while (i < lengths.length - 1 && (lengths[i] as number) < wanted) i++;
    const a = samples[i - 1] ?? [0, 0];
    const b = samples[i] ?? a;
    const span = (lengths[i] ?? 0) - (lengths[i - 1] ?? 0);
    const part = span === 0 ? 0 : (wanted - (lengths[i - 1] ?? 0)) / span;
    return { x: a[0] + (b[0] - a[0]) * part, y: a[1] + (b[1] - a[1]) * part, angle: Math.atan2(b[1] - a[1], b[0] - a[0]) };
  }

  function between(from: number, to: number, aside = 0): Point[] {
    const moved = ({ x, y, angle }: { x: number; y: number; angle: number }): Point => [
      x - Math.sin(angle) * aside,
      y + Math.cos(angle) * aside,
    ];
    const points = [moved(at(from))];
    for (let i = 1; i < samples.length - 1; i++) {
      const share = (lengths[i] as number) / (length || 1);
      if (share > from && share < to) points.push(moved({ ...at(share), angle: angleAt(samples, i) }));
    }
    points.push(moved(at(to)));
    return points;
  }

  return { d, length, at, between, reversed };
}

const distance = (a: Point, b: Point): number => Math.hypot(b[0] - a[0], b[1] - a[1]);
const round = (value: number): number => Math.round(value * 100) / 100;

/** The direction at a sample: of the way from the one before to the one after. */
function angleAt(samples: readonly Point[], i: number): number {
  const [ax, ay] = samples[i - 1] ?? [0, 0];
  const [bx, by] = samples[i + 1] ?? [0, 0];
  return Math.atan2(by - ay, bx - ax);
}

function towards(from: Point, to: Point, reach: number): Point {
  const whole = distance(from, to) || 1;
  return [from[0] + ((to[0] - from[0]) * reach) / whole, from[1] + ((to[1] - from[1]) * reach) / whole];
}

/** A quadratic curve's point. */
function bend(a: Point, corner: Point, b: Point, t: number): Point {
  const u = 1 - t;
  return [u * u * a[0] + 2 * u * t * corner[0] + t * t * b[0], u * u * a[1] + 2 * u * t * corner[1] + t * t * b[1]];
}
