// `npm run -s serve -- [--port P] [--etcd-port Q] [--speed X] [--seed N] [--nodes N]`: the simulated kube-apiserver over
// HTTP for real kubectl, helm and other clients. Writes a kubeconfig and prints its path. Virtual time goes on as real time
// does, X times as fast with --speed.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterOf } from '../cluster/default-run';
import { Runner } from '../cluster/runner';
import { MODEL } from '../wire/run';
import { Clock } from './serve/clock';
import { Front } from './serve/front';
import { Gateway } from './serve/gateway';
import { listen } from './serve/listen';

const USAGE = 'usage: npm run -s serve -- [--port P] [--etcd-port Q] [--speed X] [--seed N] [--nodes N]';
const OPTIONS: { readonly [name: string]: readonly [given: number, least: number, most: number] } = {
  '--port': [8_001, 0, 65_535],
  '--etcd-port': [-1, 0, 65_535],
  '--speed': [1, 0.1, 1_000],
  '--seed': [1, 0, 2 ** 32 - 1],
  '--nodes': [3, 0, 200],
};

function optionsFrom(args: readonly string[]): ReadonlyMap<string, number> {
  const options = new Map(Object.entries(OPTIONS).map(([name, [given]]) => [name, given]));
  for (let i = 0; i < args.length; i += 2) {
    const [name = '', text = ''] = [args[i], args[i + 1]];
    const [, least, most] = OPTIONS[name] ?? [];
    const value = Number(text);
    if (least === undefined || most === undefined) usage(`there is no option ${name}`);
    if (text === '' || !(value >= least && value <= most)) usage(`${name} takes a number from ${least} to ${most}`);
    options.set(name, value);
  }
  return options;
}

function usage(problem: string): never {
  console.error(`${problem}\n${USAGE}`);
  process.exit(2);
}

/** Plain HTTP, and no credentials: whoever asks is the administrator. */
const kubeconfig = (server: string): string => `apiVersion: v1
kind: Config
clusters:
- name: watchloop
  cluster:
    server: ${server}
contexts:
- name: watchloop
  context:
    cluster: watchloop
    user: kubernetes-admin
current-context: watchloop
users:
- name: kubernetes-admin
  user: {}
`;

const options = optionsFrom(process.argv.slice(2));
const option = (name: string): number => options.get(name) ?? 0;
const runner = new Runner({ model: MODEL, cluster: clusterOf(option('--nodes')), seed: option('--seed'), inputs: [] });
runner.finish();
const { sim } = runner.cluster;

async function main(): Promise<void> {
  const { url } = await listen(new Front(sim), option('--port'));
  const etcd = option('--etcd-port') < 0 ? {} : { etcd: (await listen(new Gateway(sim), option('--etcd-port'))).url };
  const file = join(mkdtempSync(join(tmpdir(), 'watchloop-')), 'kubeconfig');
  writeFileSync(file, kubeconfig(url));
  new Clock(sim, option('--speed')).start();
  console.log(JSON.stringify({ server: url, kubeconfig: file, ...etcd }));
  console.error(
    `A simulated Kubernetes 1.36 answers at ${url} (Ctrl-C stops it). In another terminal:\n  export KUBECONFIG=${file}\n  kubectl get nodes`,
  );
}

main().catch((error: unknown) => {
  console.error(`Cannot serve the cluster: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
