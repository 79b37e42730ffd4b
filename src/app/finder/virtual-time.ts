// A virtual time as a person writes it: `12.5s`, `1m`, `2m30s`, `1:30`, `250ms`, a bare number of seconds; with a sign
// it counts from the cursor. Pure.
import { err, ok, type Result } from '../../base/result';

export interface WrittenTime {
  readonly us: number;
  /** From the cursor, not from the first command. */
  readonly relative: boolean;
}

const UNITS: { readonly [unit in string]?: number } = { us: 1, µs: 1, ms: 1e3, s: 1e6, m: 60e6, min: 60e6, h: 3600e6 };
const MAX_US = 1e15;
const PART = /^(\d+(?:\.\d+)?|\.\d+)\s*(us|µs|ms|min|s|m|h)?\s*/;

export function parseTime(written: string): Result<WrittenTime, 'not-a-time'> {
  const text = written.trim().toLowerCase();
  const sign = /^[+\-−]/.exec(text)?.[0];
  const plain = text.slice(sign?.length ?? 0).trim();
  const us = clockUs(plain) ?? partsUs(plain);
  if (us === null || us > MAX_US) return err('not-a-time');
  return ok({ us: Math.round(sign === undefined || sign === '+' ? us : -us), relative: sign !== undefined });
}

/** `1:30` and `1:02:03.5`. */
function clockUs(text: string): number | null {
  if (!/^\d+(:[0-5]?\d){1,2}(\.\d+)?$/.test(text)) return null;
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1e6;
}

/** Parts from the largest unit to the smallest; the last may have none if it is the only one. */
function partsUs(text: string): number | null {
  let rest = text;
  let sum = 0;
  let smallest = Number.POSITIVE_INFINITY;
  while (rest !== '') {
    const found = PART.exec(rest);
    const unit = found?.[2] === undefined ? (rest === text ? 1e6 : undefined) : UNITS[found[2]];
    if (found === null || unit === undefined || unit >= smallest) return null;
    if (found[2] === undefined && found[0].length < rest.length) return null;
    smallest = unit;
    sum += Number(found[1]) * unit;
    rest = rest.slice(found[0].length);
  }
  return text === '' ? null : sum;
}
