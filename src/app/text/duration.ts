// Virtual time as people read it. Microseconds in, text out.

/** `+0.0135 s`, `+12.480 s`, `+3 min 20 s`. */
export function timeText(us: number): string {
  if (!Number.isFinite(us)) return '–';
  const sign = us < 0 ? '−' : '';
  const positive = Math.abs(us);
  if (positive < 1_000_000) return `${sign}${(positive / 1000).toFixed(positive < 10_000 ? 2 : 1)} ms`;
  if (positive < 120_000_000) return `${sign}${(positive / 1e6).toFixed(3)} s`;
  const minutes = Math.floor(positive / 60e6);
  return `${sign}${minutes} min ${((positive - minutes * 60e6) / 1e6).toFixed(0)} s`;
}
