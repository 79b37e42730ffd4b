// Draws the timeline: names of chapters, a bar for each told message, marks for what happened between, and what the
// person left there: bookmarks, matches, where the cursor has been.
import type { Marks } from '../marks';
import type { Session } from '../session';
import { shapeOf, toneOf } from '../stage/focus';
import type { TraceMark } from '../trace-columns';
import { barsOf, chapterNames, marksOf, xOf } from './picture';
import type { Size } from './use-size';
import type { Span } from './zoom';

const NAMES_HEIGHT = 20;
/** Room below the bars, for a line where the cursor has been; above it the marks. */
const VISITED_HEIGHT = 4;
const MARKS_HEIGHT = 9;
const FLAG = 5;

export interface Drawn {
  readonly session: Session;
  readonly marks: Marks;
  readonly matches: readonly number[];
  readonly span: Span;
  readonly size: Size;
  readonly presenting: boolean;
}
interface Pen extends Omit<Drawn, 'size'>, Size {
  readonly context: CanvasRenderingContext2D;
  readonly colour: (name: string) => string;
  readonly top: number;
}

export function drawTimeline(canvas: HTMLCanvasElement, { size, ...drawn }: Drawn): void {
  const context = emptied(canvas, size);
  if (context === null) return;
  const { presenting } = drawn;
  const css = getComputedStyle(canvas);
  const pen = { ...drawn, ...size, context, colour: coloursOf(css), top: presenting ? 0 : NAMES_HEIGHT };
  drawBars(pen);
  drawVisited(pen);
  drawMatches(pen);
  drawBookmarks(pen);
  if (presenting) return;
  drawMarks(pen);
  drawNames(pen, css.fontFamily);
}

/** The canvas with nothing on it; its dots are only made anew where there are more or fewer of them. */
function emptied(canvas: HTMLCanvasElement, { width, height, zoom }: Size): CanvasRenderingContext2D | null {
  const context = canvas.getContext('2d');
  const scale = devicePixelRatio * zoom;
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  context?.setTransform(scale, 0, 0, scale, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

/** Each colour is asked for once. */
function coloursOf(css: CSSStyleDeclaration): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    let colour = known.get(name);
    if (colour === undefined) known.set(name, (colour = css.getPropertyValue(name)));
    return colour;
  };
}

/** What has one colour is filled at once. */
function drawBars({ context, colour, session, span, width, presenting, top, height }: Pen): void {
  const foot = height - VISITED_HEIGHT - (presenting ? 0 : MARKS_HEIGHT);
  const paths = new Map<string, Path2D>();
  for (const bar of barsOf(session.list(), session.columns, span, width)) {
    const header = session.columns.header(bar.seq);
    if (header === null) continue;
    const tall = presenting ? foot - top : Math.max(3, Math.round(bar.height * (foot - top - 2)));
    const wide = Math.max(1, Math.min(bar.width - 1.5, 10));
    const name = shapeOf(header) === 'failure' ? '--fail' : `--${toneOf(header)}`;
    let path = paths.get(name);
    if (path === undefined) paths.set(name, (path = new Path2D()));
    path.roundRect(bar.x + (bar.width - wide) / 2, foot - tall, wide, tall, Math.min(2, wide / 2));
  }
  for (const [name, path] of paths) {
    context.fillStyle = colour(name);
    context.fill(path);
  }
}

/** A shape for each kind, so that its colour is not needed. */
const MARKS: { readonly [kind in TraceMark]: { readonly colour: string; readonly points: readonly (readonly [number, number])[] } } = {
  write: {
    colour: '--etcd',
    points: [
      [-2, 2],
      [2, 2],
      [2, 6],
      [-2, 6],
    ],
  },
  failure: {
    colour: '--fail',
    points: [
      [0, 0.5],
      [3.5, 4],
      [0, 7.5],
      [-3.5, 4],
    ],
  },
  fault: {
    colour: '--fail',
    points: [
      [0, 0],
      [4, 7],
      [-4, 7],
    ],
  },
};
/** What matters most is drawn last. */
const ORDER: readonly TraceMark[] = ['write', 'failure', 'fault'];

