// Virtual time as people read it. Microseconds in, text out.

/** `13.5 ms`, `12.480 s`, `3 min 20 s`. */
export function timeText(us: number): string {
  if (!Number.isFinite(us)) return '–';
  const sign = us < 0 ? '−' : '';
  const positive = Math.abs(us);
  if (positive < 1_000_000) return `${sign}${(positive / 1000).toFixed(positive < 10_000 ? 2 : 1)} ms`;
  if (positive < 120_000_000) return `${sign}${(positive / 1e6).toFixed(3)} s`;
  return `${sign}${minutesText(positive)}`;
}

/** How long something took, only as exact as a glance needs: `1.1 s`, `34 s`, `1 min 0 s`. */
export function spanText(us: number): string {
  if (us < 1_000_000) return timeText(us);
  if (us < 59_500_000) return `${(us / 1e6).toFixed(us < 9_950_000 ? 1 : 0)} s`;
  return minutesText(us);
}

function minutesText(us: number): string {
  const seconds = Math.round(us / 1e6);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
