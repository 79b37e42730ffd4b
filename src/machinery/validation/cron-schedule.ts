// What is wrong with a cron expression, in the words of robfig/cron v3 (ParseStandard). Left out: when it is due.
import { goQuote } from '../go-json';

const FIELDS: readonly (readonly [min: number, max: number, names: readonly string[]])[] = [
  [0, 59, []],
  [0, 23, []],
  [1, 31, []],
  [1, 12, ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']],
  [0, 6, ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']],
];
const DESCRIPTORS = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every .+)$/;

/** Null for a good one. */
export function scheduleError(schedule: string): string | null {
  const spec = schedule.replace(/^(TZ|CRON_TZ)=\S*\s*/, '');
  if (spec.startsWith('@')) return DESCRIPTORS.test(spec) ? null : `unrecognized descriptor: ${spec}`;
  const fields = spec.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== FIELDS.length) return `expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [i, field] of fields.entries()) {
    for (const range of field.split(',')) {
      const problem = rangeError(range, i);
      if (problem !== null) return problem;
    }
  }
  return null;
}

function rangeError(range: string, index: number): string | null {
  const [min, max, names] = FIELDS[index] ?? [0, 0, []];
  const [span = '', step, moreSteps] = range.split('/');
  const [low = '', high, more] = span.split('-');
  const number = (text: string): number | string => {
    const named = names.indexOf(text.toLowerCase());
    if (named >= 0) return named + min;
    if (/^[+-]?\d+$/.test(text)) return Number(text) < 0 ? `negative number (${Number(text)}) not allowed: ${text}` : Number(text);
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`;
  };
  let start: number | string = min;
  let end: number | string = max;
  if (low !== '*' && low !== '?') {
    start = number(low);
    if (typeof start === 'string') return start;
    if (more !== undefined) return `too many hyphens: ${range}`;
    end = high === undefined ? (step === undefined ? start : max) : number(high);
    if (typeof end === 'string') return end;
  }
  if (moreSteps !== undefined) return `too many slashes: ${range}`;
  if (step !== undefined) {
    const by = number(step);
    if (typeof by === 'string') return by;
    if (by === 0) return `step of range should be a positive number: ${range}`;
  }
  if (start < min) return `beginning of range (${start}) below minimum (${min}): ${range}`;
  if (end > max) return `end of range (${end}) above maximum (${max}): ${range}`;
  return start > end ? `beginning of range (${start}) beyond end of range (${end}): ${range}` : null;
}
