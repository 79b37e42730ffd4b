// The nodes at the right of the stage: up to three are drawn whole, up to fourteen as rows, more as a
// grid. A folded node that a person opens is drawn whole in its place; its neighbours give way.
import { BUS, containerdParts, type Edge, ENTRY, edge, type Frame, type Place, REGISTRY, type Rect, rect } from './places';

export type Fold = 'whole' | 'rows' | 'grid';
interface NodeArea {
  readonly fold: Fold;
  readonly places: readonly Place[];
  readonly frames: readonly Frame[];
  readonly edges: readonly Edge[];
}

const WHOLE_H = 194;
const WHOLE_GAP = 15;
const OPEN_GAP = 10;
const MAX_ROWS = 14;
const MAX_ROW_PITCH = 72;
const MAX_CELL_H = 64;
/** Between the lines of the grid there is a lane for lines. */
const LANE = 8;

export function nodeArea(names: readonly string[], opened: string | null, area: Rect): NodeArea {
  const fold: Fold = names.length <= 3 ? 'whole' : names.length <= MAX_ROWS ? 'rows' : 'grid';
  const parts = fold === 'whole' ? stacked(names, area) : fold === 'rows' ? rows(names, opened, area) : grid(names, opened, area);
  return {
    fold,
    places: parts.flatMap((part) => part.places),
    frames: parts.flatMap((part) => part.frames),
    edges: parts.flatMap((part) => part.edges),
  };
}

type Part = Omit<NodeArea, 'fold'>;

const stacked = (names: readonly string[], { x, y, w }: Rect): Part[] =>
  names.map((name, i) => wholeNode(name, rect(x, y + i * (WHOLE_H + WHOLE_GAP), w, WHOLE_H)));

function rows(names: readonly string[], opened: string | null, area: Rect): Part[] {
  const isOpen = opened !== null && names.includes(opened);
  const height = isOpen ? area.h - WHOLE_H - OPEN_GAP : area.h;
  const pitch = Math.min(MAX_ROW_PITCH, Math.floor(height / (isOpen ? Math.max(names.length - 1, 1) : names.length)));
  let { y } = area;
  return names.map((name) => {
    const h = isOpen && name === opened ? WHOLE_H : pitch - 6;
    const where = rect(area.x, y, area.w, h);
    y += isOpen && name === opened ? WHOLE_H + OPEN_GAP : pitch;
    return isOpen && name === opened ? wholeNode(name, where) : row(name, where);
  });
}

function row(name: string, where: Rect): Part {
  const middle = where.y + where.h / 2;
  const right = where.x + where.w;
  return {
    frames: [],
    places: [{ id: `row/${name}`, kind: 'row', rect: where, node: name }],
    edges: [
      edge(
        `row/${name}`,
        'kube-apiserver',
        [where.x, middle],
        [BUS.kubelet, middle],
        [BUS.kubelet, ENTRY.kubelet],
        [ENTRY.right, ENTRY.kubelet],
      ),
      edge(`row/${name}`, 'registry', [right, middle], [BUS.gutter, middle], [BUS.gutter, 38], [REGISTRY.x + REGISTRY.w, 38]),
    ],
  };
}

function grid(names: readonly string[], opened: string | null, area: Rect): Part[] {
  const isOpen = opened !== null && names.includes(opened);
  const height = isOpen ? area.h - WHOLE_H - OPEN_GAP : area.h;
  const columns = columnsFor(names.length, area.w / height);
  const lines = Math.ceil(names.length / columns);
  const pitchX = area.w / columns;
  const pitchY = Math.min(MAX_CELL_H, Math.floor(height / lines));
  const openLine = isOpen ? Math.floor(names.indexOf(opened) / columns) : lines;
  return names.map((name, i) => {
    const line = Math.floor(i / columns);
    const y = area.y + line * pitchY + (line > openLine ? WHOLE_H + OPEN_GAP : 0);
    const cell = rect(area.x + (i % columns) * pitchX, y + LANE, pitchX - 4, pitchY - LANE);
    if (!isOpen || name !== opened) return gridCell(name, cell);
    const whole = wholeNode(name, rect(area.x, area.y + (line + 1) * pitchY + OPEN_GAP / 2, area.w, WHOLE_H));
    // Its cell stays where it is, as the handle that folds it again.
    return { ...whole, places: [...whole.places, { id: `cell/${name}`, kind: 'cell', rect: cell, node: name }] };
  });
}

