// Where boxes and arrows of the still picture stand: the 17 steps as arrows between eight boxes. Arrows of a
// pair of boxes run side by side, straight from edge to edge.
export const WIDTH = 1000;
export const HEIGHT = 590;
export const BADGE = 11;

export type BoxName = 'kubectl' | 'manager' | 'scheduler' | 'apiserver' | 'etcd' | 'kubelet' | 'engine' | 'proxy';
export interface Box {
  readonly name: BoxName;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface Arrow {
  readonly step: StepNumber;
  readonly from: BoxName;
  readonly to: BoxName;
  /** Of its protocol. */
  readonly tone: 'http' | 'etcd' | 'cri';
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** Where its number stands. */
  readonly at: { readonly x: number; readonly y: number };
}
export type StepNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17;

const box = (name: BoxName, x: number, y: number, width: number, height: number): Box => ({ name, x, y, width, height });
export const BOXES: readonly Box[] = [
  box('kubectl', 12, 250, 132, 90),
  box('manager', 224, 12, 250, 90),
  box('scheduler', 526, 12, 198, 90),
  box('apiserver', 224, 220, 500, 150),
  box('etcd', 224, 488, 500, 90),
  box('kubelet', 838, 206, 150, 110),
  box('engine', 838, 12, 150, 90),
  box('proxy', 838, 346, 150, 70),
];

/** Step, from, to, and where the arrow crosses: x of one that goes up or down, y of any other. */
const LANES: readonly (readonly [StepNumber, BoxName, BoxName, number])[] = [
  [1, 'kubectl', 'apiserver', 295],
  [2, 'apiserver', 'etcd', 284],
  [3, 'apiserver', 'manager', 272],
  [4, 'apiserver', 'etcd', 410],
  [5, 'manager', 'apiserver', 350],
  [6, 'manager', 'apiserver', 428],
  [7, 'apiserver', 'etcd', 536],
  [8, 'apiserver', 'scheduler', 582],
  [9, 'scheduler', 'apiserver', 668],
  [10, 'apiserver', 'kubelet', 232],
  [11, 'apiserver', 'proxy', 358],
  [12, 'kubelet', 'apiserver', 256],
  [13, 'kubelet', 'engine', 880],
  [14, 'engine', 'kubelet', 946],
  [15, 'kubelet', 'apiserver', 280],
  [16, 'apiserver', 'etcd', 662],
  [17, 'kubelet', 'apiserver', 304],
];

function arrow([step, from, to, lane]: (typeof LANES)[number]): Arrow {
  const [a, b] = [boxOf(from), boxOf(to)];
  const vertical = a.y + a.height <= b.y || b.y + b.height <= a.y;
  const down = vertical ? a.y < b.y : a.x < b.x;
  const [near, far] = down ? [a, b] : [b, a];
  const start = vertical ? near.y + near.height : near.x + near.width;
  const end = vertical ? far.y : far.x;
  const [tail, head] = down ? [start, end] : [end, start];
  const middle = start + ((end - start) * (1 + (step % 3))) / 4;
  const tone = to === 'etcd' ? 'etcd' : from === 'engine' || to === 'engine' ? 'cri' : 'http';
  return vertical
    ? { step, from, to, tone, x1: lane, y1: tail, x2: lane, y2: head, at: { x: lane, y: (start + end) / 2 } }
    : { step, from, to, tone, x1: tail, y1: lane, x2: head, y2: lane, at: { x: middle, y: lane } };
}
export function boxOf(name: BoxName): Box {
  const found = BOXES.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`the picture has no ${name}`);
  return found;
}

export const ARROWS: readonly Arrow[] = LANES.map(arrow);
