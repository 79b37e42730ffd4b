// A virtual time, typed: the cursor goes to the last message sent by then, and the field says what is there.
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { useDesk } from '../desk';
import { controls } from '../parts/controls';
import type { Session } from '../session';
import { timeText } from '../text/duration';
import { finder } from '../text/timeline';
import style from './finder.module.css';
import { momentAt } from './moment';
import { parseTime } from './virtual-time';

interface Said {
  readonly text: string;
  readonly wrong: boolean;
}

export function TimeField({ focus }: { readonly focus: boolean }) {
  const { session } = useDesk();
  const [said, say] = useState<Said | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const saidId = useId();
  useEffect(() => {
    if (focus) field.current?.select();
  }, [focus]);
  function submit(event: FormEvent): void {
    event.preventDefault();
    say(goTo(field.current?.value ?? '', session));
  }
  return (
    <form className={style.time} onSubmit={submit}>
      <label>
        {finder.time}
        <input
          ref={field}
          placeholder={finder.timeExample}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={said?.wrong === true}
          aria-describedby={said === null ? undefined : saidId}
          onChange={() => say(null)}
        />
      </label>
      <button type="submit" className={`${controls.button} ${controls.small}`}>
        {finder.go}
      </button>
      {said !== null && (
        <span id={saidId} role={said.wrong ? 'alert' : 'status'} data-wrong={said.wrong || undefined} className={style.said}>
          {said.text}
        </span>
      )}
    </form>
  );
}

function goTo(written: string, session: Session): Said {
  const time = parseTime(written);
  if (!time.ok) return { text: finder.notATime, wrong: true };
  const { player, columns } = session;
  const list = session.list();
  if (list.length === 0) return { text: finder.noRecording, wrong: true };
  const now = player.cursor.get().seq;
  const from = time.value.relative ? columns.atUs(now < 0 ? list.at(0) : now) : 0;
  const { seq, nextUs, beyond } = momentAt(from + time.value.us, list, columns);
  player.pause();
  if (seq < 0) player.home();
  else player.seek(seq);
  if (seq < 0) return { text: finder.beforeFirst(timeText(nextUs ?? 0)), wrong: false };
  const sent = timeText(columns.atUs(seq));
  if (beyond) return { text: finder.beyond(timeText(columns.atUs(columns.count - 1))), wrong: false };
  return { text: nextUs === null ? finder.arrived(sent) : finder.between(sent, timeText(nextUs)), wrong: false };
}
