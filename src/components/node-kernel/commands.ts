// iptables, iptables-save and iptables-restore on a machine's tables: words in, text out. Models iptables 1.8.9.
// Left out: counters, -R, -E, -Z, waiting for a lock.
import { compareBytes } from '../../base/order';
import { err, ok, type Result } from '../../base/result';
import { unixDate } from './date';
import { parseRule, ruleLine, wordsOf } from './rule';
import { BUILT_IN, type Chain, type Draft, TABLE_NAMES, type TableName, type Tables } from './tables';

const VERSION = 'v1.8.9 (nf_tables)';

interface Change {
  readonly table: TableName;
  /** Null: the chain is gone. */
  readonly chains: ReadonlyMap<string, Chain | null>;
}
export interface Outcome {
  /** What was printed, or the complaint that came with exit code 1. */
  readonly said: Result<string>;
  readonly changes: readonly Change[];
}

/** One of the three programs with its arguments and input. `nowSeconds` since 1970. */
interface Invocation {
  readonly program: string;
  readonly args: readonly string[];
  readonly stdin: string;
  readonly nowSeconds: number;
}

/** The programs on one machine. */
export class IptablesPrograms {
  private readonly cache = new RuleCache();
  constructor(readonly tables: Tables) {}

  run({ program, args, stdin, nowSeconds }: Invocation): Outcome {
    if (program === 'iptables-save') return iptablesSave(this.tables, args, nowSeconds);
    if (program === 'iptables-restore') return iptablesRestore(this.tables, args, stdin, this.cache);
    return iptables(this.tables, args);
  }
}

const printed = (text: string): Outcome => ({ said: ok(text), changes: [] });
const failed = (program: string, complaint: string): Outcome => ({ said: err(`${program}: ${complaint}\n`), changes: [] });

// ---- iptables

function iptables(tables: Tables, args: readonly string[]): Outcome {
  if (args.includes('--version')) return printed(`iptables ${VERSION}\n`);
  const { table, operation, chain, rest } = argumentsOf(args);
  if (table === null) return failed('iptables', "can't initialize iptables table: Table does not exist");
  if (operation === '-S') return list(tables, table, chain);
  const draft = tables.draft(table);
  const done = perform(draft, operation, chain, rest);
  if (!done.ok) return failed('iptables', done.error);
  const problem = draft.problem();
  if (problem !== null) return failed('iptables', problem);
  return { said: ok(''), changes: operation === '-C' ? [] : [{ table, chains: tables.commit(draft) }] };
}

interface Arguments {
  readonly table: TableName | null;
  readonly operation: string;
  readonly chain: string;
  readonly rest: readonly string[];
}
const OPERATIONS = ['-N', '-A', '-I', '-C', '-D', '-F', '-X', '-P', '-S'];

function argumentsOf(args: readonly string[]): Arguments {
  let table = 'filter';
  let operation = '';
  let chain = '';
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    if (word === '-w' || word === '-W') i++;
    else if (word === '-t') table = args[++i] ?? '';
    else if (operation === '' && OPERATIONS.includes(word)) {
      operation = word;
      chain = args[++i] ?? '';
    } else rest.push(word);
  }
  return { table: isTable(table) ? table : null, operation, chain, rest };
}

const isTable = (name: string): name is TableName => (TABLE_NAMES as readonly string[]).includes(name);

function perform(draft: Draft, operation: string, chain: string, rest: readonly string[]): Result<null> {
  if (operation === '-N') return draft.create(chain);
  if (operation === '-F') return draft.flush(chain);
  if (operation === '-X') return draft.deleteChain(chain);
  const rule = parseRule(rest);
  if (!rule.ok) return rule;
  const line = ruleLine(chain, rule.value);
  if (operation === '-C') return draft.check(chain, line);
  if (operation === '-D') return draft.deleteRule(chain, line);
  return draft.add(chain, line, operation === '-I' ? 'front' : 'end');
}

