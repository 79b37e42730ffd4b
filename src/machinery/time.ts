// Virtual time as Kubernetes writes it (metav1.Time, metav1.MicroTime). Virtual 0, the first input, is
// 2026-01-01T00:00:00Z; boot is before it.
import { type SimTime, simTime } from '../base/brand';

/** Virtual 0 in seconds since 1970. */
export const EPOCH_SECONDS = 1_767_225_600;

/** metav1.Time: `2026-01-01T00:00:00Z`, cut to the second. */
export const rfc3339 = (at: SimTime): string => secondText(EPOCH_SECONDS + Math.floor(at / 1_000_000));

/** metav1.MicroTime: `2026-01-01T00:00:00.000000Z`. */
export function rfc3339Micro(at: SimTime): string {
  const seconds = Math.floor(at / 1_000_000);
  return `${secondText(EPOCH_SECONDS + seconds).slice(0, -1)}.${String(at - seconds * 1_000_000).padStart(6, '0')}Z`;
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Either form (any number of fractional digits, `Z` or an offset) to virtual microseconds; null if malformed. */
export function parseTime(text: string): SimTime | null {
  const match = TIME.exec(text);
  if (!match) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59) return null;
  const offset = (match[8] === '-' ? -1 : 1) * (Number(match[9] ?? 0) * 3600 + Number(match[10] ?? 0) * 60);
  const seconds = daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset - EPOCH_SECONDS;
  return simTime(seconds * 1_000_000 + Number((match[7] ?? '').slice(0, 6).padEnd(6, '0')));
}

let lastSeconds = Number.NaN;
let lastText = '';

/** Many objects carry the same second, so the last text is kept. */
function secondText(seconds: number): string {
  if (seconds === lastSeconds) return lastText;
  const days = Math.floor(seconds / 86_400);
  const rest = seconds - days * 86_400;
  const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
  lastText = `${dateText(days)}T${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}Z`;
  lastSeconds = seconds;
  return lastText;
}

// Civil dates from day numbers and back: the proleptic Gregorian calendar, years beginning in March so that the
// leap day comes last (after Howard Hinnant's public-domain algorithms).

function dateText(days: number): string {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const march = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * march + 2) / 5) + 1;
  const month = march < 10 ? march + 3 : march - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

const daysIn = (year: number, month: number): number =>
  daysSince1970(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) - daysSince1970(year, month, 1);
