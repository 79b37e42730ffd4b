// Command-line flags with the grammar and the complaints of spf13/pflag.
import type { Result } from '../../base/result';
import { err, ok } from '../../base/result';

type FlagType = 'bool' | 'string' | 'int' | 'list' | 'array' | 'duration';
interface FlagSpec {
  readonly name: string;
  readonly short: string;
  readonly type: FlagType;
  /** What the bare flag means (`--dry-run`); null if it needs a value. */
  readonly bare: string | null;
}
export type FlagTable = ReadonlyMap<string, FlagSpec>;

/** `o/output watch:bool dry-run:string=unchanged`: short/name:type=bare, string by default. */
export function flagTable(...texts: readonly string[]): FlagTable {
  const table = new Map<string, FlagSpec>();
  for (const word of texts.join(' ').split(/\s+/)) {
    if (word === '') continue;
    const [head = '', bare = null] = word.split('=');
    const [names = '', type = 'string'] = head.split(':');
    const [name, short = ''] = names.split('/').reverse() as [string, string?];
    const spec: FlagSpec = { name, short, type: type as FlagType, bare: type === 'bool' ? 'true' : bare };
    table.set(`--${name}`, spec);
    if (short !== '') table.set(`-${short}`, spec);
  }
  return table;
}

/** The flags that were given. */
export class Flags {
  constructor(private readonly values: ReadonlyMap<string, readonly string[]>) {}

  has(name: string): boolean {
    return this.values.has(name);
  }
  text(name: string, otherwise = ''): string {
    return this.values.get(name)?.at(-1) ?? otherwise;
  }
  bool(name: string, otherwise = false): boolean {
    const value = this.values.get(name)?.at(-1);
    return value === undefined ? otherwise : isTrue(value);
  }
  int(name: string, otherwise: number): number {
    return this.has(name) ? Number(this.text(name)) : otherwise;
  }
  /** The same with one flag as if given. */
  with(name: string, value: string): Flags {
    return new Flags(new Map([...this.values, [name, [value]]]));
  }
  /** The same without some flags. */
  without(...names: readonly string[]): Flags {
    return new Flags(new Map([...this.values].filter(([name]) => !names.includes(name))));
  }
  /** Every value given; those of a `list` flag are split at commas. */
  list(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }
}

export interface ParsedArgs {
  readonly flags: Flags;
  /** Words that are no flags, before and after `--`. */
  readonly args: readonly string[];
  readonly afterDash: readonly string[] | null;
}

/** Parses words; flags may stand anywhere before `--`. The error is pflag's text. */
export function parseFlags(table: FlagTable, words: readonly string[]): Result<ParsedArgs> {
  const values = new Map<string, string[]>();
  const args: string[] = [];
  const queue = [...words];
  let afterDash: readonly string[] | null = null;
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === '--') {
      afterDash = queue.splice(0);
    } else if (word.startsWith('--')) {
      const problem = longFlag(table, word, queue, values);
      if (problem !== null) return err(problem);
    } else if (word.startsWith('-') && word.length > 1) {
      const problem = shortFlags(table, word, queue, values);
      if (problem !== null) return err(problem);
    } else args.push(word);
  }
  return ok({ flags: new Flags(values), args, afterDash });
}

function longFlag(table: FlagTable, word: string, queue: string[], values: Map<string, string[]>): string | null {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const spec = name === '--help' ? HELP : table.get(name);
  if (name === '--' || name.length < 3) return `bad flag syntax: ${word}`;
  if (spec === undefined) return `unknown flag: ${name}`;
  const value = equals >= 0 ? word.slice(equals + 1) : (spec.bare ?? queue.shift());
  return value === undefined ? `flag needs an argument: ${name}` : setFlag(spec, value, values);
}

function shortFlags(table: FlagTable, word: string, queue: string[], values: Map<string, string[]>): string | null {
  for (let rest = word.slice(1); rest !== ''; ) {
    const spec = rest[0] === 'h' ? (table.get('-h') ?? HELP) : table.get(`-${rest[0]}`);
    if (spec === undefined) return `unknown shorthand flag: '${rest[0]}' in -${rest}`;
    const tail = rest.slice(1);
    if (tail.startsWith('=')) return setFlag(spec, tail.slice(1), values);
    if (spec.bare !== null) {
      const problem = setFlag(spec, spec.bare, values);
      if (problem !== null) return problem;
      rest = tail;
      continue;
    }
    const value = tail !== '' ? tail : queue.shift();
    return value === undefined ? `flag needs an argument: '${rest[0]}' in -${rest}` : setFlag(spec, value, values);
  }
  return null;
}

const HELP: FlagSpec = { name: 'help', short: 'h', type: 'bool', bare: 'true' };
const isTrue = (value: string): boolean => /^(1|t|T|TRUE|true|True)$/.test(value);
const isBool = (value: string): boolean => isTrue(value) || /^(0|f|F|FALSE|false|False)$/.test(value);

function setFlag(spec: FlagSpec, value: string, values: Map<string, string[]>): string | null {
  const names = spec.short === '' ? `--${spec.name}` : `-${spec.short}, --${spec.name}`;
  const problem = complaint(spec.type, value);
  if (problem !== null) return `invalid argument "${value}" for "${names}" flag: ${problem}`;
  const had = values.get(spec.name) ?? [];
  if (spec.type === 'list') values.set(spec.name, [...had, ...(value === '' ? [] : value.split(','))]);
  else values.set(spec.name, [...had, value]);
  return null;
}

function complaint(type: FlagType, value: string): string | null {
  if (type === 'bool' && !isBool(value)) return `strconv.ParseBool: parsing "${value}": invalid syntax`;
  if (type === 'int' && !/^[+-]?\d{1,15}$/.test(value)) return `strconv.ParseInt: parsing "${value}": invalid syntax`;
  if (type === 'duration' && !/^[+-]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$|^0$/.test(value)) {
    return /^[+-]?\d+(\.\d*)?$/.test(value) ? `time: missing unit in duration "${value}"` : `time: invalid duration "${value}"`;
  }
  return null;
}
