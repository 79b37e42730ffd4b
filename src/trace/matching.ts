// Whether a record's trace line is what a scenario or an input waits for.
import { isObject, type Json, type JsonObject } from '../base/json';
import type { Matcher } from '../wire/run';
import type { Trace } from './trace';
import { traceLine } from './trace-line';

export function matches(line: JsonObject, matcher: Matcher): boolean {
  return Object.entries(matcher).every(([path, wanted]) => {
    const value = valueAt(line, path);
    return typeof wanted === 'string' && typeof value === 'string' ? isLike(value, wanted) : value === wanted;
  });
}

/** For each matcher the first record after boot that it matches; -1 if there is none. */
export function firstMatches(matchers: readonly Matcher[], trace: Trace): readonly number[] {
  const found = matchers.map(() => -1);
  let missing = matchers.length;
  for (const record of trace.records) {
    if (missing === 0) break;
    if (trace.isBoot(record.seq)) continue;
    const line = traceLine(record, trace, { bodies: true });
    matchers.forEach((matcher, place) => {
      if (found[place] !== -1 || !matches(line, matcher)) return;
      found[place] = record.seq;
      missing--;
    });
  }
  return found;
}

const valueAt = (line: JsonObject, path: string): Json | undefined =>
  path.split('.').reduce<Json | undefined>((value, key) => (isObject(value) ? value[key] : undefined), line);

/** `*` stands for any letters, none too. Takes the first place where each part fits: never more than one pass. */
function isLike(text: string, pattern: string): boolean {
  const parts = pattern.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return text === pattern;
  const last = parts[parts.length - 1] ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
