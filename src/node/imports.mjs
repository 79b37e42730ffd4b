// Checks who may import whom (docs/ARCHITECTURE.md), and that the tool read modules at all: with a compiler
// it does not know it reads none and finds nothing wrong.
import { cruise } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import { ROOT } from './prepare.mjs';

const LEAST_MODULES = 200;
process.chdir(ROOT);
const config = await extractConfig('./.dependency-cruiser.json');
const { output } = await cruise(['src'], { ...config.options, ruleSet: config, validate: true, outputType: 'json' });
const { summary, modules } = JSON.parse(typeof output === 'string' ? output : JSON.stringify(output));
for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} -> ${to}`);
const read = modules.filter(({ source }) => source.startsWith('src/')).length;
console.log(`${read} modules, ${summary.violations.length} violations`);
process.exit(summary.violations.length === 0 && read >= LEAST_MODULES ? 0 : 1);
