// The library as a dialog: what each scenario is about, and the link that opens it.
import { useEffect, useRef } from 'react';
import { LIBRARY } from '../../scenarios/library';
import { useDesk } from '../desk';
import { reducedMotion } from '../preferences';
import { en } from '../text/en';
import { show } from '../ui';
import { Cross, controls } from './controls';
import style from './scenario-list.module.css';

export default function ScenarioList() {
  const { address } = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = (): void => show({ scenarios: false });
  /** Chosen by hand it begins to play, unless the person wants no motion. */
  function opens(link: HTMLAnchorElement): void {
    if (!reducedMotion()) address.playNext(link.hash);
    close();
  }
  return (
    <dialog ref={dialog} className={style.dialog} aria-labelledby="scenarios-title" onClose={close}>
      <h2 id="scenarios-title" className={style.head}>
        {en.bar.scenarios}
        <button
          type="button"
          className={`${controls.button} ${controls.quiet} ${controls.small}`}
          aria-label={en.scenarios.close}
          onClick={close}
        >
          <Cross />
        </button>
      </h2>
      <ul>
        {LIBRARY.map(({ name, title, level, text }) => (
          <li key={name}>
            <h3>{title}</h3>
            <a
              className={`${controls.button} ${controls.small}`}
              href={`#/${name}${level === 'story' ? '' : `?level=${level}`}`}
              aria-label={en.scenarios.openNamed(title)}
              onClick={({ currentTarget }) => opens(currentTarget)}
            >
              {en.scenarios.open}
            </a>
            <p>{text}</p>
          </li>
        ))}
      </ul>
    </dialog>
  );
}
