// What a container's process does from its start to its exit code, and how it takes signals.
import { MS, SECOND } from '../../base/brand';
import type { Ctx } from '../../sim/process';
import { suspend, type Task } from '../../sim/task';
import type { ImageBehaviour } from '../../wire/run';
import { PROGRAMS, type Room } from './programs';
import { beyondShell, expander, isSystemFile, parse, programOf, type Step, sleepUs } from './shell';

/** Longer waits of a container do not keep a run awake. */
const PATIENCE_US = 60 * SECOND;
const START_US = MS;
/** A server closes its connections: the gap from SIGTERM to exit in cri-lowlevel.json. */
const SHUTDOWN_US = 8 * MS;
const MAX_ROUNDS = 100_000;

export const KILLED = 137;

/** A running process in a container. */
export interface ContainerProcess {
  signal(number: number): void;
  /** Runs a further command in it, as `runc exec`; in `room` if somebody looks on. */
  exec(args: readonly string[], room: Room | null): Task<ExecResult>;
}
export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}
type OnExit = (code: number) => void;
export type Print = (stream: 'stdout' | 'stderr', text: string) => void;

/** Starts what an image does without a program of its own in the simulation. */
export function startBehaviour(
  ctx: Ctx,
  behaviour: ImageBehaviour | null,
  args: readonly string[],
  onExit: OnExit,
  print: Print,
): ContainerProcess {
  const ended = once(onExit);
  switch (behaviour?.does) {
    case 'shell':
      return new ShellProcess(ctx, args, ended, print);
    case 'crash':
      ctx.after(behaviour.afterUs, () => ended(behaviour.exitCode));
      return server(ctx, ended);
    default:
      return server(ctx, ended);
  }
}

/** At most one exit counts. */
const once = (onExit: OnExit): OnExit => {
  let done = false;
  return (code) => {
    if (!done) onExit(code);
    done = true;
  };
};

const server = (ctx: Ctx, onExit: OnExit): ContainerProcess => ({
  signal: (number) => {
    if (number === 9) onExit(KILLED);
    else ctx.after(SHUTDOWN_US, () => onExit(0));
  },
  exec: (args, room) => new ShellProcess(ctx, [], null, () => undefined).exec(args, room),
});

/** One command line while it runs: where it prints, whether it said `exit`, and what it sees if somebody looks on. */
interface Run {
  readonly print: Print;
  readonly room: Room | null;
  /** A word as the program gets it. */
  readonly expand: (word: string) => string;
  exited: boolean;
}
const unseen = (print: Print): Run => ({ print, room: null, expand: (word) => word, exited: false });

const OWN = new Set(['sh', 'ash', 'exec', 'sleep', 'exit', 'true', 'false', 'echo', 'trap', 'touch', 'rm', 'test', '[', 'tail', ':']);
const isOwn = (name: string): boolean => OWN.has(name);
/** Whether an image holds a program of that name, as far as those who look on are told. */
export const holds = (name: string): boolean => isOwn(name) || Object.hasOwn(PROGRAMS, name);

/** A shell, or one of its commands, as process 1: it ignores SIGTERM unless it set a trap. */
class ShellProcess implements ContainerProcess {
  private readonly files = new Set<string>();
  private trap: readonly Step[] | null = null;
  private wake: (() => void) | null = null;
  private trapped = false;

  constructor(
    private readonly ctx: Ctx,
    args: readonly string[],
    private readonly onExit: OnExit | null,
    private readonly print: Print,
  ) {
    if (onExit !== null) ctx.spawn(this.main(programOf(args), onExit));
  }

  signal(number: number): void {
    if (number === 9) return this.onExit?.(KILLED);
    if (this.trap === null) return;
    this.trapped = true;
    this.wake?.();
  }

