// Where everything stands on the stage. Fixed by hand, in stage units (about one pixel at 1440x900):
// places never change while a run plays; they depend on the nodes of the cluster only.
import { type ComponentId, nodeOf } from '../wire/names';
import { type Point, type Route, route } from './route';

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export type PlaceKind =
  | 'terminal'
  | 'kubectl'
  | 'gate'
  | 'etcd'
  | 'manager'
  | 'scheduler'
  | 'registry'
  | 'kubelet'
  | 'containerd'
  | 'part'
  | 'kube-proxy'
  | 'kernel'
  | 'shelf'
  | 'row';
export interface Place {
  /** The component's id; `shelf/NODE` and `row/NODE` for what is not one. */
  readonly id: string;
  readonly kind: PlaceKind;
  readonly rect: Rect;
  readonly node: string | null;
}
/** A group that is drawn behind its places. */
export interface Frame {
  readonly id: string;
  readonly node: string;
  readonly role: 'control-plane' | 'worker';
  readonly rect: Rect;
}
export interface Edge {
  readonly id: string;
  readonly a: string;
  readonly b: string;
  readonly route: Route;
}
export type Fold = 'whole' | 'rows' | 'grid';
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly fold: Fold;
  readonly places: readonly Place[];
  readonly frames: readonly Frame[];
  readonly edges: readonly Edge[];
  readonly place: (id: string) => Place | undefined;
}
export interface LayoutNode {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
}

const rect = (x: number, y: number, w: number, h: number): Rect => ({ x, y, w, h });
export const centre = ({ x, y, w, h }: Rect): Point => [x + w / 2, y + h / 2];

const WIDTH = 1440;
const HEIGHT = 692;
const PLANE = rect(240, 24, 632, 644);
const GATE = rect(264, 242, 584, 172);
const NODES_X = 920;
const NODES_W = 480;
const NODES_Y = 88;
const GUTTER_X = 1414;
/** Vertical ways that lines share. */
const BUS = { kubelet: 888, proxy: 898, plane: 252, planeRight: 860 } as const;

/** Ids at which several components stand. */
const SAME_PLACE: { readonly [id: string]: string } = { kubeadm: 'kubectl', outside: 'user' };

/** The layout for these nodes, the control plane's first among its kind. */
export function layoutOf(nodes: readonly LayoutNode[]): Layout {
  const plane = nodes.find((node) => node.role === 'control-plane') ?? { name: 'control-plane', role: 'control-plane' as const };
  const workers = nodes.filter((node) => node !== plane);
  const fold: Fold = workers.length <= 3 ? 'whole' : workers.length <= 14 ? 'rows' : 'grid';
  const shared = [...centrePlaces(), ...planePlaces(plane.name)];
  const frames: Frame[] = [{ id: `frame/${plane.name}`, node: plane.name, role: 'control-plane', rect: PLANE }];
  const rows = workers.map((node, i) => ({ node: node.name, rect: nodeRect(fold, workers.length, i) }));
  for (const row of rows) frames.push({ id: `frame/${row.node}`, node: row.node, role: 'worker', rect: row.rect });
  const places = [...shared, ...rows.flatMap((row) => (fold === 'whole' ? wholeNode(row.node, row.rect) : foldedNode(row.node, row.rect)))];
  const byId = new Map(places.map((place) => [place.id, place]));
  const place = (id: string): Place | undefined => {
    const direct = byId.get(SAME_PLACE[id] ?? id);
    if (direct !== undefined) return direct;
    const node = nodeOf(id as ComponentId);
    return node === null ? undefined : byId.get(`row/${node}`);
  };
  const edges = [
    ...planeEdges(plane.name),
    ...rows.flatMap((row) => (fold === 'whole' ? wholeEdges(row.node, row.rect) : foldedEdges(row.node, row.rect))),
  ];
  return { width: WIDTH, height: HEIGHT, fold, places, frames, edges, place };
}

function centrePlaces(): Place[] {
  const place = (id: string, kind: PlaceKind, where: Rect): Place => ({ id, kind, rect: where, node: null });
  return [
    place('user', 'terminal', rect(24, 128, 184, 124)),
    place('kubectl', 'kubectl', rect(24, 296, 184, 64)),
    place('kube-controller-manager', 'manager', rect(264, 68, 344, 124)),
    place('kube-scheduler', 'scheduler', rect(632, 68, 216, 124)),
    place('kube-apiserver', 'gate', GATE),
    place('etcd', 'etcd', rect(264, 460, 584, 108)),
    place('registry', 'registry', rect(NODES_X, 24, NODES_W, 48)),
  ];
}

