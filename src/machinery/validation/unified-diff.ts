// What differs between two JSON values, line by line with three lines of context. Models apimachinery pkg/util/diff
// (json.MarshalIndent with one blank, then difflib's unified diff without the files' names).
import type { Json } from '../../base/json';

const CONTEXT = 3;
/** Above this many compared pairs of lines the middle is told as one change. */
const MAX_PAIRS = 1_000_000;

interface Edit {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

export function unifiedDiff(a: Json, b: Json): string {
  const edits = editsOf(JSON.stringify(a, null, 1).split('\n'), JSON.stringify(b, null, 1).split('\n'));
  let text = '';
  for (const { from, to } of hunksOf(edits)) {
    const before = edits.slice(0, from);
    const hunk = edits.slice(from, to);
    text += `@@ -${rangeOf(before, hunk, '+')} +${rangeOf(before, hunk, '-')} @@\n`;
    for (const { sign, text: line } of hunk) text += `${sign}${line}\n`;
  }
  return text;
}

/** `93,7`: where a hunk starts on one side, and its length there. */
function rangeOf(before: readonly Edit[], hunk: readonly Edit[], otherSide: '-' | '+'): string {
  const count = (edits: readonly Edit[]): number => edits.filter(({ sign }) => sign !== otherSide).length;
  const length = count(hunk);
  const start = count(before) + (length === 0 ? 0 : 1);
  return length === 1 ? String(start) : `${start},${length}`;
}

function hunksOf(edits: readonly Edit[]): { from: number; to: number }[] {
  const hunks: { from: number; to: number }[] = [];
  edits.forEach(({ sign }, i) => {
    if (sign === ' ') return;
    const last = hunks[hunks.length - 1];
    const to = Math.min(edits.length, i + 1 + CONTEXT);
    if (last !== undefined && i - CONTEXT <= last.to) last.to = to;
    else hunks.push({ from: Math.max(0, i - CONTEXT), to });
  });
  return hunks;
}

function editsOf(a: readonly string[], b: readonly string[]): Edit[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const same = (lines: readonly string[]): Edit[] => lines.map((text) => ({ sign: ' ', text }));
  const middle = middleEdits(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return [...same(a.slice(0, start)), ...middle, ...same(a.slice(a.length - end))];
}

/** By the longest common subsequence; removals are told before additions. */
function middleEdits(a: readonly string[], b: readonly string[]): Edit[] {
  const lengths: number[][] = [];
  if (a.length * b.length <= MAX_PAIRS) {
    for (let i = a.length; i >= 0; i--) {
      const row: number[] = (lengths[i] = []);
      for (let j = b.length; j >= 0; j--) {
        if (i === a.length || j === b.length) row[j] = 0;
        else row[j] = a[i] === b[j] ? at(lengths, i + 1, j + 1) + 1 : Math.max(at(lengths, i + 1, j), at(lengths, i, j + 1));
      }
    }
  }
  const edits: Edit[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const [old, next] = [a[i], b[j]];
    if (old !== undefined && old === next && lengths.length > 0) {
      edits.push({ sign: ' ', text: old });
      i++;
      j++;
    } else if (old !== undefined && (next === undefined || at(lengths, i + 1, j) >= at(lengths, i, j + 1))) {
      edits.push({ sign: '-', text: old });
      i++;
    } else {
      edits.push({ sign: '+', text: next ?? '' });
      j++;
    }
  }
  return edits;
}

const at = (lengths: readonly (readonly number[])[], i: number, j: number): number => lengths[i]?.[j] ?? 0;
