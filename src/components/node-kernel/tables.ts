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

export interface Chain {
  /** Where a packet goes that no rule decided about; null in a chain that somebody made. */
  readonly policy: 'ACCEPT' | 'DROP' | null;
  /** As iptables-save prints them: `-A CHAIN ...`. */
  readonly rules: readonly string[];
}
export type Table = ReadonlyMap<string, Chain>;

/** Exit code 1 with this complaint. */
const NO_CHAIN = 'No chain/target/match by that name.';
const NO_RULE = 'Bad rule (does a matching rule exist in that chain?).';
const TARGETS = ['ACCEPT', 'DROP', 'RETURN', 'REJECT', 'MARK', 'DNAT', 'MASQUERADE'];

export class Tables {
  private readonly tables = new Map<TableName, Table>();

  /** Undefined: nobody has used it yet. */
  table(name: TableName): Table | undefined {
    return this.tables.get(name);
  }

  /** A draft of the table, which exists from now on. */
  draft(name: TableName): Draft {
    return new Draft(name, new Map(this.tables.get(name) ?? builtIn(name)));
  }

  /** Puts a draft in place. Returns the chains that differ from before: null for one that is gone. */
  commit(draft: Draft): Map<string, Chain | null> {
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
    return changed;
  }
}

const builtIn = (table: TableName): [string, Chain][] => BUILT_IN[table].map((name) => [name, { policy: 'ACCEPT', rules: [] }]);

const sameChain = (a: Chain, b: Chain): boolean =>
  a.policy === b.policy && a.rules.length === b.rules.length && a.rules.every((rule, i) => rule === b.rules[i]);

/** One table while it is being changed. Each method is one command; its complaint is the real one's. */
export class Draft {
  /** Chains that may differ from before. */
  readonly touched = new Set<string>();
  private readonly open = new Map<string, string[]>();
  private removed = false;

  constructor(
    readonly name: TableName,
    readonly chains: Map<string, Chain>,
  ) {}

  /** iptables -N */
  create(name: string): Result<null> {
    if (this.chains.has(name)) return err('Chain already exists.');
    this.set(name, { policy: null, rules: [] });
    return ok(null);
  }

  /** Makes a chain empty, and if need be makes it. */
  reset(name: string, policy: Chain['policy']): void {
    const built = BUILT_IN[this.name].includes(name);
    this.set(name, { policy: built ? (policy ?? 'ACCEPT') : null, rules: built ? (this.chains.get(name)?.rules ?? []) : [] });
  }

  /** iptables -A, or -I at the front. `rule` is as iptables-save prints it. */
  add(name: string, rule: string, where: 'end' | 'front'): Result<null> {
    const rules = this.rulesOf(name);
    if (rules === null || !this.leadsSomewhere(rule)) return err(NO_CHAIN);
    if (where === 'end') rules.push(rule);
    else rules.unshift(rule);
    return ok(null);
  }

  /** iptables -C */
  check(name: string, rule: string): Result<null> {
    return this.chains.get(name)?.rules.includes(rule) ? ok(null) : err(NO_RULE);
  }

  /** iptables -D */
  deleteRule(name: string, rule: string): Result<null> {
    const rules = this.rulesOf(name);
    const at = rules?.indexOf(rule) ?? -1;
    if (rules === null || at < 0) return err(NO_RULE);
    rules.splice(at, 1);
    return ok(null);
  }

  /** iptables -F */
  flush(name: string): Result<null> {
    const chain = this.chains.get(name);
    if (chain === undefined) return err(NO_CHAIN);
    this.set(name, { ...chain, rules: [] });
    return ok(null);
  }

  /** iptables -X; whether a rule still leads there shows in `problem`. */
  deleteChain(name: string): Result<null> {
    const chain = this.chains.get(name);
    if (chain === undefined || chain.policy !== null) return err(NO_CHAIN);
    if (chain.rules.length > 0) return err(`CHAIN_DEL failed (Device or resource busy): chain ${name}`);
    this.chains.delete(name);
    this.open.delete(name);
    this.touched.add(name);
    this.removed = true;
    return ok(null);
  }

  /** Everything that somebody made: what iptables-restore begins with unless told --noflush. */
  clear(): void {
    for (const name of this.chains.keys()) this.touched.add(name);
    this.chains.clear();
    for (const [name, chain] of builtIn(this.name)) this.chains.set(name, chain);
  }

  /** What speaks against putting this draft in place. */
  problem(): string | null {
    if (!this.removed) return null;
    for (const chain of this.chains.values())
      for (const rule of chain.rules)
        if (!this.leadsSomewhere(rule)) return `CHAIN_DEL failed (Device or resource busy): chain ${targetOf(rule)}`;
    return null;
  }

  private leadsSomewhere(rule: string): boolean {
    const target = targetOf(rule);
    return target === '' || this.chains.has(target) || TARGETS.includes(target);
  }

  private set(name: string, chain: Chain): void {
    this.chains.set(name, chain);
    this.open.delete(name);
    this.touched.add(name);
  }

  /** A list of this draft's own. */
  private rulesOf(name: string): string[] | null {
    const known = this.open.get(name);
    if (known !== undefined) return known;
    const chain = this.chains.get(name);
    if (chain === undefined) return null;
    const rules = [...chain.rules];
    this.set(name, { ...chain, rules });
    this.open.set(name, rules);
    return rules;
  }
}

/** The chain or the verdict that a rule leads to; '' if it only counts. */
function targetOf(rule: string): string {
  const at = rule.lastIndexOf(' -j ');
  if (at < 0) return '';
  const end = rule.indexOf(' ', at + 4);
  return rule.slice(at + 4, end < 0 ? rule.length : end);
}
