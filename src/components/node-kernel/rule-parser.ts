// The words of a command line, read as a rule. Models iptables 1.8.9: iptables/xshared.c do_parse. A match that
// rule.ts does not have is refused as one that is not installed.
import { err, ok, type Result } from '../../base/result';
import { parseCidr } from '../../machinery/ip';
import { ALL_ONES, CERTAIN, type Match, type Rule, type Target } from './rule';

/** The words of a line of iptables-restore: blanks part them, except within double quotes. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (let at = 0; at < line.length; ) {
    if (line[at] === ' ') at++;
    else if (line[at] === '"') {
      const end = endOfQuote(line, at + 1);
      words.push(line.slice(at + 1, end).replace(/\\(.)/g, '$1'));
      at = end + 1;
    } else {
      const blank = line.indexOf(' ', at);
      const end = blank < 0 ? line.length : blank;
      words.push(line.slice(at, end));
      at = end;
    }
  }
  return words;
}

function endOfQuote(line: string, from: number): number {
  let at = from;
  while (at < line.length && line[at] !== '"') at += line[at] === '\\' ? 2 : 1;
  return at;
}

/** Takes words one after another. */
class Words {
  private at = 0;
  constructor(private readonly words: readonly string[]) {}
  get done(): boolean {
    return this.at >= this.words.length;
  }
  take(): string {
    return this.words[this.at++] ?? '';
  }
  /** The next word if it is `word`. */
  takeIf(word: string): boolean {
    if (this.words[this.at] !== word) return false;
    this.at++;
    return true;
  }
}

type Writable<T> = { -readonly [key in keyof T]: T[key] };
type Of<M extends Match['module']> = Writable<Extract<Match, { module: M }>>;
type Draft = Writable<Omit<Rule, 'matches'>> & { matches: Match[] };

/** The words after `-A CHAIN`. */
export function parseRule(words: readonly string[]): Result<Rule> {
  const rule: Draft = { source: null, destination: null, input: null, output: null, protocol: null, matches: [], target: null };
  const left = new Words(words);
  while (!left.done) {
    const not = left.takeIf('!');
    const problem = takeOption(rule, left.take(), not, left);
    if (problem !== null) return err(problem);
  }
  return ok(rule);
}

/** What is wrong with the option, if something is. */
function takeOption(rule: Draft, option: string, not: boolean, left: Words): string | null {
  switch (option) {
    case '-s':
    case '-d': {
      const text = left.take();
      const cidr = parseCidr(text.includes('/') ? text : `${text}/32`);
      if (cidr === null) return `host/network \`${text}' not found`;
      rule[option === '-s' ? 'source' : 'destination'] = { not, value: cidr };
      return null;
    }
    case '-i':
    case '-o':
      rule[option === '-i' ? 'input' : 'output'] = { not, value: left.take() };
      return null;
    case '-p':
      rule.protocol = { not, value: left.take().toLowerCase() };
      return null;
    case '-m':
      return addMatch(rule, left.take());
    case '-j':
    case '-g':
      rule.target = takeTarget(left.take(), left);
      return null;
    default:
      return takeMatchOption(rule, option, not, left);
  }
}

const PROTOCOLS = ['tcp', 'udp', 'sctp'];

function addMatch(rule: Draft, module: string): string | null {
  const fresh = freshMatch(module);
  if (fresh === null) return `Couldn't load match \`${module}':No such file or directory`;
  rule.matches.push(fresh);
  return null;
}

function freshMatch(module: string): Match | null {
  if (PROTOCOLS.includes(module)) return { module: 'port', protocol: module, source: null, destination: null };
  switch (module) {
    case 'comment':
      return { module, text: '' };
    case 'conntrack':
      return { module, not: false, states: [] };
    case 'mark':
      return { module, not: false, mark: 0, mask: ALL_ONES };
    case 'addrtype':
      return { module, source: null, destination: null };
    case 'statistic':
      return { module, probability: CERTAIN };
    case 'recent':
      return { module, does: 'set', seconds: null, reap: false, name: 'DEFAULT' };
    case 'nfacct':
      return { module, name: '' };
    default:
      return null;
  }
}

