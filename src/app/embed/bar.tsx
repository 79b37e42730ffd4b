// Previous, play, next; the sentence of this moment; the way to the whole page at this moment.
import { useDesk } from '../desk';
import { controls } from '../parts/controls';
import { useSignal } from '../react';
import { en } from '../text/en';
import { useUi } from '../ui';
import style from './embed.module.css';
import type { Show } from './show';
import { words } from './text';

export function Bar({ show }: { readonly show: Show }) {
  const { session, address } = useDesk();
  const { player } = session;
  const { playing, waiting } = useSignal(player.mode);
  const { seq } = useSignal(player.cursor);
  const detail = useSignal(session.detail);
  const atEnd = useSignal(show.atEnd);
  useSignal(session.grown);
  /** The stage says it where it happens. */
  const told = useUi((ui) => ui.view) === 'stage';
  const list = session.list();
  const play = atEnd ? words.again : en.transport.play;
  return (
    <footer className={style.bar}>
      <button type="button" className={controls.button} aria-disabled={seq < 0} onClick={() => player.previous()}>
        {en.transport.previous}
      </button>
      <button type="button" className={`${controls.button} ${controls.main} ${style.play}`} onClick={show.toggle}>
        {waiting ? en.transport.waiting : playing ? en.transport.pause : play}
      </button>
      <button type="button" className={controls.button} aria-disabled={atEnd} onClick={() => show.next()}>
        {en.transport.next}
      </button>
      <p className={style.sentence}>{!told && detail?.line.seq === seq ? detail.line.sentence : ''}</p>
      <span className={style.place}>{words.place(list.placeOf(seq) + 1, list.length)}</span>
      <a
        className={`${controls.button} ${controls.quiet}`}
        href={location.pathname}
        target="_blank"
        rel="noopener"
        onClick={({ currentTarget }) => {
          currentTarget.href = `${location.pathname}${address.settle()}`;
        }}
      >
        <span className={style.wide}>{words.openIn}</span> {en.name}
      </a>
    </footer>
  );
}
