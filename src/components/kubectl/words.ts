// Splits a typed line into words, as a POSIX shell does with quotes and backslashes.
// Left out: variables, globs, pipes, redirections, several commands in a line and everything else that makes a shell.
import { err, ok, type Result } from '../../base/result';

const LONGEST_LINE = 65_536;
const OPERATOR = /[<>|&;]/;

/** The words of a line; the error is a shell's complaint. */
export function splitWords(line: string): Result<readonly string[]> {
  if (line.length > LONGEST_LINE) return err('sh: line too long');
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const char = line[i] as string;
    if (quote === "'") {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '\\') {
      const next = line[++i];
      if (next === undefined) break;
      // Between double quotes a backslash only escapes what is special there.
      if (quote === '"' && !'"\\$`\n'.includes(next)) word = `${word}\\`;
      if (next !== '\n') word = (word ?? '') + next;
    } else if (quote === '"') {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (char === '#' && word === null) break;
    else if (OPERATOR.test(char) && (word === null || char === ';' || /^\d$/.test(word))) return err(noShell(line.slice(i)));
    else word = (word ?? '') + char;
  }
  if (quote !== '') return err(`sh: syntax error: unterminated quoted string`);
  if (word !== null) words.push(word);
  return ok(words);
}

const noShell = (rest: string): string => `sh: one command at a time, please: this terminal knows no "${/^[<>|&;]+/.exec(rest)?.[0]}"`;
