// Checks the built page against its budgets (kilobytes after gzip), and that no chunk of the page holds a
// component of the cluster. Run after a build.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT } from './prepare.mjs';

const KB = 1024;
const BUDGETS = { 'first load JS': 185 * KB, CSS: 12 * KB, worker: 150 * KB, everything: 700 * KB };
/** Texts that stand in the code of components only. */
const MARKS = ['system:kube-scheduler', 'RunPodSandbox"', 'KUBE-SVC-', 'deployment.kubernetes.io/revision-history'];

const assets = join(ROOT, 'dist', 'assets');
const files = readdirSync(assets).map((name) => ({ name, bytes: readFileSync(join(assets, name)) }));
const size = ({ bytes }) => gzipSync(bytes, { level: 9 }).length;
const sum = (list) => list.reduce((total, file) => total + size(file), 0);
const named = (names) => files.filter(({ name }) => names.has(name));

/** The scripts of the first load: the page's entry and all that it imports statically. */
function firstLoad() {
  const html = readFileSync(join(ROOT, 'dist', 'index.html'), 'utf8');
  const found = new Set([...html.matchAll(/assets\/([^"]+\.js)/g)].map((match) => match[1]));
  for (const name of found) {
    const text = files.find((file) => file.name === name)?.bytes.toString() ?? '';
    for (const [, next] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) found.add(next);
  }
  return named(found);
}

const first = firstLoad();
const isWorker = ({ name }) => /^(entry|host|worker|in-process)-/.test(name);
const measured = {
  'first load JS': sum(first),
  CSS: sum(files.filter(({ name }) => name.endsWith('.css'))),
  worker: Math.max(0, ...files.filter((file) => file.name.endsWith('.js') && isWorker(file)).map(size)),
  everything: sum(files.filter(({ name }) => !name.endsWith('.map'))),
};
let wrong = first.length === 0 || measured.worker === 0 ? 1 : 0;
if (wrong) console.error('The built files are not what this check expects: no first load or no worker found.');
for (const [name, budget] of Object.entries(BUDGETS)) {
  const fits = measured[name] <= budget;
  if (!fits) wrong++;
  console.log(`${fits ? 'ok' : 'OVER'} ${name}: ${(measured[name] / KB).toFixed(1)} of ${budget / KB} KB`);
}
for (const file of first) {
  const mark = MARKS.find((text) => file.bytes.includes(text));
  if (mark !== undefined) {
    wrong++;
    console.log(`OVER ${file.name} holds a component of the cluster: "${mark}"`);
  }
}
process.exit(wrong === 0 ? 0 : 1);
