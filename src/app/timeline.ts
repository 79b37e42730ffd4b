// What the timeline shows, as data: bars for told messages, chapters by name, and where the cursor is. Places
// are even: each told message has the same room, whatever virtual time passed.
import type { Step } from '../worker/protocol';
import { FLAGS } from '../worker/protocol';
import type { SeqList, TraceColumns } from './trace-columns';

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

/** The middle of a told message's room; 0 before the first. */
export const xOf = (place: number, count: number, width: number): number =>
  place < 0 || count === 0 ? 0 : ((place + 0.5) / count) * width;

/** The told message whose room is at `x`; -1 where nothing is told. */
export const placeAt = (x: number, count: number, width: number): number =>
  count === 0 ? -1 : Math.max(-1, Math.min(count - 1, Math.floor((x / width) * count)));

const MIN_PITCH = 4;

/** At most one bar per few pixels: where messages are too many, a bar stands for several, and shows the failed
 *  one if there is one. */
export function barsOf(list: SeqList, columns: TraceColumns, width: number): readonly Bar[] {
  const count = list.length;
  if (count === 0 || width <= 0) return [];
  const bars = Math.min(count, Math.floor(width / MIN_PITCH));
  const pitch = width / bars;
  let most = 1;
  const found = Array.from({ length: bars }, (_, i) => {
    const first = Math.floor((i * count) / bars);
    const last = Math.floor(((i + 1) * count) / bars);
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

/** One name for each run of steps in the same chapter. Names that would overlap are left out, but never the
 *  current one. `measure` gives a text's width. */
export function chapterNames(
  steps: readonly Step[],
  list: SeqList,
  width: number,
  cursor: number,
  measure: (text: string) => number,
): readonly ChapterName[] {
  const count = list.length;
  const first = list.at(0);
  const runs: { text: string; x: number; seq: number }[] = [];
  for (const { chapter, seq } of steps) {
    if (seq < first || runs[runs.length - 1]?.text === chapter) continue;
    runs.push({ text: chapter, x: (list.placeOf(seq) / count) * width, seq });
  }
  let here = -1;
  for (let i = 0; i < runs.length && (runs[i]?.seq ?? 0) <= cursor; i++) here = i;
  const named = runs.map(({ text, x }, i) => {
    const room = measure(text) + GAP;
    return { text, x: Math.max(0, Math.min(x, width - room)), width: room, current: i === here };
  });
  const current = named[here];
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
