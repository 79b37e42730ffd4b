// What a person did, in words: for the names of branches.
import { faultWords } from '../../narration/fault-words';
import { typedLine } from '../../wire/curl-line';
import type { Input } from '../../wire/run';

const MAX_LINE = 60;

export function inputWords(input: Input): string {
  if (input.type === 'interrupt') return 'Ctrl C';
  if (input.type === 'fault') return faultWords(input.fault);
  const line = typedLine(input) ?? '';
  return line.length > MAX_LINE ? `${line.slice(0, MAX_LINE - 1)}…` : line;
}
