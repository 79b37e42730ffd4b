// The iptables tables of one machine, and what the commands do to them. A change is made on a draft of one table
// and takes effect as a whole. Models iptables 1.8.9 (nf_tables variant). Left out: counters, IPv6.
import { err, ok, type Result } from '../../base/result';

export type TableName = 'mangle' | 'raw' | 'filter' | 'nat';
/** In the order in which iptables-save prints them. */
export const TABLE_NAMES: readonly TableName[] = ['mangle', 'raw', 'filter', 'nat'];
export const BUILT_IN: { readonly [table in TableName]: readonly string[] } = {
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
};

export const isTable = (name: string): name is TableName => (TABLE_NAMES as readonly string[]).includes(name);

export interface Chain {
  /** Where a packet goes that no rule decided about; null in a chain that somebody made. */
  readonly policy: 'ACCEPT' | 'DROP' | null;
  /** As iptables-save prints them: `-A CHAIN ...`. */
  readonly rules: readonly string[];
}
type Table = ReadonlyMap<string, Chain>;
export interface TableChange {
  readonly table: TableName;
  /** Chains that differ from before; null: it is gone. */
  readonly chains: ReadonlyMap<string, Chain | null>;
}

/** Why a command failed. The exit code says whose words it is in: 1 the kernel's, 2 those of who read the command
 *  line, 3 there is no such table, 4 the kernel could not put the change in place. */
export interface Complaint {
  readonly code: 1 | 2 | 3 | 4;
  readonly text: string;
}
export type Done = Result<null, Complaint>;
const DONE: Done = ok(null);

const NO_CHAIN: Complaint = { code: 1, text: 'No chain/target/match by that name.' };
const NO_RULE: Complaint = { code: 1, text: 'Bad rule (does a matching rule exist in that chain?).' };
const busy = (chain: string): Complaint => ({ code: 4, text: `CHAIN_DEL failed (Device or resource busy): chain ${chain}` });
const unknown = (chain: string): Complaint => ({ code: 2, text: `Chain '${chain}' does not exist` });
const TARGETS = ['ACCEPT', 'DROP', 'RETURN', 'REJECT', 'MARK', 'DNAT', 'MASQUERADE'];

export class Tables {
  private readonly tables = new Map<TableName, Table>();

  /** Undefined: nobody has used it yet. */
  table(name: TableName): Table | undefined {
    return this.tables.get(name);
  }

  draft(name: TableName): Draft {
    return new Draft(name, new Map(this.tables.get(name) ?? builtIn(name)));
  }

  /** Puts a draft in place, and tells what it changed. */
  commit(draft: Draft): Result<TableChange, Complaint> {
    const problem = draft.problem();
    if (problem !== null) return err(problem);
    const before = this.tables.get(draft.name) ?? new Map<string, Chain>();
    const changed = new Map<string, Chain | null>();
    for (const name of draft.touched) {
      const chain = draft.chains.get(name);
      const old = before.get(name);
      if (chain === undefined && old !== undefined) changed.set(name, null);
      else if (chain !== undefined && (old === undefined || !sameChain(chain, old))) changed.set(name, chain);
    }
    if (before.size === 0) for (const [name, chain] of draft.chains) changed.set(name, chain);
    this.tables.set(draft.name, draft.chains);
    return ok({ table: draft.name, chains: changed });
  }
}

const builtIn = (table: TableName): [string, Chain][] => BUILT_IN[table].map((name) => [name, { policy: 'ACCEPT', rules: [] }]);

const sameChain = (a: Chain, b: Chain): boolean =>
  a.policy === b.policy && a.rules.length === b.rules.length && a.rules.every((rule, i) => rule === b.rules[i]);

/** One table while it is being changed. Each method is one command; its complaint is the real one's. */
export class Draft {
  /** Chains that may differ from before. */
  readonly touched = new Set<string>();
  /** This draft's own lists of rules. */
  private readonly open = new Map<string, string[]>();
  private readonly deleted = new Set<string>();
  /** Targets of new rules that were not there when the rule came. */
  private readonly wanted = new Set<string>();