  *exec(args: readonly string[], room: Room | null): Task<ExecResult> {
    const printed = { stdout: '', stderr: '' };
    const print: Print = (stream, text) => void (printed[stream] += text);
    const beyond = room === null ? null : beyondShell(args);
    if (beyond !== null) return { exitCode: 2, stdout: '', stderr: `sh: '${beyond}' is beyond the shell of this simulation\n` };
    const value = (name: string): string => room?.env.find((variable) => variable.name === name)?.value ?? '';
    const run = room === null ? unseen(print) : { print, room, expand: expander(args, value), exited: false };
    const exitCode = yield* this.steps(programOf(args), run);
    return { exitCode, ...printed };
  }

  private *main(steps: readonly Step[], onExit: OnExit): Task<void> {
    yield* this.ctx.sleep(START_US);
    const { print } = this;
    let code = yield* this.steps(steps, unseen(print));
    if (this.trapped && this.trap !== null) code = yield* this.steps(this.trap, unseen(print));
    onExit(code);
  }

  /** The code of `exit`, else that of the last command; a trap ends what runs. */
  private *steps(steps: readonly Step[], run: Run): Task<number> {
    let code = 0;
    for (const [i, step] of steps.entries()) {
      const before = steps[i - 1];
      if (run.exited || (this.trapped && steps !== this.trap)) return code;
      if ((before?.does === 'and' && code !== 0) || (before?.does === 'or' && code === 0)) continue;
      if (step.does === 'forever') yield* this.wait(null);
      else if (step.does === 'loop') code = yield* this.rounds(step.body, run);
      else if (step.does === 'run') code = yield* this.command(step.words, run);
    }
    return code;
  }

  private *rounds(body: readonly Step[], run: Run): Task<number> {
    let code = 0;
    for (let round = 0; round < MAX_ROUNDS && !run.exited && !this.trapped; round++) {
      code = yield* this.steps(body, run);
      yield* this.ctx.sleep(MS, { idle: true });
    }
    return code;
  }

  private *command(words: readonly string[], run: Run): Task<number> {
    const [name = '', ...args] = words.map(run.expand);
    if (run.room !== null && Object.hasOwn(PROGRAMS, name) && !args.some((arg) => this.files.has(arg))) {
      const printed = PROGRAMS[name]?.(run.room, args);
      run.print('stdout', printed?.stdout ?? '');
      run.print('stderr', printed?.stderr ?? '');
      return printed?.exitCode ?? 0;
    }
    const file = args.find((arg) => arg.startsWith('/')) ?? args.at(-1) ?? '';
    switch (name) {
      case 'exec':
        return yield* this.command(args, run);
      case 'sleep':
        yield* this.wait(sleepUs(args[0]));
        return 0;
      case 'exit':
        run.exited = true;
        return Number(args[0] ?? 0) & 255;
      case 'false':
        return 1;
      case 'echo':
        run.print('stdout', `${args.join(' ')}\n`);
        return 0;
      case 'trap':
        this.trap = parse(args[0] ?? '');
        return 0;
      case 'touch':
        this.files.add(file);
        return 0;
      case 'rm':
        this.files.delete(file);
        return 0;
      case 'test':
      case '[':
        return this.has(file) ? 0 : 1;
      case 'cat':
      case 'ls':
        if (this.has(file)) return 0;
        run.print(
          'stderr',
          name === 'cat' ? `cat: can't open '${file}': No such file or directory\n` : `ls: ${file}: No such file or directory\n`,
        );
        return 1;
      case 'tail':
      case 'httpd':
        if (args.includes('-f')) yield* this.wait(null);
        return 0;
      default:
        if (run.room === null || isOwn(name)) return 0;
        run.print('stderr', `sh: ${name}: not found\n`);
        return 127;
    }
  }

  private has(path: string): boolean {
    return this.files.has(path) || isSystemFile(path);
  }

  /** Null: until a trap. A foreground command is finished before a trap runs. */
  private *wait(us: number | null): Task<void> {
    if (us !== null) return yield* this.ctx.sleep(us, { idle: us > PATIENCE_US });
    yield* suspend<void>((resume) => void (this.wake = () => resume()));
  }
}