function list(tables: Tables, table: TableName, name: string): Outcome {
  const known = tables.table(table) ?? new Map<string, Chain>(BUILT_IN[table].map((built) => [built, { policy: 'ACCEPT', rules: [] }]));
  const chain = known.get(name);
  if (chain === undefined) return failed('iptables', 'No chain/target/match by that name.');
  const head = chain.policy === null ? `-N ${name}` : `-P ${name} ${chain.policy}`;
  return printed(`${[head, ...chain.rules].join('\n')}\n`);
}

// ---- iptables-save

function iptablesSave(tables: Tables, args: readonly string[], nowSeconds: number): Outcome {
  const only = args.indexOf('-t') < 0 ? null : args[args.indexOf('-t') + 1];
  const names = TABLE_NAMES.filter((name) => only === null || name === only);
  return printed(names.map((name) => savedTable(tables, name, unixDate(nowSeconds))).join(''));
}

function savedTable(tables: Tables, name: TableName, date: string): string {
  const table = tables.table(name);
  if (table === undefined) return '';
  const own = [...table.keys()].filter((chain) => !BUILT_IN[name].includes(chain)).sort(compareBytes);
  const chains = [...BUILT_IN[name], ...own].map((chain) => [chain, table.get(chain) as Chain] as const);
  return [
    `# Generated by iptables-save ${VERSION} on ${date}`,
    `*${name}`,
    ...chains.map(([chain, { policy }]) => `:${chain} ${policy ?? '-'} [0:0]`),
    ...chains.flatMap(([, { rules }]) => rules),
    'COMMIT',
    `# Completed on ${date}`,
    '',
  ].join('\n');
}

// ---- iptables-restore

/** Lines that were there in an earlier call keep their texts: a sync repeats thousands. */
class RuleCache {
  private young = new Map<string, string>();
  private old = new Map<string, string>();

  get(line: string): string | undefined {
    const known = this.young.get(line) ?? this.old.get(line);
    if (known !== undefined) this.set(line, known);
    return known;
  }
  set(line: string, text: string): void {
    if (this.young.size >= MAX_LINES) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(line, text);
  }
}
const MAX_LINES = 10_000;

/** Each table up to its COMMIT takes effect as a whole; at a mistake the rest of the input does not. */
function iptablesRestore(tables: Tables, args: readonly string[], input: string, cache: RuleCache): Outcome {
  const flush = !args.includes('--noflush') && !args.includes('-n');
  const changes: Change[] = [];
  let draft: Draft | null = null;
  const lines = input.split('\n');
  for (const [i, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    let problem: string | null = null;
    if (line.startsWith('*')) {
      draft = isTable(line.slice(1)) ? tables.draft(line.slice(1) as TableName) : null;
      if (draft === null) problem = `The table \`${line.slice(1)}' does not exist`;
      else if (flush) draft.clear();
    } else if (draft === null) problem = 'no table';
    else if (line === 'COMMIT') {
      problem = draft.problem();
      if (problem === null) changes.push({ table: draft.name, chains: tables.commit(draft) });
      draft = null;
    } else problem = take(draft, line, cache);
    if (problem !== null) return { said: err(`iptables-restore ${VERSION}: \nline ${i + 1}: ${problem}\n`), changes };
  }
  return { said: ok(''), changes };
}

/** One line within a table; what is wrong with it, if something is. */
function take(draft: Draft, line: string, cache: RuleCache): string | null {
  if (line.startsWith(':')) {
    const [name = '', policy] = line.slice(1).split(' ');
    draft.reset(name, policy === 'ACCEPT' || policy === 'DROP' ? policy : null);
    return null;
  }
  const done = line.startsWith('-A ') ? append(draft, line, cache) : other(draft, line);
  return done.ok ? null : done.error;
}

function append(draft: Draft, line: string, cache: RuleCache): Result<null> {
  const end = line.indexOf(' ', 3);
  const chain = line.slice(3, end < 0 ? line.length : end);
  let text = cache.get(line);
  if (text === undefined) {
    const rule = parseRule(wordsOf(line.slice(3 + chain.length)));
    if (!rule.ok) return rule;
    text = ruleLine(chain, rule.value);
    cache.set(line, text);
  }
  return draft.add(chain, text, 'end');
}

function other(draft: Draft, line: string): Result<null> {
  const { operation, chain, rest } = argumentsOf(wordsOf(line));
  return perform(draft, operation, chain, rest);
}
