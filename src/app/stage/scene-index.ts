// The facts of a moment, arranged as the stage asks for them, and where each Pod stands. Made once per
// scene and layout; pure.
import type { NodeFacts, OpenWatch, PodTile, SceneFacts } from '../../worker/protocol';
import { type Layout, podSlots, waitingSlots } from '../layout';
import { centre, type Rect } from '../places';

export interface SceneIndex {
  readonly running: ReadonlySet<string>;
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  readonly podsOn: ReadonlyMap<string, readonly PodTile[]>;
  /** Pods that have no node yet. */
  readonly waiting: readonly PodTile[];
  /** By `client server`. */
  readonly watches: ReadonlyMap<string, OpenWatch>;
  /** Open watches at a server. */
  readonly watchesAt: ReadonlyMap<string, number>;
}

const NOTHING: readonly PodTile[] = [];
const indices = new WeakMap<SceneFacts, SceneIndex>();

export function indexOf(scene: SceneFacts): SceneIndex {
  let index = indices.get(scene);
  if (index === undefined) indices.set(scene, (index = makeIndex(scene)));
  return index;
}

function makeIndex(scene: SceneFacts): SceneIndex {
  const podsOn = new Map<string, PodTile[]>();
  const waiting: PodTile[] = [];
  for (const pod of scene.pods) {
    if (pod.node === null) waiting.push(pod);
    else if (podsOn.has(pod.node)) podsOn.get(pod.node)?.push(pod);
    else podsOn.set(pod.node, [pod]);
  }
  const watchesAt = new Map<string, number>();
  for (const { server, count } of scene.watches) watchesAt.set(server, (watchesAt.get(server) ?? 0) + count);
  return {
    running: new Set(scene.running),
    nodes: new Map(scene.nodes.map((node) => [node.name, node])),
    podsOn,
    waiting,
    watches: new Map(scene.watches.map((watch) => [`${watch.client} ${watch.server}`, watch])),
    watchesAt,
  };
}

export const podsOf = (scene: SceneFacts | null, node: string): readonly PodTile[] =>
  scene === null ? NOTHING : (indexOf(scene).podsOn.get(node) ?? NOTHING);

/** Where Pods stand: `pod/NAMESPACE/NAME` -> its tile. Those on a folded node have none of their own. */
export type Tiles = ReadonlyMap<string, Rect>;

const tilesOf = new WeakMap<SceneFacts, { readonly layout: Layout; readonly tiles: Tiles }>();
const NO_TILES: Tiles = new Map();

export function tilesAt(layout: Layout, scene: SceneFacts | null): Tiles {
  if (scene === null) return NO_TILES;
  const known = tilesOf.get(scene);
  if (known?.layout === layout) return known.tiles;
  const tiles = new Map<string, Rect>();
  const { podsOn, waiting } = indexOf(scene);
  const stand = (pods: readonly PodTile[], slots: readonly Rect[]): void =>
    pods.forEach((pod, i) => {
      const slot = slots[Math.min(i, slots.length - 1)];
      if (slot !== undefined) tiles.set(`pod/${pod.key}`, slot);
    });
  for (const [node, pods] of podsOn) {
    const shelf = layout.place(`shelf/${node}`);
    if (shelf?.kind === 'shelf') stand(pods, podSlots(shelf.rect, pods.length));
    else if (shelf !== undefined) stand(pods, [shelf.rect]);
  }
  stand(waiting, waitingSlots(waiting.length));
  tilesOf.set(scene, { layout, tiles });
  return tiles;
}

/** The part of the stage that a message needs in view: its way and a piece of the boxes at both ends. */
export function boundsOf(rects: readonly Rect[]): Rect {
  const x = Math.min(...rects.map((rect) => rect.x));
  const y = Math.min(...rects.map((rect) => rect.y));
  const right = Math.max(...rects.map((rect) => rect.x + rect.w));
  const bottom = Math.max(...rects.map((rect) => rect.y + rect.h));
  return { x, y, w: right - x, h: bottom - y };
}

const LOW = 124;

/** The piece of a box that lies within `reach` of its point nearest to `near`; all of its height if it is low. */
export function pieceOf(box: Rect, near: readonly [number, number], reach: number): Rect {
  const [cx, cy] = centre(box);
  const clampTo = (value: number, low: number, size: number): number => Math.max(low, Math.min(low + size, value));
  const x = Math.max(box.x, clampTo(near[0] || cx, box.x, box.w) - reach);
  const y = box.h <= LOW ? box.y : Math.max(box.y, clampTo(near[1] || cy, box.y, box.h) - reach);
  return { x, y, w: Math.min(box.x + box.w, x + 2 * reach) - x, h: Math.min(box.y + box.h, y + LOW) - y };
}
