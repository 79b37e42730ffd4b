// The list of keys, as a dialog.
import { useEffect, useRef } from 'react';
import { shortcuts } from '../text/shortcuts';
import { show } from '../ui';
import { Cross, controls } from './controls';
import style from './shortcuts.module.css';

export default function Shortcuts() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = (): void => show({ shortcuts: false });
  return (
    <dialog ref={dialog} className={style.dialog} aria-labelledby="shortcuts-title" onClose={close}>
      <h2 id="shortcuts-title" className={style.head}>
        {shortcuts.title}
        <button
          type="button"
          className={`${controls.button} ${controls.quiet} ${controls.small}`}
          aria-label={shortcuts.close}
          onClick={close}
        >
          <Cross />
        </button>
      </h2>
      <Rows rows={shortcuts.rows} />
      <h3>{shortcuts.signs}</h3>
      <Rows rows={shortcuts.signRows} />
    </dialog>
  );
}

const Rows = ({ rows }: { readonly rows: readonly (readonly string[])[] }) => (
  <dl>
    {rows.map(([keys, does]) => (
      <div key={keys} style={{ display: 'contents' }}>
        <dt>{keys}</dt>
        <dd>{does}</dd>
      </div>
    ))}
  </dl>
);
