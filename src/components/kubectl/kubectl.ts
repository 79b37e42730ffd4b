// kubectl: turns a typed line into requests to kube-apiserver and prints what comes back. It runs once as a
// process, and each line is one run of the real program: its own flags, session header and exit code; what
// the real one keeps in ~/.kube/cache stays (see session.ts). Models kubectl 1.36's cmd/ and cli-runtime.
import { mix } from '../../base/hash';
import type { Ctx, Interior, Program } from '../../sim/process';
import type { Task } from '../../sim/task';
import type { Certificate } from '../../wire/payload';
import { COMMANDS, type Found, findCommand, helpText, suggestionsFor } from './commands';
import { CommandError } from './errors';
import { Flags, flagTable, type ParsedArgs, parseFlags } from './flags';
import { Http, type Identity, INTERRUPTED, serverUrl } from './http';
import { klog, RequestLog } from './log';
import type { Cache, Session } from './session';
import { splitWords } from './words';

/** Printed text as it comes; `exit` is null until the command has ended. */
export type Output = (stdout: string, stderr: string, exit: number | null) => void;

export interface KubectlOptions {
  readonly output: Output;
  /** Who the kubeconfig says we are. */
  readonly certificate?: Certificate | null;
  readonly token?: string | null;
  /** Host and port as in the kubeconfig. */
  readonly server?: string;
  /** An empty ~/.kube/cache: discovery and OpenAPI documents are asked for when first needed. */
  readonly coldCache?: boolean;
  /** OpenAPI documents that are in the cache, by path: their ETag. Without it, all are there and fresh. */
  readonly documents?: ReadonlyMap<string, string>;
}

const USER_AGENT = 'kubectl/v1.36.3 (linux/amd64) kubernetes/0f29094';
const GLOBAL_FLAGS = `n/namespace s/server as as-group:array as-uid v/v:int request-timeout:string context cluster user kubeconfig token
  cache-dir certificate-authority client-certificate client-key insecure-skip-tls-verify:bool tls-server-name match-server-version:bool
  warnings-as-errors:bool disable-compression:bool profile profile-output log-flush-frequency:duration vmodule kuberc`;

const KNOWN: ReadonlySet<string> = new Set(['kubectl', 'help']);

export class Kubectl implements Program {
  private ctx: Ctx | null = null;
  private readonly cache: Cache;
  private readonly running = new Set<Http>();
  private runs = 0;

  constructor(private readonly options: KubectlOptions) {
    this.cache = {
      discovery: !(options.coldCache ?? false),
      documents: new Map(options.documents ?? []),
      documentsFresh: options.documents === undefined && !(options.coldCache ?? false),
    };
  }

  start(ctx: Ctx): void {
    this.ctx = ctx;
  }

  /** It keeps nothing worth showing between two commands. */
  inspect(): Interior {
    return {};
  }

  /** Ends watches and what waits on them. */
  interrupt(): void {
    for (const http of this.running) http.interrupt();
  }

  /** Ctrl-C: ends what runs, whatever it waits for. */
  kill(): void {
    for (const http of this.running) {
      if (http.waits) http.interrupt();
      else if (!http.killed) {
        http.killed = true;
        this.end(INTERRUPTED, '');
      }
    }
  }

  /** Runs one line, as typed with `kubectl`, `k` or nothing before it; the result is the exit code. `stdin` is
   *  what `-f -` reads; a file that does not exist is read from it, too: pasted text has no name. */
  *run(line: string, stdin = '', files: { readonly [name: string]: string } = {}): Task<number> {
    const words = splitWords(line);
    if (!words.ok) return this.end(2, words.error);
    const [program = '', ...rest] = words.value;
    if (program === 'k') return yield* this.runWords(rest, stdin, files);
    if (/^[a-z]/i.test(program) && !KNOWN.has(program) && !Object.hasOwn(COMMANDS, program))
      return this.end(
        127,
        `sh: ${program}: not found${program.length > 3 ? suggestionsFor(program) : ''}\n(This terminal has kubectl, also as k, and curl.)`,
      );
    return yield* this.runWords(words.value, stdin, files);
  }

  *runWords(words: readonly string[], stdin = '', files: { readonly [name: string]: string } = {}): Task<number> {
    const typed = words[0] === 'kubectl' ? words.slice(1) : words;
    const argv = typed[0] === 'help' ? [...typed.slice(1), '--help'] : typed;
    let http: Http | null = null;
    try {
      const { session, run } = this.session(argv, stdin, files);
      http = session.http;
      this.running.add(http);
      yield* run(session);
      return http.killed ? INTERRUPTED : this.end(0, '');
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (http?.killed) return INTERRUPTED;
      return this.end(error.code, error.text);
    } finally {
      if (http !== null) this.running.delete(http);
    }
  }

