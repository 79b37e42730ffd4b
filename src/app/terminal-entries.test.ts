import { describe, expect, test } from 'vitest';
import type { TerminalLine } from '../worker/protocol';
import { endings, entriesOf } from './terminal-entries';

const LINES: readonly TerminalLine[] = [
  { seq: 5, kind: 'input', text: 'kubectl get pods', given: 5 },
  { seq: 9, kind: 'stdout', text: 'NAME\nweb\n', given: 5 },
  { seq: 9, kind: 'exit', text: '0', given: 5 },
  { seq: 20, kind: 'input', text: 'kubectl gte', given: 20 },
  { seq: 21, kind: 'stderr', text: 'error: unknown command "gte" for "kubectl"\n', given: 20 },
  { seq: 21, kind: 'exit', text: '1', given: 20 },
];

describe('the terminal at a moment', () => {
  test('shows what was typed and printed up to there', () => {
    expect(entriesOf(LINES, 4)).toEqual([]);
    expect(entriesOf(LINES, 5)).toMatchObject([{ command: 'kubectl get pods', output: [], exit: null }]);
    expect(entriesOf(LINES, 30).map(({ exit }) => exit)).toEqual(['0', '1']);
  });

  test('puts what a load prints under the load, though another command came after it', () => {
    const late: TerminalLine = { seq: 30, kind: 'stdout', text: '9 requests: 9 ok, 0 failed\n', given: 5 };
    expect(entriesOf([...LINES, late], 30)[0]?.output.at(-1)?.text).toBe('9 requests: 9 ok, 0 failed');
  });

  test('makes room for a table or an error, not for one line', () => {
    const [table, error] = entriesOf(LINES, 30).map(endings);
    expect(table).toEqual({ text: 'web', failed: false, needsRoom: true });
    expect(error).toMatchObject({ failed: true, needsRoom: true });
    const [created] = entriesOf(
      [
        { seq: 1, kind: 'input', text: 'x', given: 1 },
        { seq: 2, kind: 'stdout', text: 'deployment.apps/test created\n', given: 1 },
      ],
      2,
    ).map(endings);
    expect(created).toEqual({ text: 'deployment.apps/test created', failed: false, needsRoom: false });
  });
});
