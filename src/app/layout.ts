// Where everything stands on the stage. Fixed by hand, in stage units (about one pixel at 1440x900):
// places never change while a run plays; they depend on the nodes of the cluster, and on which folded
// node a person has opened.
import { type ComponentId, nodeOf } from '../wire/names';
import { type Fold, nodeArea } from './layout-nodes';
import { BUS, containerdParts, type Edge, edge, type Frame, type Place, type PlaceKind, REGISTRY, type Rect, rect } from './places';
import { type Route, route } from './route';

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly fold: Fold;
  readonly places: readonly Place[];
  readonly frames: readonly Frame[];
  readonly edges: readonly Edge[];
  readonly legend: Rect;
  readonly place: (id: string) => Place | undefined;
}
export interface LayoutNode {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
}

const WIDTH = 1440;
const HEIGHT = 704;
const PLANE = rect(248, 16, 632, 672);
const GATE = rect(264, 224, 600, 184);
const HOST_Y = 612;
const HOST_CONTAINERD = rect(380, HOST_Y, 124, 60);
const LEGEND = rect(24, 320, 176, 368);
const NODES = rect(944, 76, 472, 612);

const KUBECTL_Y = 248;
const PLANE_ENTRY_Y = 262;

/** Ids at which several components stand. */
const SAME_PLACE: { readonly [id: string]: string } = { kubeadm: 'kubectl', etcdctl: 'kubectl', outside: 'user' };

/** The layout for these nodes. `opened`: the folded node that is shown whole. */
export function layoutOf(nodes: readonly LayoutNode[], opened: string | null = null): Layout {
  const plane = nodes.find((node) => node.role === 'control-plane') ?? { name: 'control-plane', role: 'control-plane' as const };
  const workers = nodes.filter((node) => node !== plane).map(({ name }) => name);
  const area = nodeArea(workers, opened, NODES);
  const places = [...centrePlaces(), ...hostPlaces(plane.name), ...area.places];
  const byId = new Map(places.map((place) => [place.id, place]));
  return {
    width: WIDTH,
    height: HEIGHT,
    fold: area.fold,
    places,
    frames: [{ id: `frame/${plane.name}`, node: plane.name, role: 'control-plane', rect: PLANE }, ...area.frames],
    edges: [...planeEdges(plane.name), ...area.edges],
    legend: LEGEND,
    place(id) {
      const direct = byId.get(SAME_PLACE[id] ?? id);
      if (direct !== undefined) return direct;
      const node = nodeOf(id as ComponentId);
      return node === null ? undefined : byId.get(`row/${node}`);
    },
  };
}

function centrePlaces(): Place[] {
  const place = (id: string, kind: PlaceKind, where: Rect): Place => ({ id, kind, rect: where, node: null });
  return [
    place('user', 'terminal', rect(24, 52, 176, 120)),
    place('kubectl', 'kubectl', rect(24, KUBECTL_Y - 32, 176, 64)),
    place('kube-controller-manager', 'manager', rect(264, 52, 344, 120)),
    place('kube-scheduler', 'scheduler', rect(624, 52, 240, 120)),
    place('kube-apiserver', 'gate', GATE),
    place('etcd', 'etcd', rect(264, 456, 600, 116)),
    place('registry', 'registry', REGISTRY),
  ];
}

/** The control plane's own machine: at the bottom of its frame. */
function hostPlaces(node: string): Place[] {
  const y = HOST_Y;
  return [
    { id: `kubelet/${node}`, kind: 'kubelet', rect: rect(264, y, 92, 60), node },
    { id: `containerd/${node}`, kind: 'containerd', rect: HOST_CONTAINERD, node },
    ...containerdParts(node, HOST_CONTAINERD).places,
    { id: `kube-proxy/${node}`, kind: 'kube-proxy', rect: rect(528, y, 92, 60), node },
    { id: `kernel/${node}`, kind: 'kernel', rect: rect(644, y, 84, 60), node },
    { id: `shelf/${node}`, kind: 'shelf', rect: rect(744, y, 120, 60), node },
  ];
}

// ---- Chambers of the gate

export const CHAMBERS = ['authentication', 'fairness', 'authorization', 'mutating', 'validation', 'validating', 'storage'] as const;
export type Chamber = (typeof CHAMBERS)[number];
const CHAMBER_WIDTHS: { readonly [chamber in Chamber]: number } = {
  authentication: 102,
  fairness: 74,
  authorization: 94,
  mutating: 82,
  validation: 82,
  validating: 82,
  storage: 68,
};
const CHAMBERS_X = GATE.x + 8;
const CHAMBERS_Y = GATE.y + 48;
const CHAMBERS_H = GATE.h - 48 - 8;
/** Where a stored request leaves the gate. */
const OUT_X = CHAMBERS_X + 572;
/** Where a request stands in each chamber. */
const CORRIDOR_Y = CHAMBERS_Y + 60;

