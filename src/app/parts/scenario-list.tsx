// The library as a dialog: what is open, what each scenario is about with the link that opens it, and any of them as text.
import { useState } from 'react';
import { LIBRARY } from '../../scenarios/library';
import type { Scenario } from '../../scenarios/scenario';
import { useDesk } from '../desk';
import { later } from '../later';
import { reducedMotion } from '../preferences';
import { Guide } from '../scenario-text/guide';
import { openScenario } from '../scenario-text/open-scenario';
import { en } from '../text/en';
import { words } from '../text/scenario-text';
import { show } from '../ui';
import { controls } from './controls';
import { Dialog } from './dialog';
import style from './scenario-list.module.css';

const Editor = later(() => import('../scenario-text/editor'), <p>{words.loading}</p>);
const small = `${controls.button} ${controls.small}`;

export default function ScenarioList() {
  const desk = useDesk();
  const [edited, edit] = useState<Scenario | null>(null);
  const [open] = useState(() => openScenario(desk));
  const close = (): void => show({ scenarios: false });
  const back = (
    <button type="button" className={small} onClick={() => edit(null)}>
      {words.back}
    </button>
  );
  return (
    <Dialog
      title={edited === null ? en.bar.scenarios : words.title}
      closes={en.scenarios.close}
      close={close}
      size="text"
      tools={edited !== null && back}
    >
      {edited === null ? (
        <div className={style.both}>
          <Library edit={edit} close={close} />
          <section className={style.open} aria-label={words.openNow}>
            <h3>
              {words.openNow}: {open.title}
            </h3>
            <button type="button" className={small} onClick={() => edit(open)}>
              {words.asText}
            </button>
            <Guide scenario={open} gone={close} />
          </section>
        </div>
      ) : (
        <Editor scenario={edited} close={close} />
      )}
    </Dialog>
  );
}

function Library({ edit, close }: { readonly edit: (scenario: Scenario) => void; readonly close: () => void }) {
  const { address } = useDesk();
  /** Chosen by hand it begins to play, unless the person wants no motion. */
  function opens(link: HTMLAnchorElement): void {
    if (!reducedMotion()) address.playNext(link.hash);
    close();
  }
  return (
    <ul className={style.library}>
      {LIBRARY.map((scenario) => {
        const { name, title, level, text } = scenario;
        return (
          <li key={name}>
            <h3>{title}</h3>
            <a
              className={small}
              href={`#/${name}${level === 'story' ? '' : `?level=${level}`}`}
              aria-label={en.scenarios.openNamed(title)}
              onClick={({ currentTarget }) => opens(currentTarget)}
            >
              {en.scenarios.open}
            </a>
            <button
              type="button"
              className={`${small} ${controls.quiet}`}
              aria-label={words.asTextNamed(title)}
              onClick={() => edit(scenario)}
            >
              {words.asText}
            </button>
            <p>{text}</p>
          </li>
        );
      })}
    </ul>
  );
}
