// The terminal: one line until it is used. Errors stand where they were typed; an empty line lets the keys of
// the player through.
import { type ClipboardEvent, type KeyboardEvent, useEffect, useRef } from 'react';
import { typedLine } from '../../wire/curl-line';
import { readsStdin } from '../command-line';
import { useDesk } from '../desk';
import { TERMINAL_INPUT } from '../keyboard';
import { useSignal } from '../react';
import type { Session } from '../session';
import { shortened, suggestionsAfter } from '../suggestions';
import { type Entry, endings, entriesOf } from '../terminal-entries';
import { en } from '../text/en';
import { show, useUi } from '../ui';
import { Chevron, controls, Key } from './controls';
import { Grip } from './grip';
import style from './terminal.module.css';
import { TerminalLog } from './terminal-log';

const PROBLEMS = { 'too-long': en.terminal.tooLong, 'needs-manifest': en.terminal.needsManifest, 'not-a-request': en.terminal.notARequest };

export function Terminal({ alwaysOpen = false }: { readonly alwaysOpen?: boolean }) {
  const { session, line } = useDesk();
  const open = useUi((ui) => ui.terminalOpen) || alwaysOpen;
  const problem = useSignal(line.problem);
  const entries = useEntries(session);
  const last = entries[entries.length - 1];
  const needsRoom = useNeedsRoom();
  const self = useRef<HTMLElement>(null);

  useEffect(() => {
    if (needsRoom) show({ terminalOpen: true });
  }, [needsRoom]);

  return (
    <section ref={self} className={style.terminal} data-open={open} aria-label={en.terminal.title}>
      {open && !alwaysOpen && <Grip direction="row" target={self} keeps="terminalHeight" label={en.terminal.resize} />}
      {open && <TerminalLog entries={entries} />}
      <Manifest />
      <Row last={open ? undefined : last} open={open} />
      <Past />
      {problem !== null && (
        <p role="alert" id="terminal-problem" className={style.problem}>
          {PROBLEMS[problem]}
        </p>
      )}
    </section>
  );
}

function useEntries(session: Session): readonly Entry[] {
  const lines = useSignal(session.terminal);
  const { seq } = useSignal(session.player.cursor);
  return entriesOf(lines, seq);
}

/** The last command at the cursor printed more than one line shows. */
export function useNeedsRoom(): boolean {
  const last = useEntries(useDesk().session).at(-1);
  return last !== undefined && endings(last).needsRoom;
}

/** Said before it happens. */
function Past() {
  const { session, line } = useDesk();
  const { seq } = useSignal(session.player.cursor);
  const text = useSignal(line.text);
  useSignal(session.grown);
  const typed = text !== '' && session.inputs.get().length > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each moment anew
  useEffect(() => {
    if (typed) session.prepare();
  }, [session, typed, seq]);
  if (!typed || !session.inPast()) return null;
  return (
    <p id="terminal-past" className={style.past}>
      {en.terminal.inPast(session.list().placeOf(seq) + 1)}
    </p>
  );
}

function Row({ last, open }: { readonly last: Entry | undefined; readonly open: boolean }) {
  const { line } = useDesk();
  const text = useSignal(line.text);
  return (
    <form
      className={style.row}
      onSubmit={(event) => {
        event.preventDefault();
        line.submit();
      }}
    >
      <span className={style.prompt} aria-hidden="true">
        $
      </span>
      <Input />
      {text === '' && last !== undefined && <Peek entry={last} />}
      {text === '' && <Next />}
      <Tools text={text} open={open} />
    </form>
  );
}

