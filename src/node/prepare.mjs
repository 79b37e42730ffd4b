// What the commands share: install what is missing, run a program and wait for it.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const windows = process.platform === 'win32';

/** Stops with a clear message if this Node is too old; installs the dependencies if they are missing. */
export function prepare() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Watchloop needs Node 20.19 or newer; this is ${process.versions.node}.`);
    process.exit(1);
  }
  if (existsSync(join(ROOT, 'node_modules', '.package-lock.json'))) return;
  console.error('Installing dependencies (once) ...');
  const result = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['ignore', 2, 2] });
  if (result !== 0) {
    console.error('npm ci failed: see above.');
    process.exit(1);
  }
}

/** Runs a program in the project's folder; returns its exit code. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', shell: windows, ...options });
  return result.status ?? 1;
}

/** Path of a tool that npm installed. */
export const tool = (name) => join(ROOT, 'node_modules', '.bin', windows ? `${name}.cmd` : name);

/** When the newest file at or under a path was written, in milliseconds. */
export function newest(path) {
  const stat = statSync(path);
  return stat.isDirectory() ? Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name)))) : stat.mtimeMs;
}
