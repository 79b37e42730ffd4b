// The input of iptables-restore. Models iptables 1.8.9: iptables/xtables-restore.c. Left out: counters.
import { err, ok, type Result } from '../../base/result';
import { parseCommand, perform } from './command';
import { ruleLine } from './rule';
import { parseRule, wordsOf } from './rule-parser';
import { type Complaint, type Done, type Draft, isTable, type TableChange, type Tables } from './tables';

/** Lines that were there in an earlier call keep their texts: a sync repeats thousands. */
export class RuleCache {
  private young = new Map<string, string>();
  private old = new Map<string, string>();

  get(line: string): string | undefined {
    const young = this.young.get(line);
    if (young !== undefined) return young;
    const old = this.old.get(line);
    if (old !== undefined) this.set(line, old);
    return old;
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

interface Restored {
  /** From the tables that were complete before the mistake. */
  readonly changes: readonly TableChange[];
  readonly problem: (Complaint & { readonly line: number }) | null;
}

/** Each table takes effect as a whole at its COMMIT; after a mistake the rest of the input is not read. `flush`: tables
 *  begin empty. */
export function restore(tables: Tables, input: string, flush: boolean, cache: RuleCache): Restored {
  const changes: TableChange[] = [];
  let draft: Draft | null = null;
  let number = 0;
  for (const line of input.split('\n')) {
    number++;
    if (line === '' || line.startsWith('#')) continue;
    let done: Done = ok(null);
    if (line.startsWith('*')) {
      const opened = open(tables, line.slice(1), flush);
      if (opened.ok) draft = opened.value;
      else done = opened;
    } else if (draft === null) done = err({ code: 2, text: 'no table specified' });
    else if (line !== 'COMMIT') done = take(draft, line, cache);
    else {
      const committed = tables.commit(draft);
      if (committed.ok) changes.push(committed.value);
      else done = committed;
      draft = null;
    }
    if (!done.ok) return { changes, problem: { ...done.error, line: number } };
  }
  return { changes, problem: null };
}

function open(tables: Tables, name: string, flush: boolean): Result<Draft, Complaint> {
  if (!isTable(name)) return err({ code: 2, text: `table name '${name}' invalid` });
  const draft = tables.draft(name);
  if (flush) draft.clear();
  return ok(draft);
}

/** One line within a table. */
function take(draft: Draft, line: string, cache: RuleCache): Done {
  if (line.startsWith('-A ')) return append(draft, line, cache);
  if (!line.startsWith(':')) return perform(draft, parseCommand(wordsOf(line)));
  const [name = '', policy] = line.slice(1).split(' ');
  draft.declare(name, policy === 'ACCEPT' || policy === 'DROP' ? policy : null);
  return ok(null);
}

function append(draft: Draft, line: string, cache: RuleCache): Done {
  const end = line.indexOf(' ', 3);
  const chain = line.slice(3, end < 0 ? line.length : end);
  let text = cache.get(line);
  if (text === undefined) {
    const rule = parseRule(wordsOf(line.slice(3 + chain.length)));
    if (!rule.ok) return err({ code: 2, text: rule.error });
    text = ruleLine(chain, rule.value);
    cache.set(line, text);
  }
  return draft.add(chain, text, 'end');
}
