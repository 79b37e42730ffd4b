// What a container's process does from its start to its exit code, and how it takes signals.
import { MS, SECOND } from '../../base/brand';
import type { Ctx } from '../../sim/process';
import { suspend, type Task } from '../../sim/task';
import type { ImageBehaviour } from '../../wire/run';
import { isSystemFile, parse, programOf, type Step, sleepUs } from './shell';

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
  /** Runs a further command in it, as `runc exec`. */
  exec(args: readonly string[]): Task<ExecResult>;
}
export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}
type OnExit = (code: number) => void;

/** Starts what an image does without a program of its own in the simulation. */
export function startBehaviour(ctx: Ctx, behaviour: ImageBehaviour | null, args: readonly string[], onExit: OnExit): ContainerProcess {
  const ended = once(onExit);
  switch (behaviour?.does) {
    case 'shell':
      return new ShellProcess(ctx, args, ended);
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
  exec: (args) => new ShellProcess(ctx, [], null).exec(args),
});

/** What one command line has printed, and whether it said `exit`. */
interface Run {
  stdout: string;
  stderr: string;
  exited: boolean;
}
const newRun = (): Run => ({ stdout: '', stderr: '', exited: false });

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
  ) {
    if (onExit !== null) ctx.spawn(this.main(programOf(args), onExit));
  }

  signal(number: number): void {
    if (number === 9) return this.onExit?.(KILLED);
    if (this.trap === null) return;
    this.trapped = true;
    this.wake?.();
  }

  *exec(args: readonly string[]): Task<ExecResult> {
    const run = newRun();
    const exitCode = yield* this.steps(programOf(args), run);
    return { exitCode, stdout: run.stdout, stderr: run.stderr };
  }

  private *main(steps: readonly Step[], onExit: OnExit): Task<void> {
    yield* this.ctx.sleep(START_US);
    let code = yield* this.steps(steps, newRun());
    if (this.trapped && this.trap !== null) code = yield* this.steps(this.trap, newRun());
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
    const [name = '', ...args] = words;
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
        run.stdout += `${args.join(' ')}\n`;
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
        run.stderr +=
          name === 'cat' ? `cat: can't open '${file}': No such file or directory\n` : `ls: ${file}: No such file or directory\n`;
        return 1;
      case 'tail':
      case 'httpd':
        if (args.includes('-f')) yield* this.wait(null);
        return 0;
      default:
        return 0;
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
