// A packet's way through the chains of a machine: a pure function of tables, machine, packet and one number of
// chance. Models netfilter's hooks and their order (nat only for the first packet of a connection), and what
// iptables' TRACE shows of them. Left out: raw and mangle, fragments, ICMP, conntrack's own table.
import { assert, unreachable } from '../../base/assert';
import { addressOn, contains, type Host, isLocal, LOOPBACK, routeTo } from './host';
import { CERTAIN, type Match, type Negatable, type Rule, type Target } from './rule';
import { parseRule, wordsOf } from './rule-parser';
import type { Chain, TableName, Tables } from './tables';

export interface Packet {
  readonly protocol: string;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly mark: number;
  /** What conntrack says of it: NEW or ESTABLISHED; then whether it was given another address. */
  readonly states: readonly string[];
}
export interface Step {
  readonly chain: string;
  /** `missed`: a rule that was tested and did not match. */
  readonly kind: 'rule' | 'policy' | 'missed';
  /** ACCEPT, DROP, RETURN, CONTINUE or JUMP:chain; NEXT where nothing matched. */
  readonly verdict: string;
  /** As iptables-save prints it; null for a policy. */
  readonly rule: string | null;
}
type HookName = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';
export interface Traversal {
  readonly table: TableName;
  readonly hook: HookName;
  /** The packet as it came to this hook. */
  readonly packet: Packet;
  readonly input: string | null;
  readonly output: string | null;
  readonly steps: readonly Step[];
}
export interface Walk {
  readonly traversals: readonly Traversal[];
  readonly outcome: 'accepted' | 'dropped' | 'rejected';
  /** As it left, or reached a process here. */
  readonly packet: Packet;
  /** Null: to this machine itself. */
  readonly output: string | null;
  /** Lists of the module `recent` that now hold the source. */
  readonly remembers: readonly string[];
}

/** What conntrack makes of both ends of a packet whose connection it knows. */
export interface Mapped {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
}

export interface WalkOptions {
  /** Where it came in; null: a process here sent it. */
  readonly input: string | null;
  /** In [0, 1): which of several endpoints it hits. */
  readonly chance?: number;
  /** Whether a list of the module `recent` has seen the source within so many seconds; null: ever. */
  readonly remembered?: (list: string, seconds: number | null) => boolean;
  /** Given: conntrack knows the connection, and no rule of nat is asked. */
  readonly mapped?: Mapped;
}

export function walk(tables: Tables, host: Host, packet: Packet, options: WalkOptions): Walk {
  return new Walker(tables, host, packet, options).walk();
}

/** The first answer to a packet that arrived: conntrack has undone what nat did to its addresses. */
export const replyTo = (request: Packet, { packet }: Walk): Packet => ({
  protocol: request.protocol,
  source: packet.destination,
  sourcePort: packet.destinationPort,
  destination: request.source,
  destinationPort: request.sourcePort,
  mark: 0,
  states: ['ESTABLISHED'],
});

const MAX_DEPTH = 16;
type Verdict = 'ACCEPT' | 'DROP' | 'REJECT';

class Walker {
  private readonly traversals: Traversal[] = [];
  private steps: Step[] = [];
  private input: string | null;
  private output: string | null = null;
  private table: TableName = 'nat';
  private chance: number;
  private readonly remembers: string[] = [];

  constructor(
    private readonly tables: Tables,
    private readonly host: Host,
    private packet: Packet,
    private readonly options: WalkOptions,
  ) {
    this.input = options.input;
    this.chance = options.chance ?? 0;
  }

  walk(): Walk {
    const verdict = this.input === null ? this.fromHere() : this.fromOutside();
    const outcome = verdict === 'ACCEPT' ? 'accepted' : verdict === 'DROP' ? 'dropped' : 'rejected';
    return { traversals: this.traversals, outcome, packet: this.packet, output: this.output, remembers: this.remembers };
  }

  // ---- The hooks in their order

  private fromOutside(): Verdict {
    const refused = this.nat('PREROUTING');
    if (refused !== null) return refused;
    if (isLocal(this.host, this.packet.destination)) return this.arrive();
    this.output = this.route();
    return this.hook('filter', 'FORWARD') ?? this.leave() ?? 'ACCEPT';
  }

  private fromHere(): Verdict {
    this.output = this.route();
    const refused = this.nat('OUTPUT') ?? this.hook('filter', 'OUTPUT');
    if (refused !== null) return refused;
    this.output = this.route();
    const stopped = this.leave();
    if (stopped !== null || this.output !== LOOPBACK) return stopped ?? 'ACCEPT';
    this.input = LOOPBACK;
    return this.arrive();
  }

  private arrive(): Verdict {
    this.output = null;
    return this.hook('filter', 'INPUT') ?? this.nat('INPUT') ?? 'ACCEPT';
  }

  /** A bridge that hands a packet from one port to another does not say where it came in. */
  private leave(): Verdict | null {
    if (this.input === this.output) this.input = null;
    return this.nat('POSTROUTING');
  }

  private route(): string {
    const { destination } = this.packet;
    return isLocal(this.host, destination) ? LOOPBACK : routeTo(this.host, destination);
  }

  private nat(hook: HookName): Verdict | null {
    const { mapped } = this.options;
    if (mapped !== undefined) {
      const { source, sourcePort, destination, destinationPort } = mapped;
      const arriving = hook === 'PREROUTING' || hook === 'OUTPUT';
      this.packet = { ...this.packet, ...(arriving ? { destination, destinationPort } : { source, sourcePort }) };
      return null;
    }
    return this.packet.states.includes('NEW') ? this.hook('nat', hook) : null;
  }

