// What lies over the page: the list of keys, and the dark screen of a presentation.
import { useEffect, useRef } from 'react';
import { en } from '../text/en';
import { show, useUi } from '../ui';
import { Cross, controls } from './controls';
import style from './shortcuts.module.css';

export function Shortcuts() {
  const open = useUi((ui) => ui.shortcuts);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  if (!open) return null;
  const close = (): void => show({ shortcuts: false });
  return (
    <dialog ref={dialog} className={style.dialog} aria-labelledby="shortcuts-title" onClose={close}>
      <h2 id="shortcuts-title" className={style.head}>
        {en.shortcuts.title}
        <button
          type="button"
          className={`${controls.button} ${controls.quiet} ${controls.small}`}
          aria-label={en.shortcuts.close}
          onClick={close}
        >
          <Cross />
        </button>
      </h2>
      <dl>
        {en.shortcuts.rows.map(([keys, does]) => (
          <div key={keys} style={{ display: 'contents' }}>
            <dt>{keys}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}

/** A presenter's remote can turn the room's eyes away from the screen. */
export function DarkScreen() {
  const dark = useUi((ui) => ui.dark);
  if (!dark) return null;
  return (
    <button type="button" className={style.dark} onClick={() => show({ dark: false })}>
      {en.view.darkHint}
    </button>
  );
}
