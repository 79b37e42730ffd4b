// The iptables programs called directly: a node's kernel without a simulation around it.
import { ok } from '../../base/result';
import type { Run } from '../../components/kube-proxy/iptables';
import { IptablesPrograms } from '../../components/node-kernel/commands';
import { Tables } from '../../components/node-kernel/tables';
import type { Task } from '../../sim/task';

export interface Call {
  readonly argv: readonly string[];
  readonly stdin: string | null;
}

export class LocalIptables {
  readonly tables = new Tables();
  readonly calls: Call[] = [];
  private readonly programs = new IptablesPrograms(this.tables);

  readonly run: Run = (program, args, { stdin } = {}) => {
    this.calls.push({ argv: [program, ...args], stdin: stdin ?? null });
    return this.answer(program, args, stdin ?? '');
  };

  /** iptables-save without its comments, which hold the date. */
  saved(): string {
    const { said } = this.programs.run({ program: 'iptables-save', args: [], stdin: '', nowSeconds: 0 });
    return said.ok ? said.value.replace(/^#.*\n/gm, '') : said.error;
  }

  /** Puts rules in place as iptables-restore does: null, or its complaint. */
  restore(input: string, args: readonly string[] = []): string | null {
    const { said } = this.programs.run({ program: 'iptables-restore', args, stdin: input, nowSeconds: 0 });
    return said.ok ? null : said.error;
  }

  private *answer(program: string, args: readonly string[], stdin: string): ReturnType<Run> {
    const { said } = this.programs.run({ program, args, stdin, nowSeconds: 0 });
    return said.ok ? ok(said.value) : said;
  }
}

/** The result of a task that waits for nothing. */
export function finish<T>(task: Task<T>): T {
  const step = task.next();
  if (!step.done) throw new Error('the task waits for something');
  return step.value;
}

/** Rules by table and chain, as a text that does not depend on the order of chains. `sorted` chains hold the rules
 *  of all Services, in an order that real kube-proxy leaves to chance. */
export function comparable(input: string, sorted: readonly string[] = []): string {
  const lines: string[] = [];
  for (const table of input.split(/^COMMIT$/m)) {
    const all = table.split('\n').filter((line) => line !== '');
    const name = all.find((line) => line.startsWith('*')) ?? '';
    const of = (chain: string): string[] => all.filter((line) => line.startsWith(`-A ${chain} `));
    const chains = all.filter((line) => line.startsWith(':')).sort();
    lines.push(name, ...chains, ...all.filter((line) => line.startsWith('-X')).sort());
    for (const chain of [...new Set(all.map((line) => /^-A (\S+)/.exec(line)?.[1] ?? ''))].sort()) {
      if (chain !== '') lines.push(...(sorted.includes(chain) ? withLastInPlace(of(chain)) : of(chain)));
    }
  }
  return lines.join('\n');
}

/** Where the chain of node ports is entered must come last. */
const withLastInPlace = (rules: readonly string[]): string[] => [...rules.slice(0, -1).sort(), ...rules.slice(-1)];

/** The first line in which two texts differ. */
export function firstDifference(found: string, expected: string): string | null {
  if (found === expected) return null;
  const [ours, theirs] = [found.split('\n'), expected.split('\n')];
  const at = ours.findIndex((line, i) => line !== theirs[i]);
  return `line ${at + 1}: ${ours[at] ?? '(end)'} instead of ${theirs[at] ?? '(end)'}`;
}