  private end(code: number, complaint: string): number {
    this.options.output('', complaint === '' || complaint.endsWith('\n') ? complaint : `${complaint}\n`, code);
    return code;
  }

  private session(
    argv: readonly string[],
    stdin: string,
    files: { readonly [name: string]: string },
  ): { session: Session; run: (session: Session) => Task<void> } {
    const found = findCommand(COMMANDS, argv);
    const { args, flags, afterDash } = parse(found, argv);
    const path = ['kubectl', ...found.path].join(' ');
    const run = flags.bool('help') || found.command === null ? printHelp(found, args) : found.command.run;
    const { ctx } = this;
    if (ctx === null) throw new CommandError('error: kubectl was not started');
    const output: Output = (stdout, stderr, exit) => {
      if (!http.killed) this.options.output(stdout, stderr, exit);
    };
    const err = (text: string): void => output('', text, null);
    const headers = {
      'kubectl-command': path,
      'kubectl-session': this.sessionId(ctx),
      ...(flags.has('as') ? { 'impersonate-user': flags.text('as') } : {}),
      ...(flags.has('as-group') ? { 'impersonate-group': flags.list('as-group').join(',') } : {}),
    };
    const identity = this.identity(flags.text('server'), flags.text('token'));
    const log = new RequestLog(ctx, flags.int('v', 0), serverUrl(identity), err);
    const http = new Http(ctx, identity, headers, timeoutOf(flags.text('request-timeout')), log, err);
    const session: Session = {
      http,
      cache: this.cache,
      flags: dryRunSaid(ctx, flags, err),
      args,
      afterDash,
      command: path,
      stdin,
      files,
      err,
      out: (text) => {
        if (text !== '') output(text, '', null);
      },
    };
    return { session, run };
  }

  private identity(server: string, token: string): Identity {
    const { certificate = null, token: ownToken = null, server: ownServer = '127.0.0.1:6443' } = this.options;
    const host = server === '' ? ownServer : server.replace(/^https?:\/\//, '');
    return { server: host, userAgent: USER_AGENT, certificate, token: token === '' ? ownToken : token, elsewhere: host !== ownServer };
  }

  /** A UUID for each run, as in the kubectl-session header. */
  private sessionId(ctx: Ctx): string {
    const hex = ctx.random(`session ${mix(ctx.cause() ?? 0, this.runs++)}`).text(32, '0123456789abcdef');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}

/** `--dry-run` alone still means `client`, but is told off. */
function dryRunSaid(ctx: Ctx, flags: Flags, err: (text: string) => void): Flags {
  if (flags.text('dry-run') !== BARE_DRY_RUN) return flags;
  err(klog(ctx, 'W', 'helpers.go:719', '--dry-run is deprecated and can be replaced with --dry-run=client.'));
  return flags.with('dry-run', 'client');
}
const BARE_DRY_RUN = 'unchanged';

const timeoutOf = (text: string): string => (text === '' || text === '0' ? '' : /^\d+$/.test(text) ? `${text}s` : text);

function parse(found: Found, argv: readonly string[]): ParsedArgs {
  const path = ['kubectl', ...found.path].join(' ');
  if (found.command?.lenient) return { flags: new Flags(new Map()), args: [], afterDash: null };
  const table = flagTable(GLOBAL_FLAGS, found.command?.flags ?? '');
  const parsed = parseFlags(table, found.rest);
  if (!parsed.ok) throw new CommandError(`error: ${parsed.error}\nSee '${path} --help' for usage.`);
  const [unknown] = parsed.value.args;
  if (found.command === null && found.path.length === 0 && unknown !== undefined) {
    throw new CommandError(`error: unknown command "${unknown}" for "kubectl"${suggestionsFor(unknown)}`);
  }
  if (found.command !== null && !parsed.value.flags.bool('help')) {
    const missing = (found.command.required ?? []).filter((name) => !parsed.value.flags.has(name));
    if (missing.length > 0) throw new CommandError(`error: required flag(s) ${missing.map((name) => `"${name}"`).join(', ')} not set`);
  }
  return argv.length === 0 ? { ...parsed.value, args: [] } : parsed.value;
}

const printHelp = (found: Found, args: readonly string[]) =>
  function* (session: Session): Task<void> {
    const [unknown] = args;
    if (found.path.length > 0 && unknown !== undefined && !session.flags.bool('help')) {
      throw new CommandError(`error: unknown command "${args.join(' ')}"\nSee '${session.command} -h' for help and examples`);
    }
    const alone = found.path.length > 0 && !session.flags.bool('help');
    // Nearly all groups of commands that stand alone are told off with their help.
    if (alone && found.path[0] !== 'rollout') session.err(helpText(found));
    else session.out(helpText(found));
    if (alone) throw new CommandError('');
  };
