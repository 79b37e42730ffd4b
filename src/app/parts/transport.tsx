// Previous, play, next in words with their keys; how fast, and by how much.
import { useDesk } from '../desk';
import { type Granularity, SPEEDS, type Speed } from '../player';
import { prefer, usePreferences } from '../preferences';
import { useSignal } from '../react';
import { en } from '../text/en';
import { show, useUi } from '../ui';
import { Choice, Cross, controls, Key } from './controls';
import style from './deck.module.css';

const GRANULARITIES: readonly Granularity[] = ['message', 'exchange', 'chapter'];
const speedText = (speed: Speed): string => (speed === 'instant' ? en.transport.instant : en.transport.times(speed));

export function Transport() {
  const { session, line } = useDesk();
  const { player } = session;
  const { playing, waiting } = useSignal(player.mode);
  const { speed, stepBy: by } = usePreferences();
  const fresh = useSignal(session.inputs).length === 0;
  const cursor = useSignal(player.cursor);
  useSignal(session.grown);
  const atStart = cursor.seq < 0;
  const atEnd = session.atEnd();
  return (
    <fieldset aria-label={en.transport.label} className={style.transport}>
      <div className={style.buttons}>
        <button type="button" className={controls.button} aria-disabled={atStart} onClick={() => player.previous(by)}>
          <Key>←</Key>
          {en.transport.previous}
        </button>
        <button
          type="button"
          className={`${controls.button} ${controls.main} ${style.play}`}
          aria-label={playing ? en.transport.pause : en.transport.play}
          onClick={() => (fresh ? line.submit() : player.toggle())}
        >
          {waiting ? en.transport.waiting : playing ? en.transport.pause : en.transport.play}
          <Key>{en.transport.space}</Key>
        </button>
        <button type="button" className={controls.button} aria-disabled={atEnd} onClick={() => player.next(by)}>
          {en.transport.next}
          <Key>→</Key>
        </button>
        <LeavePresentation />
      </div>
      <div className={style.choices}>
        <Choice
          label={en.transport.speed}
          value={String(speed)}
          choose={(value) => prefer({ speed: SPEEDS.find((known) => String(known) === value) ?? 1 })}
          options={SPEEDS.map((value) => ({ value: String(value), text: speedText(value) }))}
        />
        <Choice
          label={en.transport.by}
          value={by}
          choose={(stepBy) => prefer({ stepBy })}
          options={GRANULARITIES.map((value) => ({ value, text: en.transport[value] }))}
        />
      </div>
    </fieldset>
  );
}

/** For who has no keyboard: the bar with the menu is not shown then. */
function LeavePresentation() {
  const presenting = useUi((ui) => ui.presenting);
  if (!presenting) return null;
  return (
    <button
      type="button"
      className={`${controls.button} ${controls.quiet}`}
      aria-label={en.transport.leave}
      onClick={() => show({ presenting: false })}
    >
      <Cross />
    </button>
  );
}