/** A write that failed or a fault stands over what else happened there. */
function drawMarks({ context, colour, session, span, width, height }: Pen): void {
  const level = session.level.get() === 'wire' ? 2 : 1;
  const found = marksOf(session.list(), session.columns, span, width, level);
  const y = height - VISITED_HEIGHT - MARKS_HEIGHT;
  for (const kind of ORDER) {
    const { colour: name, points } = MARKS[kind];
    context.fillStyle = colour(name);
    context.beginPath();
    for (const mark of found) {
      if (mark.kind !== kind) continue;
      points.forEach(([dx, dy], i) => {
        if (i === 0) context.moveTo(mark.x + dx, y + 1 + dy);
        else context.lineTo(mark.x + dx, y + 1 + dy);
      });
    }
    context.fill();
  }
}

/** A line below what was visited. */
function drawVisited({ context, colour, session, marks, span, width, height }: Pen): void {
  const list = session.list();
  const pitch = width / span.count;
  context.fillStyle = colour('--edge-high');
  for (const seq of marks.visited.get()) {
    const place = list.placeOf(seq);
    if (list.at(place) === seq) context.fillRect((place - span.first) * pitch, height - 2, Math.max(1, pitch), 2);
  }
}

/** A line through what the breakpoints found, as faint as a rule; short where the level does not tell it. */
function drawMatches({ context, colour, session, matches, span, width, top, height }: Pen): void {
  const list = session.list();
  context.fillStyle = colour('--accent');
  let last = Number.NEGATIVE_INFINITY;
  for (const seq of matches) {
    const place = list.placeOf(seq);
    const told = list.at(place) === seq;
    const x = Math.round(xOf(place, span, width));
    if (place < span.first || x > width || (!told && x === last)) continue;
    last = x;
    context.globalAlpha = told ? 1 : 0.4;
    context.fillRect(x - 1, top, 2, told ? 6 : 3);
    context.globalAlpha = told ? 0.22 : 0;
    context.fillRect(x - 1, top + 6, 2, height - top - 6);
  }
  context.globalAlpha = 1;
}

/** A flag over what is bookmarked. */
function drawBookmarks({ context, colour, session, marks, span, width, top }: Pen): void {
  context.fillStyle = colour('--accent');
  for (const { seq } of marks.bookmarks.get()) {
    const x = xOf(session.list().placeOf(seq), span, width);
    context.beginPath();
    context.moveTo(x - FLAG, top);
    context.lineTo(x + FLAG, top);
    context.lineTo(x, top + 2 * FLAG);
    context.fill();
  }
}

/** By font and text: a chapter comes hundreds of times in a long recording, and there are eleven. */
const widths = new Map<string, Map<string, number>>();

function drawNames({ context, colour, session, span, width }: Pen, family: string): void {
  context.font = `500 12px ${family}`;
  context.textBaseline = 'middle';
  const cursor = session.player.position().seq;
  // Only read once: the canvas writes its font down anew each time.
  const { font } = context;
  let known = widths.get(font);
  if (known === undefined) widths.set(font, (known = new Map()));
  const ofFont = known;
  const measure = (text: string): number => {
    let width = ofFont.get(text);
    if (width === undefined) ofFont.set(text, (width = context.measureText(text).width));
    return width;
  };
  for (const name of chapterNames(session.steps.get(), session.list(), span, width, cursor, measure)) {
    context.fillStyle = colour(name.current ? '--text' : '--text-faint');
    context.fillText(name.text, name.x, NAMES_HEIGHT / 2);
  }
}

/** All of the recording in a few pixels: where much went on, and what failed. */
export function drawOverview(canvas: HTMLCanvasElement, session: Session, size: Size): void {
  const context = emptied(canvas, size);
  if (context === null) return;
  const colour = coloursOf(getComputedStyle(canvas));
  const list = session.list();
  for (const bar of barsOf(list, session.columns, { first: 0, count: list.length }, size.width)) {
    context.fillStyle = colour(bar.failed ? '--fail' : '--edge-high');
    const tall = Math.max(1, bar.height * size.height);
    context.fillRect(bar.x, size.height - tall, Math.max(1, bar.width - 1), tall);
  }
}
