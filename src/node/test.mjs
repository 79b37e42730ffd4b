// `npm test`: everything, one part after another, on a fresh clone too. Last line: `N passed, M failed`.
// `npm test -- unit page` runs only the parts named.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepare, ROOT, tool, windows } from './prepare.mjs';

prepare();
const OUT = join(ROOT, '.cache', 'test');
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });

let passed = 0;
let failed = 0;

/** Runs a program; its output is shown. */
function call(program, args, env = {}) {
  return spawnSync(program, args, { cwd: ROOT, stdio: 'inherit', shell: windows, env: { ...process.env, ...env } }).status === 0;
}
function count(name, ok) {
  if (ok) passed++;
  else failed++;
  console.log(`${ok ? 'ok' : 'FAILED'}: ${name}`);
}
const check = (name, program, args) => count(name, call(program, args));

/** A test runner counts for as many tests as it ran; none at all is a failure. */
function countReport(name, ok, tests) {
  const good = tests.filter((state) => state === 'passed').length;
  const bad = tests.filter((state) => state === 'failed').length;
  passed += good;
  failed += bad;
  const broken = tests.length === 0 || (!ok && bad === 0);
  if (broken) failed++;
  console.log(`${ok && !broken ? 'ok' : 'FAILED'}: ${name} (${good} passed, ${bad} failed)`);
}

function vitest() {
  // A busy machine is no failure.
  const report = join(OUT, 'vitest.json');
  const ok = call(tool('vitest'), [
    'run',
    '--dir',
    'src',
    '--testTimeout=30000',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const files = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).testResults : [];
  countReport(
    'unit tests, laws, simulations',
    ok,
    files.flatMap((file) => file.assertionResults.map(({ status }) => status)),
  );
}

function playwright() {
  const report = join(OUT, 'playwright.json');
  const ok = call(tool('playwright'), ['test', '--config', 'e2e/playwright.config.ts'], { PLAYWRIGHT_JSON_OUTPUT_NAME: report });
  const specs = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specs)];
  const all = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).suites.flatMap(specs) : [];
  countReport(
    'the page in a browser',
    ok,
    all.map((spec) => (spec.ok ? 'passed' : 'failed')),
  );
  // Not red, but not silent either: what holds only at times is a defect of the page or of its test.
  const shaky = all.filter(({ tests }) => tests.some(({ status }) => status === 'flaky'));
  for (const { title, file } of shaky) console.log(`UNSTEADY, passed at second try: ${file}: ${title}`);
}

const PARTS = {
  types() {
    check('types of everything', tool('tsc'), ['--noEmit']);
    check('types of the core, without DOM and Node', tool('tsc'), ['--noEmit', '-p', 'src/tsconfig.core.json']);
  },
  lint() {
    check('lint and format', tool('biome'), ['check', '--error-on-warnings']);
    check('import rules', process.execPath, ['src/node/imports.mjs']);
    check('no unused code', tool('knip'), []);
  },
  unit: vitest,
  size() {
    check('build', tool('vite'), ['build', '--logLevel', 'warn']);
    check('size budgets', process.execPath, ['src/node/budgets.mjs']);
  },
  page: playwright,
};
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) count(`no part is named ${unknown.join(', ')}: there are ${Object.keys(PARTS).join(', ')}`, false);
for (const [name, part] of Object.entries(PARTS)) if (wanted.length === 0 || wanted.includes(name)) part();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
