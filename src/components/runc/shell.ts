// As much of a shell as example containers need: `sh -c` with sequences, `sleep`, `exit`, `echo`, `touch`,
// `rm`, `cat`, `test -f`, `trap ... TERM`, `exec`, endless loops. Unknown commands succeed at once, but not before
// somebody who looks on (programs.ts).
// Models what busybox does in ../shared/vectors/cri-recording.json. Left out: variables, pipes, redirection.
import { SECOND } from '../../base/brand';

export type Step =
  | { readonly does: 'run'; readonly words: readonly string[] }
  | { readonly does: 'forever' }
  | { readonly does: 'loop'; readonly body: readonly Step[] }
  | { readonly does: 'and' | 'or' };

/** Splits a command into words and `;`, `&&`, `||`; quotes group. */
export function tokens(script: string): string[] {
  const found: string[] = [];
  let word: string | null = null;
  const flush = (): void => {
    if (word !== null) found.push(word);
    word = null;
  };
  for (let i = 0; i < script.length; i++) {
    const c = script[i] as string;
    const two = script.slice(i, i + 2);
    if (c === '"' || c === "'") {
      const end = script.indexOf(c, i + 1);
      word = (word ?? '') + script.slice(i + 1, end < 0 ? undefined : end);
      i = end < 0 ? script.length : end;
    } else if (two === '&&' || two === '||') {
      flush();
      found.push(two);
      i++;
    } else if (c === ';' || c === '\n') {
      flush();
      found.push(';');
    } else if (c === ' ' || c === '\t') flush();
    else word = (word ?? '') + c;
  }
  flush();
  return found;
}

/** A script as steps. */
export function parse(script: string): readonly Step[] {
  return parseUntil(tokens(script), { at: 0 }, null);
}

function parseUntil(words: readonly string[], cursor: { at: number }, end: string | null): readonly Step[] {
  const steps: Step[] = [];
  let command: string[] = [];
  const flush = (): void => {
    if (command.length > 0) steps.push({ does: 'run', words: command });
    command = [];
  };
  while (cursor.at < words.length) {
    const word = words[cursor.at++] as string;
    if (command.length === 0 && word === end) break;
    if (command.length === 0 && (word === 'while' || word === 'until')) {
      while (cursor.at < words.length && words[cursor.at] !== 'do') cursor.at++;
      cursor.at++;
      const body = parseUntil(words, cursor, 'done');
      steps.push(changesNothing(body) ? { does: 'forever' } : { does: 'loop', body });
    } else if (word === ';') flush();
    else if (word === '&&' || word === '||') {
      flush();
      steps.push({ does: word === '&&' ? 'and' : 'or' });
    } else if (!/^\d?>/.test(word)) command.push(word);
    else if (/^\d?>{1,2}$/.test(word)) cursor.at++; // the file after it
  }
  flush();
  return steps;
}

/** A loop whose rounds nobody can tell apart is one wait without end. */
const changesNothing = (body: readonly Step[]): boolean =>
  body.every(
    (step) =>
      step.does === 'forever' || (step.does === 'run' && !['exit', 'break', 'touch', 'rm', 'kill', 'exec'].includes(step.words[0] ?? '')),
  );

/** Microseconds of `sleep`'s argument; null for one without end. */
export function sleepUs(argument: string | undefined): number | null {
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(argument ?? '');
  if (match === null) return argument === 'infinity' || argument === 'inf' ? null : 0;
  const unit = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 }[match[2] as '' | 's' | 'm' | 'h' | 'd'];
  return Math.round(Number(match[1]) * unit * SECOND);
}

/** The words that a container starts with, without a shell's `-c` around a script: either a script or
 *  one command. */
export function programOf(args: readonly string[]): readonly Step[] {
  const [name = ''] = args;
  if (isShell(name)) return parse(scriptOf(args) ?? '');
  return args.length === 0 ? [] : [{ does: 'run', words: [name.replace(/^.*\//, ''), ...args.slice(1)] }];
}

const isShell = (name: string | undefined): boolean => /(^|\/)(sh|ash|bash)$/.test(name ?? '');
/** The script of `sh -c`; null: it is another command. */
const scriptOf = ([name, flag, script]: readonly string[]): string | null => (isShell(name) && flag === '-c' ? (script ?? '') : null);

/** What a shell does that this one does not; null: nothing. */
export function beyondShell(args: readonly string[]): string | null {
  const plain = (scriptOf(args) ?? '').replace(/'[^']*'/g, '').replace(/&&|\|\|/g, '');
  return /\$\(|`|[|<>&]/.exec(plain)?.[0] ?? null;
}

/** The words of a command with `$NAME` and `${NAME}` replaced; only a shell does so. */
export function expander(args: readonly string[], value: (name: string) => string): (word: string) => string {
  if (scriptOf(args) === null) return (word) => word;
  return (word) => word.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, bare?: string) => value(braced ?? bare ?? ''));
}

/** Files that are there without anybody having made them. */
export const isSystemFile = (path: string): boolean => /^\/(etc|proc|sys|usr|bin|dev|lib|var\/run\/secrets)\//.test(path);
