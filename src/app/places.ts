// What stands on the stage, and the lines between: shapes that all parts of the layout share.
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
  | 'row'
  | 'cell';
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
  /** Not drawn while nobody speaks along it: there are too many. */
  readonly quiet?: boolean;
}

export const rect = (x: number, y: number, w: number, h: number): Rect => ({ x, y, w, h });
export const centre = ({ x, y, w, h }: Rect): Point => [x + w / 2, y + h / 2];
export const edge = (a: string, b: string, ...points: Point[]): Edge => ({ id: `${a}–${b}`, a, b, route: route(points) });

export const REGISTRY = rect(944, 16, 472, 44);
/** Vertical ways that lines share, and where those of the nodes enter the gate. */
export const BUS = { kubelet: 898, proxy: 912, gutter: 1428, plane: 256, planeRight: 872 } as const;
export const ENTRY = { right: 864, kubelet: 240, proxy: 256 } as const;

/** The programs that containerd starts stand inside it, with a line from its name down to each. */
export function containerdParts(node: string, where: Rect): { places: Place[]; edges: Edge[] } {
  const w = (where.w - 20) / 2;
  const y = where.y + where.h - 26;
  const parts = (['cni', 'runc'] as const).map((part, i) => ({ id: `${part}/${node}`, rect: rect(where.x + 8 + i * (w + 4), y, w, 18) }));
  return {
    places: parts.map((part) => ({ ...part, kind: 'part', node })),
    edges: parts.map((part) => edge(`containerd/${node}`, part.id, [centre(part.rect)[0], where.y + 24], [centre(part.rect)[0], y])),
  };
}