/** As near to square cells as can be, the last line as full as can be. */
function columnsFor(count: number, aspect: number): number {
  const ideal = Math.ceil(Math.sqrt(count * aspect));
  let best = ideal;
  for (const columns of [ideal + 1, ideal + 2]) {
    if (Math.ceil(count / columns) * columns - count < Math.ceil(count / best) * best - count) best = columns;
  }
  return best;
}

function gridCell(name: string, where: Rect): Part {
  const x = where.x + where.w / 2;
  const lane = where.y - LANE / 2;
  return {
    frames: [],
    places: [{ id: `row/${name}`, kind: 'cell', rect: where, node: name }],
    edges: [
      edge(
        `row/${name}`,
        'kube-apiserver',
        [x, where.y],
        [x, lane],
        [BUS.kubelet, lane],
        [BUS.kubelet, ENTRY.kubelet],
        [ENTRY.right, ENTRY.kubelet],
      ),
      {
        ...edge(`row/${name}`, 'registry', [x, where.y], [x, lane], [BUS.gutter, lane], [BUS.gutter, 38], [REGISTRY.x + REGISTRY.w, 38]),
        quiet: true,
      },
    ],
  };
}

/** A node with its four fixed places and the shelf of its pods. */
function wholeNode(node: string, where: Rect): Part {
  const { x, y } = where;
  const kubeletY = y + 79;
  const proxyY = y + 152;
  const containerd = rect(x + 148, y + 46, 112, 66);
  const parts = containerdParts(node, containerd);
  return {
    frames: [{ id: `frame/${node}`, node, role: 'worker', rect: where }],
    places: [
      { id: `kubelet/${node}`, kind: 'kubelet', rect: rect(x + 12, y + 46, 96, 66), node },
      { id: `containerd/${node}`, kind: 'containerd', rect: containerd, node },
      ...parts.places,
      { id: `kube-proxy/${node}`, kind: 'kube-proxy', rect: rect(x + 12, y + 122, 96, 60), node },
      { id: `kernel/${node}`, kind: 'kernel', rect: rect(x + 148, y + 122, 112, 60), node },
      { id: `shelf/${node}`, kind: 'shelf', rect: rect(x + 272, y + 46, 188, 136), node },
    ],
    edges: [
      edge(
        `kubelet/${node}`,
        'kube-apiserver',
        [x + 12, kubeletY],
        [BUS.kubelet, kubeletY],
        [BUS.kubelet, ENTRY.kubelet],
        [ENTRY.right, ENTRY.kubelet],
      ),
      edge(
        `kube-proxy/${node}`,
        'kube-apiserver',
        [x + 12, proxyY],
        [BUS.proxy, proxyY],
        [BUS.proxy, ENTRY.proxy],
        [ENTRY.right, ENTRY.proxy],
      ),
      edge(`kubelet/${node}`, `containerd/${node}`, [x + 108, kubeletY], [x + 148, kubeletY]),
      ...parts.edges,
      edge(`kube-proxy/${node}`, `kernel/${node}`, [x + 108, proxyY], [x + 148, proxyY]),
      edge(
        `containerd/${node}`,
        'registry',
        [x + 204, y + 46],
        [x + 204, y + 38],
        [BUS.gutter, y + 38],
        [BUS.gutter, 38],
        [REGISTRY.x + REGISTRY.w, 38],
      ),
    ],
  };
}
