// Draws the rungs of the ladder that are in sight: lanes as lines, messages as arrows in the colour and the shape of
// their protocol.
import type { Folded } from '../folded';
import { rowHeight, zoomOf } from '../pointer';
import type { Session } from '../session';
import { type Shape, shapeOf, toneOf } from '../stage/focus';
import type { Lanes } from './lanes';

export const ROW_HEIGHT = rowHeight(26);
export const LANE_WIDTH = 128;
/** Room for the time before the first lane. */
export const MARGIN = 88;
const HEAD = 5;

interface Drawn {
  readonly session: Session;
  readonly rows: Folded;
  readonly lanes: Lanes;
  /** The first and the last row. */
  readonly first: number;
  readonly last: number;
  readonly width: number;
}

/** The middle of a lane. */
export const laneX = (index: number): number => MARGIN + (index + 0.5) * LANE_WIDTH;

export function drawRows(canvas: HTMLCanvasElement, { session, rows, lanes, first, last, width }: Drawn): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const height = Math.max(0, last - first + 1) * ROW_HEIGHT;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const scale = devicePixelRatio * zoomOf(canvas);
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  context.scale(scale, scale);
  const css = getComputedStyle(canvas);
  context.strokeStyle = css.getPropertyValue('--line');
  context.beginPath();
  lanes.lanes.forEach((_, index) => {
    context.moveTo(laneX(index), 0);
    context.lineTo(laneX(index), height);
  });
  context.stroke();
  for (let row = first; row <= last; row++) {
    const header = session.columns.header(rows.seqAt(row));
    if (header === null || rows.foldAt(row) !== null) continue;
    const [from, to] = [lanes.laneOf(header.from), lanes.laneOf(header.to)];
    if (from < 0 || to < 0) continue;
    const shape = shapeOf(header);
    const colour = css.getPropertyValue(shape === 'failure' ? '--fail' : `--${toneOf(header)}`);
    context.strokeStyle = colour;
    context.fillStyle = colour;
    drawMessage(context, laneX(from), laneX(to), (row - first + 0.5) * ROW_HEIGHT, shape);
  }
}

/** An arrow; a ring for an answer, a dashed line for what a watch brings, a dot for what stays inside. */
function drawMessage(context: CanvasRenderingContext2D, x1: number, x2: number, y: number, shape: Shape): void {
  context.lineWidth = 1.5;
  context.setLineDash(shape === 'delivery' ? [5, 3] : []);
  context.beginPath();
  if (x1 !== x2) {
    const back = x2 > x1 ? -HEAD : HEAD;
    context.moveTo(x1, y);
    context.lineTo(x2 + back, y);
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(x2, y);
    context.lineTo(x2 + 1.6 * back, y - HEAD);
    context.lineTo(x2 + 1.6 * back, y + HEAD);
    context.fill();
    context.beginPath();
  }
  context.setLineDash([]);
  context.arc(x1, y, shape === 'answer' ? 3 : 3.5, 0, 2 * Math.PI);
  if (shape === 'answer') context.stroke();
  else context.fill();
}
