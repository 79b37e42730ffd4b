// Who may import whom: the table of docs/ARCHITECTURE.md as a check. Reads every import of every source file
// (types too: a type from elsewhere is knowledge of elsewhere). Tests are free.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { ROOT } from './prepare.mjs';

const CORE = ['base', 'wire', 'sim', 'machinery', 'client'];
/** Folder -> folders, files and packages that it may import besides itself. A component may import no other. */
const ALLOWED = {
  base: [],
  wire: ['base'],
  sim: ['base', 'wire'],
  machinery: ['base', 'wire', 'sim', 'yaml'],
  client: CORE,
  components: CORE,
  /* An input may wait for a record, as a reader of the trace sees it. */
  cluster: [...CORE, 'components', 'trace'],
  trace: ['base', 'wire', 'machinery'],
  narration: ['base', 'wire', 'machinery', 'trace'],
  scenarios: ['base', 'wire', 'trace', 'cluster/default-run', 'machinery/duration', 'machinery/yaml', 'narration/chapters', 'yaml'],
  share: ['base', 'wire', 'scenarios', 'fflate'],
  worker: [...CORE, 'cluster', 'trace', 'narration', 'share'],
  app: [
    'base',
    'wire',
    'share',
    'scenarios',
    'worker/protocol',
    'worker/link',
    'cluster/default-run',
    'machinery/duration',
    'machinery/yaml',
    'machinery/time',
    'yaml',
    'react',
    'react-dom',
    '@xyflow/react',
    'zustand',
    'framer-motion',
    '@tanstack/react-virtual',
    'uqr',
    '@fontsource-variable',
    'narration/chapters',
    'narration/fault-words',
    'trace/filter-text',
  ],
  node: [
    ...CORE,
    'components',
    'cluster',
    'trace',
    'narration',
    'scenarios',
    'share',
    'worker',
    'node:',
    'dependency',
    'playwright',
    'vite',
    '../e2e/browser',
  ],
};
/** The page's side of the worker must not pull the cluster in: it only starts it. */
const PAGE_SIDE = {
  'worker/link': ['base', 'wire', 'worker'],
  'worker/protocol': ['base', 'wire', 'trace', 'narration'] /* types only */,
  'worker/connection': ['base', 'wire', 'worker'],
};
const LEAST_MODULES = 300;

const filesUnder = (folder) =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : /(?<!\.test)\.(ts|tsx)$/.test(name) && !/\/testing\//.test(path) ? [path] : [];
  });

/** `components/etcd` for a component, `wire` for other folders. */
const homeOf = (path) =>
  path
    .split('/')
    .slice(0, path.startsWith('components/') ? 2 : 1)
    .join('/');

function importsOf(path) {
  const text = readFileSync(path, 'utf8').replace(/^\s*\/\/.*$/gm, '');
  return [...text.matchAll(/(?:^|[\s;}])(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g)].map(
    (match) => match[1] ?? match[2],
  );
}

/** A path below src without its ending, or a package's name. */
function targetOf(file, specifier) {
  if (!specifier.startsWith('.')) return specifier;
  const path = posix.join(dirname(file), specifier.replace(/\?.*$/, ''));
  if (!['', '.ts', '.tsx', '/index.ts'].some((ending) => existsSync(join(ROOT, 'src', path + ending)))) return `missing ${specifier}`;
  return path;
}

function isAllowed(file, target) {
  const home = homeOf(file);
  if (homeOf(target) === home && !PAGE_SIDE[file]) return true;
  const allowed = PAGE_SIDE[file] ?? ALLOWED[home.split('/')[0]] ?? [];
  return allowed.some((entry) => target === entry || target.startsWith(`${entry}/`) || (entry.endsWith(':') && target.startsWith(entry)));
}

let modules = 0;
let violations = 0;
for (const path of filesUnder(join(ROOT, 'src'))) {
  const file = relative(join(ROOT, 'src'), path)
    .replaceAll('\\', '/')
    .replace(/\.tsx?$/, '');
  modules++;
  for (const specifier of importsOf(path)) {
    const target = targetOf(file, specifier);
    if (/\.(css|json|svg)$/.test(specifier) && !target.startsWith('missing')) continue;
    if (isAllowed(file, target)) continue;
    violations++;
    console.error(`${file} may not import ${target}`);
  }
}
console.log(`${modules} modules, ${violations} violations`);
process.exit(violations === 0 && modules >= LEAST_MODULES ? 0 : 1);
