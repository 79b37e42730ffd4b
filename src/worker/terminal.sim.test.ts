// Each line under what it was printed for, whoever caused it.
import { expect, test } from 'vitest';
import { defaultRun } from '../cluster/default-run';
import { Runner } from '../cluster/runner';
import { Trace } from '../trace/trace';
import type { Input } from '../wire/run';
import { Terminal } from './terminal';

const typed = (line: string): Input => ({ type: 'kubectl', line });

function printed(...inputs: readonly Input[]): readonly { readonly command: string; readonly text: string }[] {
  const runner = new Runner({ ...defaultRun(1), inputs: inputs.map((input) => ({ when: 'rest', input })) });
  runner.finish();
  const trace = new Trace(runner.cluster.sim.recorder.records);
  trace.follow();
  const terminal = new Terminal(trace);
  const lines = trace.records.flatMap((record) => terminal.linesOf(record));
  const commands = new Map(lines.filter(({ kind }) => kind === 'input').map(({ seq, text }) => [seq, text]));
  return lines
    .filter(({ kind }) => kind !== 'input')
    .map(({ given, kind, text }) => ({ command: commands.get(given) ?? '', text: `${kind} ${text}` }));
}

test('what a watch prints, and its end by Ctrl-C, stand under it', () => {
  const watch = 'kubectl get pods -A -w';
  const lines = printed(typed(watch), { type: 'interrupt' });
  expect(new Set(lines.map(({ command }) => command))).toEqual(new Set([watch]));
  expect(lines.at(-1)?.text).toMatch(/^exit \d+$/);
});

test('a command that another one interrupts ends under its own line', () => {
  const lines = printed(typed('kubectl get pods -w'), typed('kubectl version'));
  expect(lines.filter(({ text }) => text.startsWith('exit')).map(({ command }) => command)).toEqual([
    'kubectl get pods -w',
    'kubectl version',
  ]);
});
