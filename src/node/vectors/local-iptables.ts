// The iptables programs called directly, and kube-proxy's rules on them, without a simulation around.
import { type Json, jsonEqual } from '../../base/json';
import { err } from '../../base/result';
import { Iptables, type Run } from '../../components/kube-proxy/iptables';
import { Proxier } from '../../components/kube-proxy/proxier';
import type { ProxierConfig } from '../../components/kube-proxy/service-rules';
import { IptablesPrograms } from '../../components/node-kernel/programs';
import { Tables } from '../../components/node-kernel/tables';
import type { EndpointSlice, Service } from '../../machinery/types';
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
    return said.ok ? said.value.replace(/^#.*\n/gm, '') : said.error.stderr;
  }

  /** Puts rules in place as iptables-restore does: null, or its complaint. */
  restore(input: string, args: readonly string[] = []): string | null {
    const { said } = this.programs.run({ program: 'iptables-restore', args, stdin: input, nowSeconds: 0 });
    return said.ok ? null : said.error.stderr;
  }

  private *answer(program: string, args: readonly string[], stdin: string): ReturnType<Run> {
    const { said } = this.programs.run({ program, args, stdin, nowSeconds: 0 });
    return said.ok ? said : err(said.error.stderr);
  }
}

export interface State {
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
}
type Named = Service | EndpointSlice;

/** A proxier on a machine of its own. */
export class ProxySite {
  readonly kernel = new LocalIptables();
  readonly iptables = new Iptables(this.kernel.run);
  private readonly proxier: Proxier;
  private state: State = { services: [], endpointSlices: [] };

  constructor(config: ProxierConfig) {
    this.proxier = new Proxier(config, this.iptables, () => 0);
  }

  /** Brings it from its state to another; returns the programs that it ran. */
  become(state: State): readonly Call[] {
    const before = this.kernel.calls.length;
    const { services, endpoints } = this.proxier;
    for (const { old, now } of changes(this.state.services, state.services)) services.update(old, now);
    for (const { old, now } of changes(this.state.endpointSlices, state.endpointSlices))
      endpoints.update((now ?? old) as EndpointSlice, now === null);
    this.state = state;
    if (!finish(this.proxier.sync()).ok) throw new Error('the sync failed');
    return this.kernel.calls.slice(before);
  }
}

export const nameOf = ({ metadata }: Named): string => `${metadata.namespace}/${metadata.name}`;

function changes<T extends Named>(before: readonly T[], after: readonly T[]): { old: T | null; now: T | null }[] {
  const find = (list: readonly T[], one: T): T | null => list.find((other) => nameOf(other) === nameOf(one)) ?? null;
  return [
    ...after
      .filter((one) => !jsonEqual(one as unknown as Json, find(before, one) as unknown as Json))
      .map((now) => ({ old: find(before, now), now })),
    ...before.filter((one) => find(after, one) === null).map((old) => ({ old, now: null })),
  ];
}

/** The result of a task that waits for nothing. */
export function finish<T>(task: Task<T>): T {
  const step = task.next();
  if (!step.done) throw new Error('the task waits for something');
  return step.value;
}

/** Rules by table and chain, as a text that does not depend on the order of chains. */
export function comparable(input: string, order: (rules: string[]) => readonly string[] = (rules) => rules): string {
  const lines: string[] = [];
  for (const table of input.split(/^COMMIT$/m)) {
    const all = table.split('\n').filter((line) => line !== '');
    const some = (start: string): string[] => all.filter((line) => line.startsWith(start));
    const chains = [...new Set(all.flatMap((line) => /^-A (\S+)/.exec(line)?.[1] ?? []))].sort();
    lines.push(...some('*'), ...some(':').sort(), ...some('-X').sort(), ...chains.flatMap((chain) => order(some(`-A ${chain} `))));
  }
  return lines.join('\n');
}

/** The first line in which two texts differ. */
export function firstDifference(found: string, expected: string): string | null {
  if (found === expected) return null;
  const [ours, theirs] = [found.split('\n'), expected.split('\n')];
  const at = ours.findIndex((line, i) => line !== theirs[i]);
  return `line ${at + 1}: ${ours[at] ?? '(end)'} instead of ${theirs[at] ?? '(end)'}`;
}
