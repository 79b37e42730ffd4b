// `npm run -s trace -- …` and its siblings: runs src/node/COMMAND.ts as it is, without a build.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, ROOT } from './prepare.mjs';

prepare();
const [command, ...args] = process.argv.slice(2);
const loader = pathToFileURL(join(ROOT, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href;
const flags = command === 'bench' ? ['--expose-gc'] : [];
const child = spawn(
  process.execPath,
  [...flags, '--stack-size=4000', '--import', loader, join(ROOT, 'src', 'node', `${command}.ts`), ...args],
  { stdio: 'inherit' },
);
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
