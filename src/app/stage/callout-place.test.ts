import { describe, expect, it } from 'vitest';
import { type LayoutNode, layoutOf } from '../layout';
import { rectOf, wayBetween } from '../ways';
import { placeCallout } from './callout-place';
import { toScreen, viewOf, wholeOf } from './camera';

const NODES: LayoutNode[] = ['control-plane', 'node-1', 'node-2', 'node-3'].map((name, i) => ({
  name,
  role: i === 0 ? 'control-plane' : 'worker',
}));
const layout = layoutOf(NODES);
const none = new Map();
const PAIRS = layout.edges.flatMap(({ a, b }) => [
  [a, b],
  [b, a],
]) as [string, string][];
const SIZES = [
  { width: 1440, height: 716 },
  { width: 1040, height: 716 },
  { width: 1920, height: 896 },
];

const covers = (x: number, y: number, box: { width: number; height: number }, rect: { x: number; y: number; w: number; h: number }) =>
  x < rect.x + rect.w && rect.x < x + box.width && y < rect.y + rect.h && rect.y < y + box.height;

it('where there is room for it, however far, the callout covers nothing at all', () => {
  const box = { width: 340, height: 150 };
  const boxes = Array.from({ length: 6 }, (_, i) => ({ x: 40 + (i % 3) * 420, y: 20 + Math.floor(i / 3) * 180, w: 380, h: 150 }));
  const [first, second, ...others] = boxes as [(typeof boxes)[0], (typeof boxes)[0], ...typeof boxes];
  const needs = {
    ...box,
    ends: [first, second],
    way: [
      [420, 95],
      [460, 95],
    ] as const,
    others,
  };
  const place = placeCallout({ ...needs, container: { width: 1320, height: 580 } });
  for (const rect of boxes) expect(covers(place.x, place.y, box, rect)).toBe(false);
  const tight = placeCallout({ ...needs, container: { width: 1320, height: 400 } });
  for (const rect of [first, second]) expect(covers(tight.x, tight.y, box, rect)).toBe(false);
});

describe.each(SIZES)('on a stage of $width x $height', (container) => {
  it.each(PAIRS)('from %s to %s the callout is inside and covers neither', (from, to) => {
    const view = viewOf(wholeOf(layout), container);
    const ends = [from, to].flatMap((id) => {
      const rect = rectOf(layout, id, none);
      return rect === undefined ? [] : [toScreen(rect, view)];
    });
    const route = wayBetween(layout, from, to, none);
    const way = Array.from({ length: 17 }, (_, i) => route?.at(i / 16) ?? { x: 0, y: 0 }).map(
      ({ x, y }) => [x * view.zoom + view.x, y * view.zoom + view.y] as const,
    );
    const box = { width: 340, height: 150 };
    const others = layout.places.map(({ rect }) => toScreen(rect, view));
    const { x, y } = placeCallout({ ...box, container, ends, way, others });
    expect(x).toBeGreaterThanOrEqual(0);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(x + box.width).toBeLessThanOrEqual(container.width);
    expect(y + box.height).toBeLessThanOrEqual(container.height);
    for (const end of ends) {
      expect(covers(x, y, box, end)).toBe(false);
    }
  });
});
