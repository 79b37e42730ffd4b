// `npm run -s vectors -- [--dir DIR]`: every case file in DIR against our code. Prints
// `FILE GROUP passed/total` lines and last `N passed, M failed`; what we have no adapter for is failed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Adapter, VectorCase } from './vectors/adapter';

/** Data about real clusters that other commands use; these files hold no cases of their own. */
const NOT_CASES =
  /^(real-(traces|schema|bootstrap|bookmarks|etcd-keys|etcd-values|startup|audit.*)|kubectl-(states|bodies|protobuf-fields)|timings|create-deployment.*)(\.json)?$/;

/** What a bundle and Node say of a module that is not there. */
const NO_MODULE = /Unknown variable dynamic import|Cannot find module/;

async function adapterFor(stem: string): Promise<Adapter | null> {
  try {
    return ((await import(`./vectors/${stem}.ts`)) as { adapter: Adapter }).adapter;
  } catch (error) {
    if (error instanceof Error && NO_MODULE.test(error.message)) return null;
    throw error;
  }
}

function outcome(vector: VectorCase): string | null {
  try {
    return vector.run();
  } catch (error) {
    return `threw ${error instanceof Error ? error.message : String(error)}`;
  }
}

function countUnsupported(file: unknown): number {
  const { cases, programs } = file as { cases?: unknown[]; programs?: unknown[] };
  return cases?.length ?? programs?.length ?? 1;
}

async function main(args: readonly string[]): Promise<number> {
  const option = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const dir = option('--dir') ?? join('..', 'shared', 'vectors');
  const only = option('--only');
  const verbose = args.includes('--verbose');
  if (!existsSync(dir)) {
    console.error(`There are no case files at ${dir}: nothing was checked.`);
    return 1;
  }
  const sibling = (name: string): unknown =>
    existsSync(join(dir, name)) ? (JSON.parse(readFileSync(join(dir, name), 'utf8')) as unknown) : null;
  let passed = 0;
  let failed = 0;
  for (const name of readdirSync(dir).sort()) {
    if (!name.endsWith('.json') || NOT_CASES.test(name) || (only !== undefined && name !== `${only}.json`)) continue;
    const file = JSON.parse(readFileSync(join(dir, name), 'utf8')) as unknown;
    const adapter = await adapterFor(name.slice(0, -'.json'.length));
    const groups = new Map<string, { passed: number; total: number }>();
    if (adapter === null) groups.set('(no adapter)', { passed: 0, total: countUnsupported(file) });
    for (const vector of adapter?.(file, sibling) ?? []) {
      const group = groups.get(vector.group) ?? { passed: 0, total: 0 };
      groups.set(vector.group, group);
      const wrong = outcome(vector);
      group.total++;
      if (wrong === null) group.passed++;
      else if (verbose) console.log(`  ${vector.id}: ${wrong}`);
    }
    for (const [group, count] of groups) {
      console.log(`${name} ${group} ${count.passed}/${count.total}`);
      passed += count.passed;
      failed += count.total - count.passed;
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
