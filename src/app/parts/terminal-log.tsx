// What was typed and printed up to the cursor.
import { useLayoutEffect, useRef } from 'react';
import { useDesk } from '../desk';
import { useSignal } from '../react';
import type { Entry } from '../terminal-entries';
import { en } from '../text/en';
import { controls } from './controls';
import style from './terminal.module.css';

export function TerminalLog({ entries }: { readonly entries: readonly Entry[] }) {
  const { session } = useDesk();
  const { state } = useSignal(session.status);
  const log = useRef<HTMLDivElement>(null);
  const last = entries[entries.length - 1];
  const later = session.terminal.get().length - entries.reduce((sum, entry) => sum + entry.lines, 0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines scroll into view
  useLayoutEffect(() => {
    if (log.current !== null) log.current.scrollTop = log.current.scrollHeight;
  }, [entries.length, last?.lines]);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <div ref={log} role="log" tabIndex={0} aria-label={en.terminal.log} className={style.log}>
      {entries.length === 0 && <p className={style.exit}>{state === 'booting' ? en.terminal.starting : en.terminal.hint}</p>}
      {entries.map((entry) => (
        <Given key={entry.seq} entry={entry} />
      ))}
      {last !== undefined && last.exit === null && later === 0 && <p className={style.later}>{en.terminal.running}</p>}
      {last !== undefined && last.exit === null && later > 0 && (
        <p className={style.later}>
          {en.terminal.later}
          <button type="button" className={`${controls.button} ${controls.small}`} onClick={session.player.end}>
            {en.terminal.skip}
          </button>
        </p>
      )}
    </div>
  );
}

function Given({ entry }: { readonly entry: Entry }) {
  const { session } = useDesk();
  return (
    <>
      <p className={style.given}>
        <span className={style.prompt} aria-hidden="true">
          $
        </span>
        <button type="button" title={en.terminal.goTo} onClick={() => session.player.seek(entry.seq)}>
          {entry.command}
        </button>
        {entry.exit !== null && (
          <span className={style.exit} data-failed={entry.exit !== '0'}>
            {en.terminal.exit(entry.exit)}
          </span>
        )}
      </p>
      {entry.output.map(({ kind, text }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: output only grows at its end
        <pre key={i} className={kind === 'stderr' ? `${style.output} ${style.error}` : style.output}>
          {text}
        </pre>
      ))}
    </>
  );
}
