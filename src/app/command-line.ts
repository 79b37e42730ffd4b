// What stands in the terminal's line before it is sent: the text, a manifest for its standard input, the
// way through what was typed before. Knows no React.
import { PLAIN_COMMAND } from '../share/link';
import { typedLine } from '../wire/curl-line';
import type { Session } from './session';
import { type Signal, signal } from './signal';
import type { Untypable } from './typed';

export interface CommandLine {
  readonly text: Signal<string>;
  /** Pasted text for the command's standard input; null if there is none. */
  readonly manifest: Signal<string | null>;
  readonly problem: Signal<Untypable | 'needs-manifest' | null>;
  write(text: string): void;
  writeManifest(text: string | null): void;
  /** Sends what stands there. False if it cannot be sent. */
  submit(): boolean;
  /** An earlier (-1) or later (1) line of the history. */
  recall(direction: -1 | 1): void;
  /** Takes pasted text of several lines; false if it is for the line itself. */
  paste(text: string): boolean;
}

const APPLY = 'kubectl apply -f -';
const MAX_PASTED = 50;

/** The line asks for standard input. */
export const readsStdin = (line: string): boolean => /\s(-f|--filename)[=\s]*-(\s|$)/.test(line);

/** What stands between `kubectl apply -f - <<EOF` or `cat <<EOF | kubectl apply -f -` and its end; else the text itself. */
const withoutHereDocument = (text: string): string =>
  /^\s*(?:\$ )?(?:kubectl|k|cat) [^\n]*<<-?\s*(["']?)(\w+)\1[^\n]*\n([\s\S]*?\n)[ \t]*\2\s*$/.exec(text)?.[3] ?? text;

/** Lines of a paste that are all commands; null if it is something else. */
export function pastedCommands(text: string): readonly string[] | null {
  const lines = text
    .replace(/\\\r?\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim().replace(/^\$ /, ''))
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.length > 0 && lines.length <= MAX_PASTED && lines.every((line) => /^(kubectl|k|curl)(\s|$)/.test(line)) ? lines : null;
}

export function createCommandLine(session: Session): CommandLine {
  const text = signal(session.inputs.get().length === 0 ? PLAIN_COMMAND : '');
  const manifest = signal<string | null>(null);
  const problem = signal<Untypable | 'needs-manifest' | null>(null);
  let back = 0;
  let unsent = '';

  // A cluster to which nothing was said yet has the first command ready; any other has not.
  session.inputs.subscribe(() => {
    if (session.inputs.get().length === 0) write(PLAIN_COMMAND);
    else if (text.get() === PLAIN_COMMAND) write('');
  });

  const history = (): string[] => session.inputs.get().flatMap(({ input }) => typedLine(input) ?? []);

  function write(next: string): void {
    problem.set(null);
    back = 0;
    text.set(next);
  }

  function submit(): boolean {
    const line = text.get().trim();
    if (line === '') return false;
    if (readsStdin(line) && manifest.get() === null) {
      manifest.set('');
      return false;
    }
    if (readsStdin(line) && manifest.get()?.trim() === '') {
      problem.set('needs-manifest');
      return false;
    }
    const given = session.command(line, readsStdin(line) ? manifest.get() : null);
    if (!given.ok) {
      problem.set(given.error);
      return false;
    }
    write('');
    manifest.set(null);
    return true;
  }

  return {
    text,
    manifest,
    problem,
    write,
    writeManifest(next) {
      problem.set(null);
      if (next !== null && !readsStdin(text.get())) write(APPLY);
      if (next === null && text.get() === APPLY) write('');
      manifest.set(next);
    },
    submit,
    recall(direction) {
      const lines = history();
      if (back === 0) unsent = text.get();
      const wanted = Math.max(0, Math.min(lines.length, back - direction));
      write(wanted === 0 ? unsent : (lines[lines.length - wanted] ?? ''));
      back = wanted;
    },
    paste(pasted) {
      if (!pasted.trim().includes('\n')) return false;
      const commands = pastedCommands(pasted);
      if (commands === null) this.writeManifest(withoutHereDocument(pasted));
      else for (const line of commands) session.command(line, null);
      return true;
    },
  };
}
