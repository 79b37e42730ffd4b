// Ages as kubectl prints them (apimachinery pkg/util/duration), and Go's own durations.

const SECOND = 1_000_000;

/** `3m10s`, `47h`, `2d1h`; `<invalid>` for times ahead by more than a second's slack. Of microseconds. */
export function humanDuration(us: number): string {
  const seconds = Math.trunc(us / SECOND);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 60 * 2) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 60 * 3) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 24 * 8) return pair(days, 'd', hours % 24, 'h');
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.floor(hours / 24 / 365);
  return hours < 24 * 365 * 8 ? pair(years, 'y', days % 365, 'd') : `${years}y`;
}

const pair = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;

/** One unit only: `3m`. Of microseconds. */
export function shortHumanDuration(us: number): string {
  const seconds = Math.trunc(us / SECOND);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 24) return `${hours}h`;
  return hours < 24 * 365 ? `${Math.floor(hours / 24)}d` : `${Math.floor(hours / 24 / 365)}y`;
}

/** Go's time.Duration.String: `1m0.5s`, `1.5ms`, `0s`. Of microseconds. */
export function goDuration(us: number): string {
  if (us === 0) return '0s';
  const sign = us < 0 ? '-' : '';
  const all = Math.abs(us);
  if (all < 1000) return `${sign}${all}µs`;
  if (all < SECOND) return `${sign}${decimal(all, 1000)}ms`;
  const minutes = Math.floor(all / (60 * SECOND));
  const text = `${decimal(all - minutes * 60 * SECOND, SECOND)}s`;
  if (minutes === 0) return sign + text;
  return `${sign}${minutes < 60 ? '' : `${Math.floor(minutes / 60)}h`}${minutes % 60}m${text}`;
}

function decimal(value: number, unit: number): string {
  const whole = Math.floor(value / unit);
  const fraction = String(unit + (value - whole * unit))
    .slice(1)
    .replace(/0+$/, '');
  return fraction === '' ? String(whole) : `${whole}.${fraction}`;
}

const UNITS: { readonly [unit: string]: number } = {
  ns: 0.001,
  us: 1,
  µs: 1,
  μs: 1,
  ms: 1000,
  s: SECOND,
  m: 60 * SECOND,
  h: 3600 * SECOND,
};

/** Go's time.ParseDuration, to microseconds (cut); null if malformed. */
export function parseGoDuration(text: string): number | null {
  const [, sign, body = ''] = /^([+-]?)(.+)$/.exec(text) ?? [];
  if (body === '0') return 0;
  if (!/^((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return null;
  let us = 0;
  for (const [, number, unit = ''] of body.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) us += Number(number) * (UNITS[unit] ?? 0);
  return sign === '-' ? -Math.floor(us) : Math.floor(us);
}
