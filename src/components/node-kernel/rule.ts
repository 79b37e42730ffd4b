// One rule of a chain, and the one text that iptables-save prints for it. Models iptables 1.8.9 (extensions/libxt_*.c)
// for the matches and targets that kube-proxy and the kubelet use.
import type { Cidr } from '../../machinery/ip';

export interface Negatable<T> {
  readonly not: boolean;
  readonly value: T;
}
export type Match =
  | { readonly module: 'comment'; readonly text: string }
  | { readonly module: 'port'; readonly protocol: string; readonly source: number | null; readonly destination: number | null }
  | { readonly module: 'conntrack'; readonly not: boolean; readonly states: readonly string[] }
  | { readonly module: 'mark'; readonly not: boolean; readonly mark: number; readonly mask: number }
  | { readonly module: 'addrtype'; readonly source: Negatable<string> | null; readonly destination: Negatable<string> | null }
  /** In parts of 2^31. */
  | { readonly module: 'statistic'; readonly probability: number }
  | {
      readonly module: 'recent';
      readonly does: 'set' | 'rcheck';
      readonly seconds: number | null;
      readonly reap: boolean;
      readonly name: string;
    }
  | { readonly module: 'nfacct'; readonly name: string };
export type Target =
  | { readonly does: 'verdict'; readonly verdict: 'ACCEPT' | 'DROP' | 'RETURN' }
  | { readonly does: 'reject'; readonly answer: string }
  | { readonly does: 'mark'; readonly value: number; readonly mask: number }
  | { readonly does: 'dnat'; readonly to: string }
  | { readonly does: 'masquerade'; readonly randomFully: boolean }
  | { readonly does: 'jump'; readonly chain: string };

export interface Rule {
  readonly source: Negatable<Cidr> | null;
  readonly destination: Negatable<Cidr> | null;
  readonly input: Negatable<string> | null;
  readonly output: Negatable<string> | null;
  readonly protocol: Negatable<string> | null;
  readonly matches: readonly Match[];
  /** Null: the rule only counts. */
  readonly target: Target | null;
}

export const ALL_ONES = 0xffffffff;
export const CERTAIN = 0x8000_0000;

const STATES = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'];

const negated = (flag: string, it: Negatable<string> | null): string => (it === null ? '' : `${it.not ? ' !' : ''} ${flag} ${it.value}`);
const network = (flag: string, it: Negatable<Cidr> | null): string =>
  negated(flag, it === null ? null : { not: it.not, value: it.value.text });
const hex = (value: number): string => `0x${value.toString(16)}`;

/** What iptables-save prints for a rule of a chain. */
export const ruleLine = (chain: string, rule: Rule): string =>
  `-A ${chain}` +
  network('-s', rule.source) +
  network('-d', rule.destination) +
  negated('-i', rule.input) +
  negated('-o', rule.output) +
  negated('-p', rule.protocol) +
  rule.matches.map(matchText).join('') +
  (rule.target === null ? '' : targetText(rule.target));

function matchText(match: Match): string {
  switch (match.module) {
    case 'comment':
      return ` -m comment --comment ${/^[A-Za-z0-9_-]+$/.test(match.text) ? match.text : `"${match.text.replace(/["\\']/g, '\\$&')}"`}`;
    case 'port': {
      const port = (flag: string, number: number | null): string => (number === null ? '' : ` --${flag} ${number}`);
      return ` -m ${match.protocol}${port('sport', match.source)}${port('dport', match.destination)}`;
    }
    case 'conntrack':
      return ` -m conntrack${match.not ? ' !' : ''} --ctstate ${STATES.filter((state) => match.states.includes(state)).join(',')}`;
    case 'mark':
      return ` -m mark${match.not ? ' !' : ''} --mark ${hex(match.mark)}${match.mask === ALL_ONES ? '' : `/${hex(match.mask)}`}`;
    case 'addrtype':
      return ` -m addrtype${negated('--src-type', match.source)}${negated('--dst-type', match.destination)}`;
    case 'statistic':
      return ` -m statistic --mode random --probability ${(match.probability / CERTAIN).toFixed(11)}`;
    case 'recent': {
      const { does, seconds, reap, name } = match;
      return ` -m recent --${does}${seconds === null ? '' : ` --seconds ${seconds}`}${reap ? ' --reap' : ''} --name ${name} --mask 255.255.255.255 --rsource`;
    }
    case 'nfacct':
      return ` -m nfacct --nfacct-name  ${match.name}`; // the second blank is iptables' own
  }
}

function targetText(target: Target): string {
  switch (target.does) {
    case 'verdict':
      return ` -j ${target.verdict}`;
    case 'reject':
      return ` -j REJECT --reject-with ${target.answer}`;
    case 'mark':
      return ` -j MARK --set-xmark ${hex(target.value)}/${hex(target.mask)}`;
    case 'dnat':
      return ` -j DNAT --to-destination ${target.to}`;
    case 'masquerade':
      return ` -j MASQUERADE${target.randomFully ? ' --random-fully' : ''}`;
    case 'jump':
      return ` -j ${target.chain}`;
  }
}
