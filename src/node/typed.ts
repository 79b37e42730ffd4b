// For `npm run check:kubectl`: a list of commands, as JSON on standard input, typed on one cluster, each once the one before
// has come to rest. Prints what each printed, as JSON.
import { readFileSync } from 'node:fs';
import { defaultRun } from '../cluster/default-run';
import { Runner } from '../cluster/runner';

interface Typed {
  readonly line: string;
  readonly stdin?: string;
}

const runner = new Runner(defaultRun(1));
runner.finish();
const { records } = runner.cluster.sim.recorder;
const printed = (JSON.parse(readFileSync(0, 'utf8')) as readonly Typed[]).map(({ line, stdin }) => {
  const from = records.length;
  runner.add(stdin === undefined ? { type: 'kubectl', line } : { type: 'kubectl', line, stdin });
  runner.finish();
  let [stdout, stderr, exit] = ['', '', null as number | null];
  for (const { payload } of records.slice(from)) {
    if (payload.kind !== 'output') continue;
    stdout += payload.stdout;
    stderr += payload.stderr;
    exit ??= payload.exit;
  }
  return { stdout, stderr, exit };
});
console.log(JSON.stringify(printed));
