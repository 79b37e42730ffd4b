// `npm run -s trace -- [options] ['kubectl …' '@30s kubectl …' …]`: runs a cluster without a page and prints its trace
// as JSON lines (docs/TRACE.md) on standard output; progress goes to standard error. The exit code is the last kubectl's.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { simTime } from '../base/brand';
import { clusterOf, defaultRun } from '../cluster/default-run';
import { Runner } from '../cluster/runner';
import { parseGoDuration } from '../machinery/duration';
import { Story } from '../narration/story';
import { LIBRARY } from '../scenarios/library';
import type { ScenarioRun } from '../scenarios/scenario';
import { readText } from '../scenarios/text';
import { INSIDE, MESSAGES } from '../trace/levels';
import { Trace } from '../trace/trace';
import { summaryLine, traceLine } from '../trace/trace-line';
import { isCurlLine, parseCurlLine } from '../wire/curl-line';
import { type ClusterSpec, MODEL, type TimedInput } from '../wire/run';
import { faultFrom } from './fault-text';

const USAGE = `usage: npm run -s trace -- [--scenario NAME|FILE.yaml] [--seed N] [--nodes N] [--until rest|60s] [--level story|messages|wire] [--boot] [--bodies]
       ['kubectl …' '@30s kubectl …' '@60s fault KIND name=value …' 'curl ADDRESS:PORT [from outside|NODE|pod/NAME] [for 60s]' …]`;
const LEVELS = ['story', 'messages', 'wire'] as const;
const MAX_WORKERS = 200;
const MOST_BYTES = 2 ** 20;

interface Options {
  readonly seed: number;
  readonly cluster: ClusterSpec;
  /** Null: until rest. */
  readonly untilUs: number | null;
  readonly level: (typeof LEVELS)[number];
  readonly boot: boolean;
  readonly bodies: boolean;
  readonly inputs: readonly TimedInput[];
}

function usage(problem: string): never {
  console.error(`${problem}\n${USAGE}`);
  process.exit(2);
}

function wholeNumber(text: string | undefined, option: string, least: number, most: number): number {
  const value = Number(text);
  if (text === undefined || !Number.isInteger(value) || value < least || value > most)
    usage(`${option} takes a number from ${least} to ${most}`);
  return value;
}

function durationUs(text: string, option: string): number {
  const us = parseGoDuration(text);
  if (us === null || us < 0) usage(`${option} takes a duration like 30s or 2m, not "${text}"`);
  return us;
}

function optionsFrom(args: readonly string[]): Options {
  let seed = 1;
  let workers: number | null = null;
  let cluster: ClusterSpec | null = null;
  let untilUs: number | null = null;
  let level: Options['level'] = 'wire';
  let boot = false;
  let bodies = false;
  const inputs: TimedInput[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--seed') seed = wholeNumber(args[++i], arg, 0, 2 ** 32 - 1);
    else if (arg === '--nodes') workers = wholeNumber(args[++i], arg, 1, MAX_WORKERS);
    else if (arg === '--until') {
      const until = args[++i] ?? '';
      untilUs = until === 'rest' ? null : durationUs(until, arg);
    } else if (arg === '--level') {
      const wanted = args[++i];
      level = LEVELS.find((known) => known === wanted) ?? usage(`--level takes ${LEVELS.join(', ')}`);
    } else if (arg === '--boot') boot = true;
    else if (arg === '--bodies') bodies = true;
    else if (arg === '--scenario') {
      const scenario = scenarioOf(args[++i]);
      seed = scenario.seed;
      cluster = scenario.cluster;
      inputs.push(...scenario.inputs);
    } else if (arg.startsWith('--')) usage(`unknown option ${arg}`);
    else inputs.push(inputFrom(arg));
  }
  if (workers !== null) cluster = clusterOf(workers);
  return { seed, cluster: cluster ?? defaultRun(seed).cluster, untilUs, level, boot, bodies, inputs };
}

/** Of the library, or in a file of at most a mebibyte. */
function scenarioOf(name: string | undefined): ScenarioRun {
  const named = LIBRARY.find((scenario) => scenario.name === name);
  if (named !== undefined) return named;
  if (name === undefined || !existsSync(name) || !statSync(name).isFile() || statSync(name).size > MOST_BYTES)
    return usage(`--scenario takes a file or one of ${LIBRARY.map((scenario) => scenario.name).join(', ')}`);
  const { scenario, lints } = readText(readFileSync(name, 'utf8'));
  for (const { line, column, text } of lints) console.error(`${name}:${line}:${column}: ${text}`);
  return scenario ?? process.exit(2);
}

function inputFrom(text: string): TimedInput {
  const [, at, line = text] = /^@(\S+)\s+(.*)$/s.exec(text) ?? [];
  const when = at === undefined ? 'rest' : { atUs: durationUs(at, '@') };
  if (isCurlLine(line)) {
    const request = parseCurlLine(line);
    return request.ok ? { when, input: request.value } : usage(request.error);
  }
  if (!line.startsWith('fault ')) return { when, input: { type: 'kubectl', line } };
  const fault = faultFrom(line);
  return { when, input: typeof fault === 'string' ? usage(fault) : fault };
}

function main(): number {
  const { seed, cluster, untilUs, level, boot, bodies, inputs } = optionsFrom(process.argv.slice(2));
  const runner = new Runner({ model: MODEL, cluster, seed, inputs });
  const { sim } = runner.cluster;
  runner.finish();
  if (untilUs !== null && sim.now < untilUs) sim.runUntil(simTime(untilUs));
  const trace = new Trace(sim.recorder.records);
  trace.follow();
  const story = new Story(trace);
  story.follow();
  const steps = new Set(story.steps.map(({ seq }) => seq));
  const shows = (seq: number): boolean => {
    const lowest = trace.levels[seq] ?? INSIDE;
    if (level === 'wire') return true;
    return level === 'messages' ? lowest <= MESSAGES : lowest === 0 || steps.has(seq);
  };
  let exit = 0;
  let lines = '';
  for (const record of trace.records) {
    if (record.payload.kind === 'output' && record.payload.exit !== null) exit = record.payload.exit;
    if ((!boot && trace.isBoot(record.seq)) || !shows(record.seq)) continue;
    lines += `${JSON.stringify(traceLine(record, trace, { bodies }))}\n`;
  }
  const summary = { atUs: sim.now, atRest: sim.atRest, digest: sim.recorder.digest(), model: MODEL };
  process.stdout.write(`${lines}${JSON.stringify(summaryLine(trace, summary))}\n`);
  for (const { component, error } of sim.crashes) console.error(`${component} crashed: ${error}`);
  if (runner.phase === 'limit')
    console.error(
      `The run did not come to rest. Still at work: ${[...sim.pendingWork()].map(([who, count]) => `${who} (${count})`).join(', ')}`,
    );
  return exit;
}

process.exitCode = main();