function Input() {
  const { session, line } = useDesk();
  const text = useSignal(line.text);
  const problem = useSignal(line.problem);
  const input = useRef<HTMLInputElement>(null);
  // The start page: Enter runs what is typed there.
  useEffect(() => {
    if (session.inputs.get().length === 0) input.current?.focus({ preventScroll: true });
  }, [session]);

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown') line.recall(event.key === 'ArrowUp' ? -1 : 1);
    else if (event.key === 'c' && event.ctrlKey && input.current?.selectionStart === input.current?.selectionEnd) {
      session.interrupt();
      line.write('');
    } else return;
    event.preventDefault();
  }
  function onPaste(event: ClipboardEvent): void {
    if (line.paste(event.clipboardData.getData('text/plain'))) event.preventDefault();
  }
  return (
    <input
      ref={input}
      id={TERMINAL_INPUT}
      className={style.input}
      aria-label={en.terminal.prompt}
      aria-invalid={problem !== null}
      aria-describedby={problem === null ? undefined : 'terminal-problem'}
      placeholder={en.terminal.placeholder}
      value={text}
      data-empty-line={text === '' ? '' : undefined}
      onChange={(event) => line.write(event.target.value)}
      onKeyDown={onKeyDown}
      onPaste={onPaste}
      autoComplete="off"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      enterKeyHint="go"
    />
  );
}

/** The end of what the last command printed, while the drawer is closed. */
function Peek({ entry }: { readonly entry: Entry }) {
  const { text, failed } = endings(entry);
  if (text === '') return null;
  return (
    <button
      type="button"
      className={style.peek}
      data-failed={failed}
      title={en.terminal.expand}
      onClick={() => show({ terminalOpen: true })}
    >
      {text}
    </button>
  );
}

/** Commands that could come next, once everything has been told. */
function Next() {
  const { session, line } = useDesk();
  const inputs = useSignal(session.inputs);
  useSignal(session.status);
  useSignal(session.player.cursor);
  if (session.moving() || !session.atEnd() || inputs.length === 0) return null;
  const given = inputs.flatMap(({ input }) => typedLine(input) ?? []);
  return (
    <fieldset aria-label={en.terminal.next} className={style.next}>
      {suggestionsAfter(given).map((command) => (
        <button
          key={command}
          type="button"
          title={command}
          onClick={() => {
            line.write(command);
            document.getElementById(TERMINAL_INPUT)?.focus();
          }}
        >
          {shortened(command)}
        </button>
      ))}
    </fieldset>
  );
}

function Tools({ text, open }: { readonly text: string; readonly open: boolean }) {
  const { session, line } = useDesk();
  const manifest = useSignal(line.manifest);
  const { state } = useSignal(session.status);
  useSignal(session.player.cursor);
  const stops = state === 'running';
  return (
    <span className={style.tools}>
      {text === '' && (stops || session.commandRuns()) ? (
        <button type="button" className={`${controls.button} ${controls.quiet}`} onClick={session.interrupt}>
          {stops ? en.terminal.stop : en.terminal.interrupt} <Key>Ctrl C</Key>
        </button>
      ) : (
        <button type="submit" className={controls.button} aria-disabled={text.trim() === ''}>
          {en.terminal.run} <Key>Enter</Key>
        </button>
      )}
      <button
        type="button"
        className={`${controls.button} ${controls.quiet}`}
        aria-expanded={manifest !== null}
        onClick={() => line.writeManifest(manifest === null ? '' : null)}
      >
        {en.terminal.paste}
      </button>
      <button
        type="button"
        className={`${controls.button} ${controls.quiet} ${style.fold}`}
        aria-label={open ? en.terminal.collapse : en.terminal.expand}
        aria-expanded={open}
        onClick={() => show({ terminalOpen: !open })}
      >
        <Chevron up={!open} />
      </button>
    </span>
  );
}

/** Text for the standard input of the command below it. */
function Manifest() {
  const { line } = useDesk();
  const manifest = useSignal(line.manifest);
  const text = useSignal(line.text);
  const area = useRef<HTMLTextAreaElement>(null);
  const shown = manifest !== null;
  useEffect(() => {
    if (shown) area.current?.focus();
  }, [shown]);
  if (manifest === null) return null;
  return (
    <div className={style.manifest}>
      <label htmlFor="manifest">
        {en.terminal.manifest} · {readsStdin(text) ? en.terminal.manifestHint : en.terminal.manifestUnread}
      </label>
      <textarea
        id="manifest"
        ref={area}
        value={manifest}
        placeholder={en.terminal.manifestExample}
        spellCheck={false}
        autoCapitalize="none"
        onChange={(event) => line.writeManifest(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') line.writeManifest(null);
          else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) line.submit();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
    </div>
  );
}
