// `npm run -s trace -- …` and its siblings: bundles src/node/COMMAND.ts when a source is newer than the bundle, and
// runs that. Bundled code runs nearly twice as fast as sources that a loader turns into JavaScript one by one.
import { spawn } from 'node:child_process';
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { newest, prepare, ROOT } from './prepare.mjs';

const CACHE = join(ROOT, 'node_modules', '.cache', 'watchloop');

prepare();
const [command, ...args] = process.argv.slice(2);
const bundle = join(CACHE, `${command}.mjs`);
if (!existsSync(bundle) || statSync(bundle).mtimeMs < Math.max(newest(join(ROOT, 'src')), newest(join(ROOT, 'package.json'))))
  await makeBundle();

/** Built beside its place and moved there whole: two commands may start at once. */
async function makeBundle() {
  const { build } = await import(pathToFileURL(join(ROOT, 'node_modules', 'vite', 'dist', 'node', 'index.js')).href);
  const folder = join(CACHE, `build-${process.pid}`);
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    publicDir: false,
    build: {
      ssr: join('src', 'node', `${command}.ts`),
      outDir: folder,
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { entryFileNames: '[name].mjs', codeSplitting: false } },
    },
  });
  renameSync(join(folder, `${command}.mjs`), bundle);
  rmSync(folder, { recursive: true, force: true });
}

const flags = command === 'bench' ? ['--expose-gc'] : [];
const child = spawn(process.execPath, [...flags, '--stack-size=4000', bundle, ...args], { stdio: 'inherit' });
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
