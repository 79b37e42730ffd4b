// What the timeline shows, as data: bars for told messages, marks for what happened between them, chapters by name,
// and where the cursor is. Places are even: each told message has the same room, whatever virtual time passed.
import type { Step } from '../../worker/protocol';
import { FLAGS } from '../../worker/protocol';
import type { SeqList, TraceColumns, TraceMark } from '../trace-columns';
import type { Span } from './zoom';

export interface Bar {
  readonly x: number;
  readonly width: number;
  /** 0 to 1: how much went on until the next told message. */
  readonly height: number;
  /** The record whose protocol colours it. */
  readonly seq: number;
  readonly failed: boolean;
}
export interface ChapterName {
  readonly text: string;
  readonly x: number;
  readonly width: number;
  readonly current: boolean;
}

/** The middle of a told message's room; 0 before the first. Outside of what is in sight it lies beyond the edges. */
export const xOf = (place: number, { first, count }: Span, width: number): number =>
  (place < 0 && first === 0) || count === 0 ? 0 : ((place - first + 0.5) / count) * width;

/** The told message in sight whose room is at `x`; -1 where nothing is told, and before the first. */
export function placeAt(x: number, { first, count }: Span, width: number): number {
  const least = first === 0 ? -1 : first;
  return count === 0 ? -1 : Math.max(least, Math.min(first + count - 1, first + Math.floor((x / width) * count)));
}

const MIN_PITCH = 4;

/** At most one bar per few pixels: where messages are too many, a bar stands for several, and shows the failed
 *  one if there is one. */
export function barsOf(list: SeqList, columns: TraceColumns, span: Span, width: number): readonly Bar[] {
  if (span.count === 0 || width <= 0) return [];
  const bars = Math.min(span.count, Math.floor(width / MIN_PITCH));
  const pitch = width / bars;
  let most = 1;
  const found = Array.from({ length: bars }, (_, i) => {
    const first = span.first + Math.floor((i * span.count) / bars);
    const last = span.first + Math.floor(((i + 1) * span.count) / bars);
    const next = list.at(last);
    const records = (next < 0 ? columns.count : next) - list.at(first);
    let seq = list.at(first);
    let failed = false;
    for (let place = first; place < last && !failed; place++) {
      if ((columns.flags(list.at(place)) & FLAGS.failed) === 0) continue;
      failed = true;
      seq = list.at(place);
    }
    most = Math.max(most, records);
    return { x: i * pitch, width: pitch, seq, failed, records };
  });
  return found.map(({ records, ...bar }) => ({ ...bar, height: Math.log2(1 + records) / Math.log2(1 + most) }));
}

/** Room that a mark takes for itself: those of the same kind that would touch are one. */
const MARK_ROOM = 6;

/** Writes to etcd, failures and faults, told or not, where they happened. Heartbeats only where they are told. */
export function marksOf(
  list: SeqList,
  columns: TraceColumns,
  span: Span,
  width: number,
  lowest: number,
): readonly { readonly kind: TraceMark; readonly x: number }[] {
  const found: { kind: TraceMark; x: number }[] = [];
  const lastX: { [kind in TraceMark]?: number } = {};
  const beyond = list.at(span.first + span.count);
  const end = beyond < 0 ? columns.count : beyond;
  let place = span.first;
  for (let seq = list.at(span.first); seq >= 0 && seq < end; seq++) {
    const next = list.at(place + 1);
    if (next >= 0 && next <= seq) place++;
    const kind = columns.markOf(seq, lowest);
    if (kind === null) continue;
    const x = xOf(place, span, width);
    if (x - (lastX[kind] ?? Number.NEGATIVE_INFINITY) < MARK_ROOM) continue;
    lastX[kind] = x;
    found.push({ kind, x });
  }
  return found;
}

/** One name for each run of steps in the same chapter. Names that would overlap are left out, but never the
 *  current one. `measure` gives a text's width. */
export function chapterNames(
  steps: readonly Step[],
  list: SeqList,
  span: Span,
  width: number,
  cursor: number,
  measure: (text: string) => number,
): readonly ChapterName[] {
  const first = list.at(0);
  const edge = (seq: number): number => ((list.placeOf(seq) - span.first) / span.count) * width;
  const runs: { text: string; x: number; end: number; seq: number }[] = [];
  for (const { chapter, seq } of steps) {
    const last = runs[runs.length - 1];
    if (seq < first || last?.text === chapter) continue;
    const x = edge(seq);
    if (last !== undefined) last.end = x;
    runs.push({ text: chapter, x, end: width, seq });
  }
  let here = -1;
  for (let i = 0; i < runs.length && (runs[i]?.seq ?? 0) <= cursor; i++) here = i;
  const named = runs.flatMap(({ text, x, end }, i) => {
    if (x >= width || end <= 0) return [];
    const room = measure(text) + GAP;
    return [{ text, x: Math.max(0, Math.min(x, width - room)), width: room, current: i === here }];
  });
  const current = named.find((name) => name.current);
  const kept: ChapterName[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const name of named) {
    const covers = current !== undefined && name !== current && name.x < current.x + current.width && current.x < name.x + name.width;
    if (name.x < end || covers) continue;
    kept.push(name);
    end = name.x + name.width;
  }
  return kept;
}
const GAP = 8;
