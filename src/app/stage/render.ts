// Draws what moves: lit ways, messages, and the thread from the callout to its message. A pure function of
// its arguments onto a canvas: the same picture for the same moment.
import type { Route } from '../route';
import type { Shape, Tone } from './focus';

export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}
export type Palette = { readonly [tone in Tone | 'ground' | 'text' | 'thread']: string };

export interface DrawnMessage {
  readonly way: Route | null;
  readonly x: number;
  readonly y: number;
  readonly angle: number;
  /** How much of the way lies behind it. */
  readonly share: number;
  readonly shape: Shape;
  readonly tone: Tone;
  /** In the diamond of a failure. */
  readonly code: string;
  readonly inFocus: boolean;
}
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
  readonly view: View;
  readonly messages: readonly DrawnMessage[];
  /** From the callout's border to the message in focus, in pixels of the container. */
  readonly thread: { readonly from: readonly [number, number]; readonly to: readonly [number, number] } | null;
  /** Nothing travels: arrows along the way say the direction. */
  readonly still: boolean;
}

const RAIL = 2.25;
const ARROW_EVERY = 90;
/** No arrow so near to the message itself. */
const CLEAR = 22;

/** Draws a message that is not in focus, as `drawMessage` would. */
export type Stamp = (context: CanvasRenderingContext2D, message: DrawnMessage, x: number, y: number, zoom: number) => void;

/** `stamp`: hundreds of messages may be on their way, and there is a cheaper way to draw those. */
export function render(context: CanvasRenderingContext2D, picture: Picture, palette: Palette, stamp: Stamp | null = null): void {
  const { width, height, pixelRatio, view } = picture;
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const message of picture.messages) drawWay(context, message, picture, palette);
  if (picture.thread !== null) drawThread(context, picture.thread, palette);
  for (const message of picture.messages) {
    const [x, y] = toScreen(message.x, message.y, view);
    if (stamp === null || message.inFocus) drawMessage(context, message, x, y, view.zoom, palette);
    else stamp(context, message, x, y, view.zoom);
  }
  context.globalAlpha = 1;
}

const toScreen = (x: number, y: number, view: View): readonly [number, number] => [x * view.zoom + view.x, y * view.zoom + view.y];

function drawWay(context: CanvasRenderingContext2D, message: DrawnMessage, { view, still }: Picture, palette: Palette): void {
  const { way, share, shape, inFocus } = message;
  if (way === null || !inFocus) return;
  context.strokeStyle = palette[message.tone];
  const sides = shape === 'delivery' ? [-RAIL, RAIL] : [0];
  const width = (shape === 'delivery' ? 1.5 : 2) * Math.max(1, Math.min(view.zoom, 1.5));
  for (const side of sides) {
    context.lineWidth = width;
    context.globalAlpha = 0.38;
    if (share < 1) stroke(context, way.between(share, 1, side), view);
    context.globalAlpha = 1;
    if (share > 0) stroke(context, way.between(0, share, side), view);
  }
  if (still) drawArrows(context, way, message, palette[message.tone], view);
}

function stroke(context: CanvasRenderingContext2D, points: readonly (readonly [number, number])[], view: View): void {
  context.beginPath();
  points.forEach(([x, y], i) => {
    const [sx, sy] = toScreen(x, y, view);
    if (i === 0) context.moveTo(sx, sy);
    else context.lineTo(sx, sy);
  });
  context.stroke();
}

function drawArrows(context: CanvasRenderingContext2D, way: Route, at: DrawnMessage, colour: string, view: View): void {
  const count = Math.max(1, Math.floor(way.length / ARROW_EVERY));
  context.fillStyle = colour;
  for (let i = 0; i < count; i++) {
    const { x, y, angle } = way.at((i + 0.5) / count);
    if (Math.hypot(x - at.x, y - at.y) < CLEAR) continue;
    const [sx, sy] = toScreen(x, y, view);
    triangle(context, sx, sy, angle, 6 * Math.max(1, view.zoom));
    context.fill();
  }
}

function drawThread(context: CanvasRenderingContext2D, { from, to }: NonNullable<Picture['thread']>, palette: Palette): void {
  context.globalAlpha = 0.7;
  context.strokeStyle = palette.thread;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(from[0], from[1]);
  context.lineTo(to[0], to[1]);
  context.stroke();
}

/** What is not in focus is smaller. */
export const scaleOf = (inFocus: boolean, zoom: number): number => Math.max(0.8, Math.min(zoom, 1.6)) * (inFocus ? 1 : 0.6);

export function drawMessage(
  context: CanvasRenderingContext2D,
  { shape, tone, angle, code, inFocus }: DrawnMessage,
  x: number,
  y: number,
  zoom: number,
  palette: Palette,
): void {
  const scale = scaleOf(inFocus, zoom);
  context.globalAlpha = inFocus ? 1 : 0.6;
  context.fillStyle = shape === 'failure' ? palette.fail : palette[tone];
  // A rim in the colour of the ground keeps the shape apart from its line.
  context.strokeStyle = palette.ground;
  context.lineWidth = 2 * scale;
  context.beginPath();
  OUTLINES[shape](context, x, y, angle, scale);
  context.stroke();
  context.fill();
  if (shape === 'answer') {
    context.fillStyle = palette.ground;
    context.beginPath();
    context.arc(x, y, 3.6 * scale, 0, 2 * Math.PI);
    context.fill();
  }
  if (shape === 'failure' && inFocus) drawCode(context, code, x, y, scale, palette.ground);
}

function drawCode(context: CanvasRenderingContext2D, code: string, x: number, y: number, scale: number, colour: string): void {
  context.fillStyle = colour;
  context.font = `650 ${12 * scale}px Inter, "Inter fallback", sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(code, x, y + 0.5 * scale);
}

type Outline = (context: CanvasRenderingContext2D, x: number, y: number, angle: number, scale: number) => void;
const circle =
  (radius: number): Outline =>
  (context, x, y, _angle, scale) =>
    context.arc(x, y, radius * scale, 0, 2 * Math.PI);

const OUTLINES: { readonly [shape in Shape]: Outline } = {
  request: circle(7),
  answer: circle(7.5),
  delivery: (context, x, y, angle, scale) => triangle(context, x, y, angle, 9 * scale, false),
  stream: (context, x, y, _angle, scale) => context.rect(x - 5 * scale, y - 5 * scale, 10 * scale, 10 * scale),
  packet: (context, x, y, angle, scale) =>
    polygon(context, x, y, angle, scale, [
      [-8, -2.5],
      [8, -2.5],
      [8, 2.5],
      [-8, 2.5],
    ]),
  failure: (context, x, y, _angle, scale) =>
    polygon(context, x, y, 0, scale, [
      [0, -18],
      [18, 0],
      [0, 18],
      [-18, 0],
    ]),
};

/** An arrowhead that points along `angle`. */
function triangle(context: CanvasRenderingContext2D, x: number, y: number, angle: number, size: number, begin = true): void {
  if (begin) context.beginPath();
  polygon(context, x, y, angle, size, [
    [1, 0],
    [-0.8, -0.85],
    [-0.8, 0.85],
  ]);
}

function polygon(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  angle: number,
  scale: number,
  points: readonly (readonly [number, number])[],
): void {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  points.forEach(([px, py], i) => {
    const sx = x + scale * (px * cos - py * sin);
    const sy = y + scale * (px * sin + py * cos);
    if (i === 0) context.moveTo(sx, sy);
    else context.lineTo(sx, sy);
  });
  context.closePath();
}
