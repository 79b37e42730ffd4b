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
      const covers = x < end.x + end.w && end.x < x + box.width && y < end.y + end.h && end.y < y + box.height;
      expect(covers).toBe(false);
    }
  });
});
