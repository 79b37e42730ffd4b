import { describe, expect, test } from 'vitest';
import type { TerminalLine } from '../worker/protocol';
import { endings, entriesOf } from './terminal-entries';

const LINES: readonly TerminalLine[] = [
  { seq: 5, kind: 'input', text: 'kubectl get pods' },
  { seq: 9, kind: 'stdout', text: 'NAME\nweb\n' },
  { seq: 9, kind: 'exit', text: '0' },
  { seq: 20, kind: 'input', text: 'kubectl gte' },
  { seq: 21, kind: 'stderr', text: 'error: unknown command "gte" for "kubectl"\n' },
  { seq: 21, kind: 'exit', text: '1' },
];

describe('the terminal at a moment', () => {
  test('shows what was typed and printed up to there', () => {
    expect(entriesOf(LINES, 4)).toEqual([]);
    expect(entriesOf(LINES, 5)).toMatchObject([{ command: 'kubectl get pods', output: [], exit: null }]);
    expect(entriesOf(LINES, 30).map(({ exit }) => exit)).toEqual(['0', '1']);
  });

  test('makes room for a table or an error, not for one line', () => {
    const [table, error] = entriesOf(LINES, 30).map(endings);
    expect(table).toEqual({ text: 'web', failed: false, needsRoom: true });
    expect(error).toMatchObject({ failed: true, needsRoom: true });
    const [created] = entriesOf(
      [
        { seq: 1, kind: 'input', text: 'x' },
        { seq: 2, kind: 'stdout', text: 'deployment.apps/test created\n' },
      ],
      2,
    ).map(endings);
    expect(created).toEqual({ text: 'deployment.apps/test created', failed: false, needsRoom: false });
  });
});