const MODULE_OF: { readonly [option: string]: Match['module'] } = {
  '--comment': 'comment',
  '--sport': 'port',
  '--dport': 'port',
  '--ctstate': 'conntrack',
  '--mark': 'mark',
  '--src-type': 'addrtype',
  '--dst-type': 'addrtype',
  '--mode': 'statistic',
  '--probability': 'statistic',
  '--set': 'recent',
  '--rcheck': 'recent',
  '--seconds': 'recent',
  '--reap': 'recent',
  '--name': 'recent',
  '--mask': 'recent',
  '--rsource': 'recent',
  '--nfacct-name': 'nfacct',
};

function takeMatchOption(rule: Draft, option: string, not: boolean, left: Words): string | null {
  const module = MODULE_OF[option];
  const match = [...rule.matches].reverse().find((one) => one.module === module);
  if (match === undefined) return `unknown option "${option}"`;
  switch (match.module) {
    case 'comment':
      (match as Of<'comment'>).text = left.take();
      return null;
    case 'port':
      (match as Of<'port'>)[option === '--sport' ? 'source' : 'destination'] = Number(left.take());
      return null;
    case 'conntrack':
      Object.assign(match, { not, states: left.take().split(',') });
      return null;
    case 'mark':
      Object.assign(match, { not, ...valueAndMask(left.take(), 'mark') });
      return null;
    case 'addrtype':
      (match as Of<'addrtype'>)[option === '--src-type' ? 'source' : 'destination'] = { not, value: left.take() };
      return null;
    case 'statistic':
      if (option === '--probability') (match as Of<'statistic'>).probability = Math.round(Number(left.take()) * CERTAIN);
      else if (left.take() !== 'random') return 'only the mode random is known here';
      return null;
    case 'recent':
      takeRecentOption(match as Of<'recent'>, option, left);
      return null;
    case 'nfacct':
      (match as Of<'nfacct'>).name = left.take();
      return null;
  }
}

function takeRecentOption(match: Of<'recent'>, option: string, left: Words): void {
  if (option === '--set') match.does = 'set';
  else if (option === '--rcheck') match.does = 'rcheck';
  else if (option === '--reap') match.reap = true;
  else if (option === '--seconds') match.seconds = Number(left.take());
  else if (option === '--name') match.name = left.take();
  else if (option === '--mask') left.take();
}

/** `0x4000/0x4000`. */
function valueAndMask<K extends string>(text: string, name: K): { readonly [key in K | 'mask']: number } {
  const [value = '', mask] = text.split('/');
  return { [name]: Number(value), mask: mask === undefined ? ALL_ONES : Number(mask) } as { [key in K | 'mask']: number };
}

function takeTarget(name: string, left: Words): Target {
  switch (name) {
    case 'ACCEPT':
    case 'DROP':
    case 'RETURN':
      return { does: 'verdict', verdict: name };
    case 'REJECT':
      return { does: 'reject', answer: left.takeIf('--reject-with') ? left.take() : 'icmp-port-unreachable' };
    case 'MARK':
      return markTarget(left.take(), left.take());
    case 'DNAT':
      left.takeIf('--to-destination');
      return { does: 'dnat', to: left.take() };
    case 'MASQUERADE':
      return { does: 'masquerade', randomFully: left.takeIf('--random-fully') };
    default:
      return { does: 'jump', chain: name };
  }
}

/** All forms of MARK are one: clear the bits of `mask`, then flip those of `value`. */
function markTarget(option: string, text: string): Target {
  const { value, mask } = valueAndMask(text, 'value');
  switch (option) {
    case '--or-mark':
      return { does: 'mark', value, mask: value };
    case '--xor-mark':
      return { does: 'mark', value, mask: 0 };
    case '--and-mark':
      return { does: 'mark', value: 0, mask: ~value >>> 0 };
    default:
      return { does: 'mark', value, mask };
  }
}
