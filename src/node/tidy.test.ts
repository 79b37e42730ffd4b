// The house style as a test: what the compiler and the linter do not see. Each ban names what to use instead.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CORE = /^src\/(base|wire|sim|machinery|client|components|cluster|scenarios|trace|narration|share)\//;

/** What would make two runs differ, or two engines. */
const NOT_IN_CORE: readonly (readonly [RegExp, string])[] = [
  [/\bnew Date\b|\bDate\./, 'ctx.now() and machinery/time'],
  [/\bMath\.random\b/, 'ctx.random(purpose)'],
  [/\bset(Timeout|Interval|Immediate)\(|\bqueueMicrotask\(/, 'ctx.after, ctx.every'],
  [/\bnew Promise\b|\bPromise\.|\basync |\bawait /, 'a task (yield*)'],
  [/\bIntl\.|\.toLocale|\.localeCompare\(/, 'base/order compareBytes'],
  [/\bMath\.(pow|exp|expm1|log|log2|log10|sin|cos|tan|cbrt|hypot)\(/, 'integers, or a table'],
  [/\bconsole\./, 'ctx.inside, or the terminal'],
  [/\bperformance\.|\bcrypto\./, 'ctx.now, base/hash'],
];
const NOWHERE: readonly (readonly [RegExp, string])[] = [
  [/\/work\/|\/root\/|\/home\/[a-z]/, 'a relative path: a path of one machine is nobody else’s'],
  [/\binnerHTML\b|\bdangerouslySetInnerHTML\b|\bdocument\.write\b|\beval\(|new Function\(/, 'elements made from data'],
  [/@ts-(ignore|nocheck|expect-error)/, 'the right type'],
  [/\b(describe|it|test)\.(skip|only|todo)\b/, 'a test that runs'],
];
const LONGEST_FUNCTION = 70;
/** Closures with their own small functions inside: the page's engines. */
const ENGINE = /^create[A-Z]/;
const LONGEST_FILE = 420;
/** Longer files that are tables; the list may only get shorter. */
const LONG_FILES = new Set<string>(['src/machinery/types.ts']);

const filesUnder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = join(folder, name);
    return statSync(join(ROOT, path)).isDirectory() ? filesUnder(path) : /\.(ts|tsx|mjs)$/.test(name) ? [path] : [];
  });
const FILES = ['src', 'e2e'].flatMap(filesUnder).map((path) => ({
  path: relative('.', path),
  lines: readFileSync(join(ROOT, path), 'utf8').split('\n'),
}));
const PROGRAM = FILES.filter(({ path }) => !/\.test\.tsx?$/.test(path) && !path.startsWith('e2e/'));
const THIS = 'src/node/tidy.test.ts';

function found(files: typeof FILES, bans: readonly (readonly [RegExp, string])[]): string[] {
  return files.flatMap(({ path, lines }) =>
    path === THIS
      ? []
      : lines.flatMap((line, i) => {
          if (/^\s*(\/\/|\*|\/\*)/.test(line)) return [];
          const ban = bans.find(([pattern]) => pattern.test(line));
          return ban === undefined ? [] : [`${path}:${i + 1}: use ${ban[1]}: ${line.trim().slice(0, 80)}`];
        }),
  );
}

/** Functions and methods by their indentation, which the formatter guarantees. */
function* functionsOf(lines: readonly string[]): Generator<{ readonly name: string; readonly at: number; readonly length: number }> {
  for (let at = 0; at < lines.length; at++) {
    const start =
      /^( {0,4})(?:export |default |private |protected |override |static |readonly )*(?:function\*? ?|\*|get |set )?(\w+)(?:<.*>)?\(.*(?:\{|\()$/.exec(
        lines[at] ?? '',
      );
    if (start === null || /^ *(if|for|while|switch|return|describe|it|test|expect)\b/.test(lines[at] ?? '')) continue;
    const end = lines.findIndex((line, i) => i > at && line.startsWith(`${start[1]}}`));
    if (end > 0) yield { name: start[2] ?? '', at, length: end - at + 1 };
  }
}

describe('tidy', () => {
  it('reads the sources', () => expect(FILES.length).toBeGreaterThan(200));

  it('the core uses nothing that differs between runs or engines', () => {
    expect(
      found(
        PROGRAM.filter(({ path }) => CORE.test(path)),
        NOT_IN_CORE,
      ),
    ).toEqual([]);
  });

  it('nothing uses what is banned everywhere', () => expect(found(FILES, NOWHERE)).toEqual([]));

  it('a task is waited for: no generator is called and dropped', () => {
    const dropped = PROGRAM.filter(({ path }) => CORE.test(path)).flatMap(({ path, lines }) => {
      const own = lines.flatMap((line) => /^\s*(?:export |private )*(?:function\*|\*)\s?(\w+)\(/.exec(line)?.[1] ?? []);
      const names = new Set([...own, 'sleep']);
      return lines.flatMap((line, i) => {
        const called = /^\s+(?:this\.|ctx\.|this\.ctx\.)?(\w+)\(.*\);$/.exec(line);
        if (called === null || !names.has(called[1] ?? '') || (lines[i - 1] ?? '').trimEnd().endsWith('(')) return [];
        return [`${path}:${i + 1}: yield* ${line.trim()}`];
      });
    });
    expect(dropped).toEqual([]);
  });

  it('files begin by saying what they are', () => {
    const silent = PROGRAM.filter(({ lines }) => !/^(\/\/|\/\*)/.test(lines[0] ?? '')).map(({ path }) => path);
    expect(silent).toEqual([]);
  });

  it(`functions have at most ${LONGEST_FUNCTION} lines`, () => {
    const long = PROGRAM.flatMap(({ path, lines }) =>
      [...functionsOf(lines)]
        .filter(({ name, length }) => length > LONGEST_FUNCTION && !ENGINE.test(name))
        .map(({ name, at, length }) => `${path}:${at + 1} ${name} ${length}`),
    );
    expect(long).toEqual([]);
  });

  it(`files have at most ${LONGEST_FILE} lines`, () => {
    const long = PROGRAM.filter(({ path, lines }) => lines.length > LONGEST_FILE && !LONG_FILES.has(path)).map(
      ({ path, lines }) => `${path} ${lines.length}`,
    );
    expect(long).toEqual([]);
  });
});
