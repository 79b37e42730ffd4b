// Checks the built page against its budgets (kilobytes after gzip), and that no chunk of the page holds a
// component of the cluster. Run after a build.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT } from './prepare.mjs';

const KB = 1024;
/** Why the worker may be so large: docs/adr/0008-worker-size.md. */
const BUDGETS = { 'first load JS': 185 * KB, 'first load CSS': 12 * KB, worker: 400 * KB, everything: 900 * KB };
/** Texts that stand in the code of components only: one of kube-apiserver, kube-scheduler, kubelet, kube-proxy, etcd. */
const MARKS = [
  'system:public-info-viewer',
  'NodeResourcesFit',
  'CreateContainerConfigError',
  'KUBE-MARK-MASQ',
  'required revision has been compacted',
];

const assets = join(ROOT, 'dist', 'assets');
const files = new Map(readdirSync(assets).map((name) => [name, readFileSync(join(assets, name))]));
const size = (name) => gzipSync(files.get(name), { level: 9 }).length;
const sum = (names) => names.reduce((total, name) => total + size(name), 0);
const named = (ending) => [...files.keys()].filter((name) => name.endsWith(ending));

/** Scripts that are reached from some: by static imports, and by dynamic ones if asked for. */
function reached(from, dynamic) {
  const pattern = dynamic ? /(?:from|import)\s*\(?\s*["'`]\.\/([^"'`]+\.js)["'`]/g : /(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g;
  const found = new Set(from.filter((name) => files.has(name)));
  for (const name of found) for (const [, next] of files.get(name).toString().matchAll(pattern)) if (files.has(next)) found.add(next);
  return [...found];
}

const html = readFileSync(join(ROOT, 'dist', 'index.html'), 'utf8');
const entries = [...html.matchAll(/assets\/([^"]+\.js)/g)].map((match) => match[1]);
const first = reached(entries, false);
const page = new Set(reached(entries, true));
/** What the page never imports: it only names it, to start it as a worker. */
const worker = named('.js').filter((name) => !page.has(name));

let wrong = 0;
function fail(text) {
  wrong++;
  console.log(text);
}
const measured = {
  'first load JS': sum(first),
  'first load CSS': sum([...html.matchAll(/assets\/([^"]+\.css)/g)].map((match) => match[1])),
  worker: sum(worker),
  everything: sum(named('').filter((name) => !name.endsWith('.map'))),
};
for (const [name, budget] of Object.entries(BUDGETS)) {
  const text = `${name}: ${(measured[name] / KB).toFixed(1)} of ${budget / KB} KB`;
  if (measured[name] === 0) fail(`MISSING ${name}: the built files are not what this check expects`);
  else if (measured[name] > budget) fail(`OVER ${text}`);
  else console.log(`ok ${text}`);
}
for (const mark of MARKS) {
  if (!worker.some((name) => files.get(name).includes(mark))) fail(`MISSING "${mark}" in the worker: this check looks for the wrong text`);
  for (const name of page) if (files.get(name).includes(mark)) fail(`WRONG ${name} holds a component of the cluster: "${mark}"`);
}
console.log(`${page.size} chunks of the page without a component, ${worker.length} of the worker`);
process.exit(wrong === 0 ? 0 : 1);
