// Each line under what it was printed for, whoever caused it.
import { expect, test } from 'vitest';
import { defaultRun } from '../cluster/default-run';
import { Runner } from '../cluster/runner';
import { Trace } from '../trace/trace';
import type { Input, TimedInput } from '../wire/run';
import { Terminal } from './terminal';

const typed = (line: string): Input => ({ type: 'kubectl', line });

const at = (us: number, input: Input): TimedInput => ({ when: { atUs: us }, input });

function printed(...inputs: readonly (Input | TimedInput)[]): readonly { readonly command: string; readonly text: string }[] {
  const runner = new Runner({ ...defaultRun(1), inputs: inputs.map((input) => ('when' in input ? input : { when: 'rest', input })) });
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

test('a load ends by Ctrl-C with what it has counted, and Ctrl-C is seen under it and nowhere else', () => {
  const load: Input = { type: 'load', from: 'node/node-1', to: '10.96.0.1:443', seconds: 60 };
  const lines = printed(
    at(0, typed('kubectl version')),
    at(1_000_000, load),
    at(4_500_000, { type: 'interrupt' }),
    typed('kubectl version'),
  );
  expect(lines.filter(({ command }) => command.startsWith('curl')).map(({ text }) => text)).toEqual([
    'stdout ^C\n',
    expect.stringMatching(/^stdout 4 requests: /),
    'exit 130',
  ]);
  expect(lines.filter(({ text }) => text.includes('^C'))).toHaveLength(1);
});

test.each([
  ['kubectl wait pod/none --for=create --timeout=300s', /^exit (1|130)$/],
  ['kubectl rollout status deployment/stuck', /^exit 1$/],
  ['kubectl version', /^exit 130$/], // nobody answers
  ['kubectl get pods -w', /^exit 1$/],
])('%s ends at once by Ctrl-C', (line, exit) => {
  const stuck = typed('kubectl create deployment stuck --image=none');
  const cut: Input = {
    type: 'fault',
    fault: { kind: 'partition', from: 'kubectl', to: 'kube-apiserver', oneWay: false, forUs: 30_000_000 },
  };
  const first = line === 'kubectl version' ? [at(59_000_000, cut)] : [];
  const lines = printed(
    at(0, stuck),
    ...first,
    at(60_000_000, typed(line)),
    at(60_400_000, { type: 'interrupt' }),
    at(60_500_000, typed('kubectl get nodes')),
  );
  const own = lines.filter(({ command }) => command === line).map(({ text }) => text);
  expect(own.slice(own.indexOf('stdout ^C\n')).filter((text) => text.startsWith('exit'))).toEqual([expect.stringMatching(exit)]);
  expect(own).toContain('stdout ^C\n');
});

test('a command that another one interrupts ends under its own line', () => {
  const lines = printed(typed('kubectl get pods -w'), typed('kubectl version'));
  expect(lines.filter(({ text }) => text.startsWith('exit')).map(({ command }) => command)).toEqual([
    'kubectl get pods -w',
    'kubectl version',
  ]);
});
