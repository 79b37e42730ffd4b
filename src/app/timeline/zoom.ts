// Which part of the recording the timeline shows, in places of the told list. Pure.

export interface Span {
  readonly first: number;
  readonly count: number;
}

/** Fewer messages than this never fill the timeline. */
const LEAST = 10;

const whole = (total: number): Span => ({ first: 0, count: total });

/** A span as far as it lies in a list of `total`; null stands for all of it. */
export function spanIn(span: Span | null, total: number): Span {
  if (span === null || span.count >= total) return whole(total);
  return { ...span, first: Math.max(0, Math.min(span.first, total - span.count)) };
}

/** `by` times as large, with what stands at `place` staying there; null once all is in sight. */
export function zoomed(span: Span | null, total: number, by: number, place: number): Span | null {
  const now = spanIn(span, total);
  const count = Math.max(Math.min(LEAST, total), Math.round(now.count / by));
  if (count >= total) return null;
  const share = now.count === 0 ? 0 : (place - now.first) / now.count;
  return spanIn({ first: Math.round(place - share * count), count }, total);
}

export function panned(span: Span | null, total: number, places: number): Span | null {
  return span === null ? null : spanIn({ ...span, first: Math.round(span.first + places) }, total);
}

/** The same span where it holds `place`, else moved so that it stands a third from its beginning. */
export function holding(span: Span | null, total: number, place: number): Span | null {
  const { first, count } = spanIn(span, total);
  if (span === null || place < 0 ? first === 0 : place >= first && place < first + count) return span;
  return spanIn({ first: Math.round(Math.max(0, place) - count / 3), count }, total);
}