function planePlaces(node: string): Place[] {
  const y = 604;
  return [
    { id: `kubelet/${node}`, kind: 'kubelet', rect: rect(264, y, 128, 48), node },
    { id: `containerd/${node}`, kind: 'containerd', rect: rect(416, y, 128, 48), node },
    { id: `kube-proxy/${node}`, kind: 'kube-proxy', rect: rect(568, y, 128, 48), node },
    { id: `kernel/${node}`, kind: 'kernel', rect: rect(720, y, 128, 48), node },
    { id: `cni/${node}`, kind: 'part', rect: rect(468, y + 24, 32, 16), node },
    { id: `runc/${node}`, kind: 'part', rect: rect(504, y + 24, 36, 16), node },
  ];
}

function nodeRect(fold: Fold, count: number, i: number): Rect {
  if (fold === 'whole') return rect(NODES_X, NODES_Y + i * 196, NODES_W, 184);
  if (fold === 'rows') {
    const pitch = Math.min(72, Math.floor((HEIGHT - 24 - NODES_Y) / count));
    return rect(NODES_X, NODES_Y + i * pitch, NODES_W, pitch - 6);
  }
  const columns = Math.ceil(Math.sqrt(count * 0.85));
  const lines = Math.ceil(count / columns);
  const w = Math.floor(NODES_W / columns);
  const h = Math.floor((HEIGHT - 24 - NODES_Y) / lines);
  return rect(NODES_X + (i % columns) * w, NODES_Y + Math.floor(i / columns) * h, w - 4, h - 4);
}

function wholeNode(node: string, { x, y }: Rect): Place[] {
  return [
    { id: `kubelet/${node}`, kind: 'kubelet', rect: rect(x + 16, y + 44, 108, 58), node },
    { id: `containerd/${node}`, kind: 'containerd', rect: rect(x + 148, y + 44, 116, 58), node },
    { id: `cni/${node}`, kind: 'part', rect: rect(x + 158, y + 76, 44, 18), node },
    { id: `runc/${node}`, kind: 'part', rect: rect(x + 208, y + 76, 46, 18), node },
    { id: `kube-proxy/${node}`, kind: 'kube-proxy', rect: rect(x + 16, y + 114, 108, 58), node },
    { id: `kernel/${node}`, kind: 'kernel', rect: rect(x + 148, y + 114, 116, 58), node },
    { id: `shelf/${node}`, kind: 'shelf', rect: rect(x + 280, y + 44, 188, 128), node },
  ];
}

const foldedNode = (node: string, where: Rect): Place[] => [{ id: `row/${node}`, kind: 'row', rect: where, node }];

// ---- Lines: always along these ways, never through a box.

const edge = (a: string, b: string, ...points: Point[]): Edge => ({ id: `${a}–${b}`, a, b, route: route(points) });

function planeEdges(node: string): Edge[] {
  const top = 604;
  return [
    edge('user', 'kubectl', [116, 252], [116, 296]),
    edge('kubectl', 'kube-apiserver', [208, 328], [264, 328]),
    edge('kube-controller-manager', 'kube-apiserver', [436, 192], [436, 242]),
    edge('kube-scheduler', 'kube-apiserver', [740, 192], [740, 242]),
    edge('kube-apiserver', 'etcd', [556, 414], [556, 460]),
    edge(`kubelet/${node}`, 'kube-apiserver', [328, top], [328, 586], [BUS.plane, 586], [BUS.plane, 388], [264, 388]),
    edge(`kube-proxy/${node}`, 'kube-apiserver', [632, top], [632, 586], [BUS.plane, 586], [BUS.plane, 388], [264, 388]),
    edge(`kubelet/${node}`, `containerd/${node}`, [392, 628], [416, 628]),
    edge(`containerd/${node}`, `cni/${node}`, [446, 632], [468, 632]),
    edge(`containerd/${node}`, `runc/${node}`, [446, 616], [522, 616], [522, 628]),
    edge(`kube-proxy/${node}`, `kernel/${node}`, [696, 628], [720, 628]),
    edge(`containerd/${node}`, 'registry', [500, top], [500, 594], [BUS.planeRight, 594], [BUS.planeRight, 48], [NODES_X, 48]),
  ];
}