export function chamberRect(chamber: Chamber): Rect {
  let x = CHAMBERS_X;
  for (const name of CHAMBERS) {
    if (name === chamber) break;
    x += CHAMBER_WIDTHS[name];
  }
  return rect(x, CHAMBERS_Y, CHAMBER_WIDTHS[chamber], CHAMBERS_H);
}

/** The way through the gate, to the middle of the last chamber that is reached; `out`: and on to etcd. */
export function passage(last: Chamber, out = false): Route {
  const end = chamberRect(last);
  return route([
    [GATE.x, PLANE_ENTRY_Y],
    [GATE.x + 4, PLANE_ENTRY_Y],
    [GATE.x + 4, CORRIDOR_Y],
    [out ? OUT_X : end.x + end.w / 2, CORRIDOR_Y],
    ...(out ? ([[OUT_X, GATE.y + GATE.h]] as const) : []),
  ]);
}

// ---- Lines: always along these ways, never through a box.

function planeEdges(node: string): Edge[] {
  const lane = HOST_Y - 20;
  const outer = HOST_Y - 10;
  return [
    edge('user', 'kubectl', [112, 172], [112, KUBECTL_Y - 32]),
    edge('kubectl', 'kube-apiserver', [200, KUBECTL_Y], [GATE.x, KUBECTL_Y]),
    edge('kube-controller-manager', 'kube-apiserver', [436, 172], [436, GATE.y]),
    edge('kube-scheduler', 'kube-apiserver', [744, 172], [744, GATE.y]),
    edge('kube-apiserver', 'etcd', [OUT_X, GATE.y + GATE.h], [OUT_X, 456]),
    ...([`kubelet/${node}`, `kube-proxy/${node}`] as const).map((id, i) =>
      edge(
        id,
        'kube-apiserver',
        [310 + i * 264, HOST_Y],
        [310 + i * 264, lane],
        [BUS.plane, lane],
        [BUS.plane, PLANE_ENTRY_Y],
        [GATE.x, PLANE_ENTRY_Y],
      ),
    ),
    edge(`kubelet/${node}`, `containerd/${node}`, [356, HOST_Y + 30], [380, HOST_Y + 30]),
    ...containerdParts(node, HOST_CONTAINERD).edges,
    edge(`kube-proxy/${node}`, `kernel/${node}`, [620, HOST_Y + 30], [644, HOST_Y + 30]),
    edge(`containerd/${node}`, 'registry', [442, HOST_Y], [442, outer], [BUS.planeRight, outer], [BUS.planeRight, 38], [REGISTRY.x, 38]),
  ];
}

// ---- Pods

interface Grid {
  readonly columns: number;
  readonly lines: number;
  readonly gap: number;
}
const LOW_SHELF = 80;
const FULL: Grid = { columns: 8, lines: 6, gap: 4 };
const SHELVES: readonly (Grid & { readonly upTo: number })[] = [
  { upTo: 2, columns: 1, lines: 2, gap: 6 },
  { upTo: 4, columns: 2, lines: 2, gap: 6 },
  { upTo: 9, columns: 3, lines: 3, gap: 6 },
  { upTo: 20, columns: 5, lines: 4, gap: 4 },
];

/** Where `count` pod tiles stand on a shelf; there may be fewer places than pods. */
export function podSlots(shelf: Rect, count: number): readonly Rect[] {
  if (shelf.h < LOW_SHELF) return slotsIn(shelf, count, { columns: count <= 6 ? 3 : 6, lines: 2, gap: 4 });
  return slotsIn(shelf, count, SHELVES.find(({ upTo }) => count <= upTo) ?? FULL);
}

function slotsIn(shelf: Rect, count: number, { columns, lines, gap }: Grid): readonly Rect[] {
  const w = (shelf.w - gap * (columns - 1)) / columns;
  const h = (shelf.h - gap * (lines - 1)) / lines;
  const shown = Math.min(count, columns * lines);
  return Array.from({ length: shown }, (_, i) =>
    rect(shelf.x + (i % columns) * (w + gap), shelf.y + Math.floor(i / columns) * (h + gap), w, h),
  );
}

/** Where Pods stand that have no node yet: at the scheduler's feet. */
export function waitingSlots(count: number): readonly Rect[] {
  const columns = count <= 2 ? 2 : 8;
  const gap = 4;
  const w = (WAITING.w - gap * (columns - 1)) / columns;
  return Array.from({ length: Math.min(count, columns) }, (_, i) => rect(WAITING.x + i * (w + gap), WAITING.y, w, WAITING.h));
}
const WAITING = rect(636, 128, 216, 34);
