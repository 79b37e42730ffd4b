// What the timeline shows, as data: bars for told messages, marks for what happened between them, chapters by name,
// and where the cursor is. Places are even: each told message has the same room, whatever virtual time passed.
import { firstWhere } from '../../base/first-where';
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
 *  current one. `measure` gives a text's width. Of thousands of steps only those are looked at whose name may stand. */
export function chapterNames(
  steps: readonly Step[],
  list: SeqList,
  span: Span,
  width: number,
  cursor: number,
  measure: (text: string) => number,
): readonly ChapterName[] {
  const edge = (i: number): number => ((list.placeOf((steps[i] as Step).seq) - span.first) / span.count) * width;
  const told = list.at(0);
  const least = firstWhere(0, steps.length, (i) => (steps[i] as Step).seq >= told);
  const begins = (i: number): boolean => i === least || steps[i]?.chapter !== steps[i - 1]?.chapter;
  const beginOf = (i: number): number => {
    let begin = i;
    while (begin > least && !begins(begin)) begin--;
    return begin;
  };
  const after = (i: number): number => {
    let next = i + 1;
    while (next < steps.length && !begins(next)) next++;
    return next;
  };
  const nameOf = (i: number, current: boolean): ChapterName => {
    const text = (steps[i] as Step).chapter;
    const room = measure(text) + GAP;
    return { text, x: Math.max(0, Math.min(edge(i), width - room)), width: room, current };
  };
  const here = beginOf(firstWhere(least, steps.length, (i) => (steps[i] as Step).seq > cursor) - 1);
  const ends = (i: number): number => (i < steps.length ? edge(i) : width);
  const current = here < least || edge(here) >= width || ends(after(here)) <= 0 ? null : nameOf(here, true);
  const kept: ChapterName[] = [];
  let free = Number.NEGATIVE_INFINITY;
  // What began before the edge still has its name there.
  let i = Math.max(least, beginOf(firstWhere(least, steps.length, (each) => edge(each) > 0) - 1));
  while (i < steps.length && edge(i) < width) {
    const name = nameOf(i, i === here);
    const end = name.x + name.width;
    const covers = current !== null && i !== here && name.x < current.x + current.width && current.x < end;
    let next = i + 1;
    if (name.x >= free && !covers) {
      kept.push(name);
      free = end;
      next = firstWhere(next, steps.length, (each) => edge(each) >= free);
    }
    i = next < steps.length && !begins(next) ? after(next) : next;
  }
  return kept;
}

const GAP = 8;