  /** Null: it may go on. */
  private hook(table: TableName, hook: HookName): Verdict | null {
    const chain = this.tables.table(table)?.get(hook);
    if (chain === undefined) return null;
    const { packet, input, output } = this;
    this.table = table;
    this.steps = [];
    const verdict = this.chain(hook, chain, 0) ?? this.policy(hook, chain);
    this.traversals.push({ table, hook, packet, input, output, steps: this.steps });
    return verdict === 'ACCEPT' ? null : verdict;
  }

  private policy(hook: HookName, { policy }: Chain): Verdict {
    const verdict = policy ?? 'ACCEPT';
    this.steps.push({ chain: hook, kind: 'policy', verdict, rule: null });
    return verdict;
  }

  // ---- Within a hook

  /** Null: nothing was decided, the chain is over. */
  private chain(name: string, { rules }: Chain, depth: number): Verdict | null {
    assert(depth < MAX_DEPTH, `chains lead into each other: ${name}`);
    for (const line of rules) {
      const rule = ruleOf(line);
      if (!this.matches(rule)) {
        this.steps.push({ chain: name, kind: 'missed', verdict: 'NEXT', rule: line });
        continue;
      }
      const { target } = rule;
      this.steps.push({ chain: name, kind: 'rule', verdict: shownVerdict(target), rule: line });
      if (target === null) continue;
      if (target.does === 'verdict' && target.verdict === 'RETURN') return null;
      const verdict = target.does === 'jump' ? this.jump(target.chain, depth) : this.act(target);
      if (verdict !== null) return verdict;
    }
    return null;
  }

  private jump(name: string, depth: number): Verdict | null {
    const chain = this.tables.table(this.table)?.get(name);
    return chain === undefined ? null : this.chain(name, chain, depth + 1);
  }

  private act(target: Exclude<Target, { does: 'jump' }>): Verdict | null {
    const { packet } = this;
    switch (target.does) {
      case 'verdict':
        return target.verdict === 'RETURN' ? null : target.verdict;
      case 'reject':
        return 'REJECT';
      case 'mark':
        this.packet = { ...packet, mark: ((packet.mark & ~target.mask) ^ target.value) >>> 0 };
        return null;
      case 'dnat': {
        const [destination = '', port] = target.to.split(':');
        const destinationPort = port === undefined ? packet.destinationPort : Number(port);
        this.packet = { ...packet, destination, destinationPort, states: [...packet.states, 'DNAT'] };
        return 'ACCEPT';
      }
      case 'masquerade':
        this.packet = { ...packet, source: addressOn(this.host, this.output ?? ''), states: [...packet.states, 'SNAT'] };
        return 'ACCEPT';
      default:
        return unreachable(target);
    }
  }

  // ---- Does a rule match?

  private matches({ source, destination, input, output, protocol, matches }: Rule): boolean {
    const { packet } = this;
    return (
      agrees(source, (network) => contains(network, packet.source)) &&
      agrees(destination, (network) => contains(network, packet.destination)) &&
      agrees(input, (name) => name === this.input) &&
      agrees(output, (name) => name === this.output) &&
      agrees(protocol, (name) => name === packet.protocol.toLowerCase() || name === 'all') &&
      matches.every((match) => this.matchesModule(match))
    );
  }

  private matchesModule(match: Match): boolean {
    const { packet, host, options } = this;
    switch (match.module) {
      case 'comment':
      case 'nfacct':
        return true;
      case 'port':
        return (
          (match.source ?? packet.sourcePort) === packet.sourcePort &&
          (match.destination ?? packet.destinationPort) === packet.destinationPort
        );
      case 'conntrack':
        return match.states.some((state) => packet.states.includes(state)) !== match.not;
      case 'mark':
        return ((packet.mark & match.mask) >>> 0 === match.mark) !== match.not;
      case 'addrtype':
        return (
          agrees(match.source, (type) => type === 'LOCAL' && isLocal(host, packet.source)) &&
          agrees(match.destination, (type) => type === 'LOCAL' && isLocal(host, packet.destination))
        );
      case 'statistic':
        return this.draw(match.probability / CERTAIN);
      case 'recent':
        if (match.does === 'rcheck') return options.remembered?.(match.name, match.seconds) ?? false;
        this.remembers.push(match.name);
        return true;
      default:
        return unreachable(match);
    }
  }

  /** One number serves for all draws: what is left of it after each is again anything from 0 to 1. */
  private draw(probability: number): boolean {
    const hit = this.chance < probability;
    this.chance = hit ? this.chance / probability : (this.chance - probability) / (1 - probability);
    return hit;
  }
}

const agrees = <T>(it: Negatable<T> | null, holds: (value: T) => boolean): boolean => it === null || holds(it.value) !== it.not;

function shownVerdict(target: Target | null): string {
  if (target === null || target.does === 'mark') return 'CONTINUE';
  if (target.does === 'jump') return `JUMP:${target.chain}`;
  if (target.does === 'verdict') return target.verdict;
  return target.does === 'reject' ? 'DROP' : 'ACCEPT';
}

function ruleOf(line: string): Rule {
  const parsed = parseRule(wordsOf(line).slice(2));
  assert(parsed.ok, `a rule in a table is well formed: ${line}`);
  return parsed.value;
}
