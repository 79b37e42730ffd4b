import { describe, expect, it } from 'vitest';
import { CHAMBERS, chamberRect, type Layout, type LayoutNode, layoutOf, passage, podSlots, waitingSlots } from './layout';
import type { Rect } from './places';
import type { Point, Route } from './route';
import { wayBetween } from './ways';

const nodes = (workers: number): LayoutNode[] => [
  { name: 'control-plane', role: 'control-plane' },
  ...Array.from({ length: workers }, (_, i) => ({ name: `node-${i + 1}`, role: 'worker' as const })),
];
const within = (inner: Rect, outer: Rect): boolean =>
  inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w && inner.y + inner.h <= outer.y + outer.h;
const overlap = (a: Rect, b: Rect): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
const inside = ([x, y]: Point, { x: left, y: top, w, h }: Rect): boolean =>
  x > left + 1 && x < left + w - 1 && y > top + 1 && y < top + h - 1;
const points = (way: Route): Point[] => Array.from({ length: 201 }, (_, i) => [way.at(i / 200).x, way.at(i / 200).y]);

/** Boxes that a way may touch: its ends, and what stands in one of them or holds it. */
function strangers(layout: Layout, ends: readonly (Rect | undefined)[]): Rect[] {
  return layout.places.map(({ rect }) => rect).filter((rect) => ends.every((end) => end === undefined || !overlap(rect, end)));
}

const CASES = [
  ...[1, 3, 4, 10, 14, 15, 100, 200].map((count) => ({ name: `${count} nodes`, layout: layoutOf(nodes(count)) })),
  { name: '12 nodes, one opened', layout: layoutOf(nodes(12), 'node-5') },
  { name: '100 nodes, one opened', layout: layoutOf(nodes(100), 'node-42') },
];

describe.each(CASES)('with $name', ({ layout }) => {
  it('no two boxes overlap but parts and what holds them', () => {
    const { places } = layout;
    const overlapping = places.flatMap((a, i) =>
      places.slice(i + 1).flatMap((b) => (overlap(a.rect, b.rect) && a.kind !== 'part' && b.kind !== 'part' ? [`${a.id} ${b.id}`] : [])),
    );
    expect(overlapping).toEqual([]);
  });

  it('everything stands within the stage, parts in containerd, places of a node in its frame', () => {
    const stage = { x: 0, y: 0, w: layout.width, h: layout.height };
    for (const { id, kind, node, rect } of layout.places) {
      expect(within(rect, stage), id).toBe(true);
      if (kind === 'part') expect(within(rect, layout.place(`containerd/${node}`)?.rect as Rect), id).toBe(true);
      const frame = layout.frames.find((group) => group.node === node);
      if (frame !== undefined && kind !== 'cell') expect(within(rect, frame.rect), id).toBe(true);
    }
  });

  it('a line ends at the borders of its boxes and runs through no other', () => {
    for (const { id, a, b, route } of layout.edges) {
      const ends = [layout.place(a)?.rect, layout.place(b)?.rect];
      expect(ends, id).not.toContain(undefined);
      const boxes = strangers(layout, ends);
      const through = points(route).filter((point) => boxes.some((box) => inside(point, box)));
      expect(through, id).toEqual([]);
      for (const [share, end] of [
        [0, ends[0]],
        [1, ends[1]],
      ] as const) {
        const { x, y } = route.at(share);
        const box = end as Rect;
        expect(within({ x, y, w: 0, h: 0 }, box), `${id} ${share}`).toBe(true);
      }
    }
  });
});

describe('ways without a line of their own', () => {
  const layout = layoutOf(nodes(3));
  const shelf = layout.place('shelf/node-2')?.rect as Rect;
  const tiles = new Map(podSlots(shelf, 4).map((slot, i) => [`pod/default/p${i}`, slot]));
  it.each([
    ['kubelet/node-2', 'pod/default/p3'],
    ['kernel/node-1', 'pod/default/p0'],
    ['kernel/node-3', 'kernel/node-1'],
    ['user', 'kernel/node-2'],
    ['kube-scheduler', 'etcd'],
  ])('from %s to %s goes round every box', (from, to) => {
    const way = wayBetween(layout, from, to, tiles) as Route;
    const ends = [from, to].map((id) => layout.place(id)?.rect ?? tiles.get(id));
    const others = [...tiles.values()].filter((tile) => !ends.includes(tile));
    const boxes = [...strangers(layout, ends), ...others];
    expect(points(way).filter((point) => boxes.some((box) => inside(point, box)))).toEqual([]);
    expect(way.length).toBeGreaterThan(20);
  });

  it('there is none within one place, nor to what is nowhere', () => {
    expect(wayBetween(layout, 'kubelet/node-1', 'kubelet/node-1', tiles)).toBeNull();
    expect(wayBetween(layout, 'kubelet/node-1', 'pod/default/gone', tiles)).toBeNull();
    expect(wayBetween(layoutOf(nodes(20)), 'kubelet/node-1', 'containerd/node-1', tiles)).toBeNull();
  });
});

describe('Pods on a shelf', () => {
  it.each([1, 2, 4, 5, 9, 20, 48, 110])('%i stand apart and on it', (count) => {
    const shelf = { x: 100, y: 50, w: 188, h: 136 };
    const slots = podSlots(shelf, count);
    expect(slots.length).toBe(Math.min(count, 48));
    for (const [i, slot] of slots.entries()) {
      expect(within(slot, { ...shelf, w: shelf.w + 0.01, h: shelf.h + 0.01 })).toBe(true);
      for (const other of slots.slice(i + 1)) expect(overlap(slot, other)).toBe(false);
    }
  });
  it('those that wait stand at the scheduler', () => {
    const scheduler = layoutOf(nodes(3)).place('kube-scheduler')?.rect as Rect;
    for (const slot of waitingSlots(30)) expect(within(slot, scheduler)).toBe(true);
  });
});

it('the way through the gate passes the chambers in their order', () => {
  const way = passage('storage');
  const passed = points(way).flatMap(([x, y]) => CHAMBERS.filter((chamber) => inside([x, y], chamberRect(chamber))));
  expect([...new Set(passed)]).toEqual(CHAMBERS);
});
