// The iptables commands as kube-proxy runs them, and the chains that show whether somebody flushed the tables.
// Models kubernetes pkg/util/iptables/iptables.go. Left out: ip6tables, the lock file of old versions.
import type { Result } from '../../base/result';
import type { Task } from '../../sim/task';

export type Program = 'iptables' | 'iptables-save' | 'iptables-restore';
/** Runs a program: its output, or what it complained of. `idle`: nobody waits for it. */
export type Run = (
  program: Program,
  args: readonly string[],
  options?: { readonly stdin?: string; readonly idle?: boolean },
) => Task<Result<string>>;

const WAIT = ['-w', '5'];
const CANARY = 'KUBE-PROXY-CANARY';
const CANARY_TABLES = ['mangle', 'nat', 'filter'] as const;

interface Jump {
  readonly table: 'filter' | 'nat';
  readonly to: string;
  readonly from: string;
  readonly comment: string;
  readonly onlyNew: boolean;
}
const jump = (table: Jump['table'], to: string, from: string, comment: string, onlyNew = false): Jump => ({
  table,
  to,
  from,
  comment,
  onlyNew,
});
const EXTERNAL = 'kubernetes externally-visible service portals';
const PORTALS = 'kubernetes service portals';
const FIREWALL = 'kubernetes load balancer firewall';
/** From the kernel's own chains into kube-proxy's; the last two are the kubelet's. */
const JUMPS: readonly Jump[] = [
  jump('filter', 'KUBE-EXTERNAL-SERVICES', 'INPUT', EXTERNAL, true),
  jump('filter', 'KUBE-EXTERNAL-SERVICES', 'FORWARD', EXTERNAL, true),
  jump('filter', 'KUBE-NODEPORTS', 'INPUT', 'kubernetes health check service ports'),
  jump('filter', 'KUBE-SERVICES', 'FORWARD', PORTALS, true),
  jump('filter', 'KUBE-SERVICES', 'OUTPUT', PORTALS, true),
  jump('filter', 'KUBE-FORWARD', 'FORWARD', 'kubernetes forwarding rules'),
  jump('filter', 'KUBE-PROXY-FIREWALL', 'INPUT', FIREWALL, true),
  jump('filter', 'KUBE-PROXY-FIREWALL', 'OUTPUT', FIREWALL, true),
  jump('filter', 'KUBE-PROXY-FIREWALL', 'FORWARD', FIREWALL, true),
  jump('nat', 'KUBE-SERVICES', 'OUTPUT', PORTALS),
  jump('nat', 'KUBE-SERVICES', 'PREROUTING', PORTALS),
  jump('nat', 'KUBE-POSTROUTING', 'POSTROUTING', 'kubernetes postrouting rules'),
  jump('filter', 'KUBE-FIREWALL', 'INPUT', ''),
  jump('filter', 'KUBE-FIREWALL', 'OUTPUT', ''),
];

export class Iptables {
  constructor(private readonly run: Run) {}

  /** Whether this machine has iptables at all. */
  *present(): Task<boolean> {
    yield* this.run('iptables', ['--version']);
    return (yield* this.run('iptables', [...WAIT, '-S', 'POSTROUTING', '-t', 'nat'])).ok;
  }

  /** Makes sure that the kernel's chains lead into kube-proxy's. False if that cannot be done. */
  *ensureJumps(): Task<boolean> {
    for (const { table, to, from, comment, onlyNew } of JUMPS) {
      const rule = [
        ...(onlyNew ? ['-m', 'conntrack', '--ctstate', 'NEW'] : []),
        ...(comment === '' ? [] : ['-m', 'comment', '--comment', comment]),
        '-j',
        to,
      ];
      if (!(yield* this.ensureChain(table, to))) return false;
      if ((yield* this.run('iptables', [...WAIT, '-C', from, '-t', table, ...rule])).ok) continue;
      if (!(yield* this.run('iptables', [...WAIT, '-I', from, '-t', table, ...rule])).ok) return false;
    }
    return true;
  }

  *ensureCanaries(): Task<boolean> {
    for (const table of CANARY_TABLES) if (!(yield* this.ensureChain(table, CANARY))) return false;
    return true;
  }

  /** Gone: somebody flushed the tables. */
  *canaryLives(): Task<boolean> {
    return (yield* this.run('iptables', [...WAIT, '-S', CANARY, '-t', CANARY_TABLES[0]], { idle: true })).ok;
  }

  *save(table: 'nat'): Task<Result<string>> {
    return yield* this.run('iptables-save', ['-t', table]);
  }

  /** Replaces the chains named in `input` and leaves all others as they are. */
  *restore(input: string): Task<boolean> {
    return (yield* this.run('iptables-restore', [...WAIT, '--noflush', '--counters'], { stdin: input })).ok;
  }

  private *ensureChain(table: string, chain: string): Task<boolean> {
    const made = yield* this.run('iptables', [...WAIT, '-N', chain, '-t', table]);
    return made.ok || made.error.includes('Chain already exists');
  }
}