function wholeEdges(node: string, { x, y }: Rect): Edge[] {
  const kubeletY = y + 73;
  const proxyY = y + 143;
  return [
    edge(`kubelet/${node}`, 'kube-apiserver', [x + 16, kubeletY], [BUS.kubelet, kubeletY], [BUS.kubelet, 312], [848, 312]),
    edge(`kube-proxy/${node}`, 'kube-apiserver', [x + 16, proxyY], [BUS.proxy, proxyY], [BUS.proxy, 344], [848, 344]),
    edge(`kubelet/${node}`, `containerd/${node}`, [x + 124, kubeletY], [x + 148, kubeletY]),
    edge(`containerd/${node}`, `cni/${node}`, [x + 180, y + 60], [x + 180, y + 76]),
    edge(`containerd/${node}`, `runc/${node}`, [x + 231, y + 60], [x + 231, y + 76]),
    edge(`kube-proxy/${node}`, `kernel/${node}`, [x + 124, proxyY], [x + 148, proxyY]),
    edge(
      `containerd/${node}`,
      'registry',
      [x + 206, y + 44],
      [x + 206, y + 36],
      [GUTTER_X, y + 36],
      [GUTTER_X, 48],
      [NODES_X + NODES_W, 48],
    ),
  ];
}

function foldedEdges(node: string, { x, y, h }: Rect): Edge[] {
  const middle = y + h / 2;
  return [edge(`row/${node}`, 'kube-apiserver', [x, middle], [BUS.kubelet, middle], [BUS.kubelet, 312], [848, 312])];
}

// ---- Pods

/** Where `count` pod tiles stand on a shelf; the last may stand for all that have no room. */
export function podSlots(shelf: Rect, count: number): readonly Rect[] {
  const columns = count <= 4 ? 2 : count <= 9 ? 3 : count <= 20 ? 5 : 8;
  const lines = count <= 4 ? 2 : count <= 9 ? 3 : count <= 20 ? 4 : 6;
  const gap = count <= 9 ? 6 : 4;
  const w = (shelf.w - gap * (columns - 1)) / columns;
  const h = (shelf.h - gap * (lines - 1)) / lines;
  const shown = Math.min(count, columns * lines);
  return Array.from({ length: shown }, (_, i) =>
    rect(shelf.x + (i % columns) * (w + gap), shelf.y + Math.floor(i / columns) * (h + gap), w, h),
  );
}

// ---- Ways between any two

/** The way a message takes; null where there is nothing to see (one place). `podRect` tells where pods stand. */
export function wayBetween(layout: Layout, from: string, to: string, podRect: (id: string) => Rect | undefined): Route | null {
  const a = rectOf(layout, from, podRect);
  const b = rectOf(layout, to, podRect);
  if (a === undefined || b === undefined || a === b) return null;
  const aId = layout.place(from)?.id ?? from;
  const bId = layout.place(to)?.id ?? to;
  for (const { a: start, b: end, route: known } of layout.edges) {
    if (start === aId && end === bId) return known;
    if (start === bId && end === aId) return known.reversed();
  }
  return direct(a, b);
}

export function rectOf(layout: Layout, id: string, podRect: (id: string) => Rect | undefined): Rect | undefined {
  return layout.place(id)?.rect ?? podRect(id);
}

/** A way with one bend for the few pairs that have no line of their own. */
function direct(a: Rect, b: Rect): Route {
  const [ax, ay] = centre(a);
  const [bx, by] = centre(b);
  const rightwards = bx > ax;
  if (a.x + a.w <= b.x || b.x + b.w <= a.x) {
    const startX = rightwards ? a.x + a.w : a.x;
    const endX = rightwards ? b.x : b.x + b.w;
    const middle = (startX + endX) / 2;
    return route([
      [startX, ay],
      [middle, ay],
      [middle, by],
      [endX, by],
    ]);
  }
  const startY = by > ay ? a.y + a.h : a.y;
  const endY = by > ay ? b.y : b.y + b.h;
  const middle = (startY + endY) / 2;
  return route([
    [ax, startY],
    [ax, middle],
    [bx, middle],
    [bx, endY],
  ]);
}
