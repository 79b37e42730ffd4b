// The terminal's lines as commands with what they printed, up to a record.
import type { TerminalLine } from '../worker/protocol';

export interface Entry {
  readonly seq: number;
  readonly command: string;
  readonly output: readonly { readonly kind: 'stdout' | 'stderr'; readonly text: string }[];
  /** Null while it runs. */
  readonly exit: string | null;
  /** How many terminal lines went into it. */
  readonly lines: number;
}

const KEPT = 200;

/** The last commands that were given at or before record `seq`. */
export function entriesOf(lines: readonly TerminalLine[], seq: number): readonly Entry[] {
  const entries: { -readonly [K in keyof Entry]: Entry[K] }[] = [];
  for (const line of lines) {
    if (line.seq > seq) break;
    if (line.kind === 'input') {
      entries.push({ seq: line.seq, command: line.text, output: [], exit: null, lines: 1 });
      continue;
    }
    const entry = entries[entries.findIndex((one) => one.seq === line.given)];
    if (entry === undefined) continue;
    entry.lines++;
    if (line.kind === 'exit') entry.exit = line.text;
    else entry.output = [...entry.output, { kind: line.kind, text: line.text.replace(/\n$/, '') }];
  }
  return entries.slice(-KEPT);
}

/** How an entry ends, for a line with little room. */
export function endings({ output, exit }: Entry): { readonly text: string; readonly failed: boolean; readonly needsRoom: boolean } {
  const last = output[output.length - 1];
  const failed = output.some(({ kind }) => kind === 'stderr') || (exit !== null && exit !== '0');
  const text = last?.text.split('\n').at(-1) ?? '';
  return { text, failed, needsRoom: failed || output.length > 1 || (last?.text.includes('\n') ?? false) };
}