  constructor(
    readonly name: TableName,
    readonly chains: Map<string, Chain>,
  ) {}

  /** iptables -N */
  create(name: string): Done {
    if (this.chains.has(name)) return err({ code: 1, text: 'Chain already exists.' });
    this.set(name, { policy: null, rules: [] });
    return DONE;
  }

  /** `:NAME POLICY`: a chain of one's own is made, or made empty; of another the policy is set. */
  declare(name: string, policy: Chain['policy']): void {
    const built = BUILT_IN[this.name].includes(name);
    this.set(name, { policy: built ? (policy ?? 'ACCEPT') : null, rules: built ? [...(this.chains.get(name)?.rules ?? [])] : [] });
  }

  /** iptables -A, or -I at the front. `rule` is as iptables-save prints it. */
  add(name: string, rule: string, where: 'end' | 'front'): Done {
    const rules = this.rulesOf(name);
    if (rules === null) return err(NO_CHAIN);
    const target = targetOf(rule);
    if (!this.exists(target)) this.wanted.add(target);
    if (where === 'end') rules.push(rule);
    else rules.unshift(rule);
    return DONE;
  }

  /** iptables -C */
  check(name: string, rule: string): Done {
    const target = targetOf(rule);
    if (!this.exists(target)) return err(unknown(target));
    return this.chains.get(name)?.rules.includes(rule) ? DONE : err(NO_RULE);
  }

  /** iptables -D */
  deleteRule(name: string, rule: string): Done {
    const rules = this.rulesOf(name);
    const at = rules?.indexOf(rule) ?? -1;
    if (rules === null || at < 0) return err(NO_RULE);
    rules.splice(at, 1);
    return DONE;
  }

  /** iptables -F */
  flush(name: string): Done {
    const chain = this.chains.get(name);
    if (chain === undefined) return err(NO_CHAIN);
    this.set(name, { ...chain, rules: [] });
    return DONE;
  }

  /** iptables -X. Whether a rule still leads there shows when all is done. */
  deleteChain(name: string): Done {
    const chain = this.chains.get(name);
    if (chain === undefined || chain.policy !== null) return err(NO_CHAIN);
    if (chain.rules.length > 0) return err(busy(name));
    this.chains.delete(name);
    this.open.delete(name);
    this.touched.add(name);
    this.deleted.add(name);
    return DONE;
  }

  /** What iptables-restore begins with unless told --noflush. */
  clear(): void {
    for (const name of this.chains.keys()) this.touched.add(name);
    this.chains.clear();
    for (const [name, chain] of builtIn(this.name)) this.chains.set(name, chain);
  }

  /** What speaks against putting this draft in place. */
  problem(): Complaint | null {
    for (const target of this.wanted) if (!this.exists(target)) return unknown(target);
    if (this.deleted.size === 0) return null;
    for (const { rules } of this.chains.values())
      for (const rule of rules) if (this.deleted.has(targetOf(rule)) && !this.chains.has(targetOf(rule))) return busy(targetOf(rule));
    return null;
  }

  private exists(target: string): boolean {
    return target === '' || this.chains.has(target) || TARGETS.includes(target);
  }

  /** Puts a chain in place whose list of rules nobody else holds. */
  private set(name: string, chain: Chain & { readonly rules: string[] }): string[] {
    this.chains.set(name, chain);
    this.open.set(name, chain.rules);
    this.touched.add(name);
    return chain.rules;
  }

  private rulesOf(name: string): string[] | null {
    const known = this.open.get(name);
    if (known !== undefined) return known;
    const chain = this.chains.get(name);
    if (chain === undefined) return null;
    return this.set(name, { ...chain, rules: [...chain.rules] });
  }
}

/** The chain or the verdict that a rule leads to; '' if it only counts. */
function targetOf(rule: string): string {
  const at = rule.lastIndexOf(' -j ');
  if (at < 0) return '';
  const end = rule.indexOf(' ', at + 4);
  return rule.slice(at + 4, end < 0 ? rule.length : end);
}
