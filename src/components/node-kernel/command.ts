// One iptables command line, on a draft of one table. Models iptables 1.8.9: iptables/xshared.c do_parse.
// Left out: -L, -R, -E, -P, -Z, waiting for a lock.
import { err } from '../../base/result';
import { ruleLine } from './rule';
import { parseRule } from './rule-parser';
import type { Done, Draft } from './tables';

export interface Command {
  readonly table: string;
  /** `-A`; '' if there is none. */
  readonly operation: string;
  readonly chain: string;
  readonly rest: readonly string[];
}
const OPERATIONS = ['-N', '-A', '-I', '-C', '-D', '-F', '-X', '-S'];

export function parseCommand(args: readonly string[]): Command {
  let table = 'filter';
  let operation = '';
  let chain = '';
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    if (word === '-w') i++;
    else if (word === '-t') table = args[++i] ?? '';
    else if (operation === '' && OPERATIONS.includes(word)) {
      operation = word;
      chain = args[++i] ?? '';
    } else rest.push(word);
  }
  return { table, operation, chain, rest };
}

export function perform(draft: Draft, { operation, chain, rest }: Command): Done {
  switch (operation) {
    case '-N':
      return draft.create(chain);
    case '-F':
      return draft.flush(chain);
    case '-X':
      return draft.deleteChain(chain);
  }
  const rule = parseRule(rest);
  if (!rule.ok) return err({ code: 2, text: rule.error });
  const line = ruleLine(chain, rule.value);
  switch (operation) {
    case '-A':
      return draft.add(chain, line, 'end');
    case '-I':
      return draft.add(chain, line, 'front');
    case '-C':
      return draft.check(chain, line);
    case '-D':
      return draft.deleteRule(chain, line);
    default:
      return err({ code: 2, text: 'no command specified' });
  }
}
