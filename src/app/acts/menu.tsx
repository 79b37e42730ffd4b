// A button, and a menu of what can be done to one place. It says beforehand whether the recording goes on, or begins
// another branch.
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useDesk } from '../desk';
import { useSignal } from '../react';
import { acts as t } from '../text/acts';
import { actOn, show, useUi } from '../ui';
import { type Act, actsOn, type Way } from './acts';
import { placesOf } from './lines';
import css from './menu.module.css';

/** `onStage`: beside the place itself, where a key or a right click opens the menu at once. */
export default function Acts({ id, onStage = false }: { readonly id: string; readonly onStage?: boolean }) {
  const { session } = useDesk();
  const scene = useSignal(session.scene);
  const asked = useUi((ui) => ui.acting) && onStage;
  const [open, setOpen] = useState(asked);
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!asked) return;
    setOpen(true);
    show({ acting: false });
  }, [asked]);
  const acts = scene === null ? [] : actsOn(id, scene);
  if (acts.length === 0) return null;
  function close(): void {
    setOpen(false);
    opener.current?.focus();
  }
  return (
    <div className={css.acts}>
      <button ref={opener} type="button" className={css.opener} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t.open}
      </button>
      {open && <Menu id={id} acts={acts} close={close} />}
    </div>
  );
}

interface MenuProps {
  readonly id: string;
  readonly acts: readonly (Act | Way)[];
  readonly close: () => void;
}

function Menu({ id, acts, close }: MenuProps) {
  const { session } = useDesk();
  const { seq } = useSignal(session.player.cursor);
  useSignal(session.grown);
  const self = useRef<HTMLDivElement>(null);
  useEffect(() => {
    self.current?.scrollIntoView({ block: 'nearest' });
    self.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus({ preventScroll: true });
    session.prepare();
  }, [session]);

  function give(act: Act | Way): void {
    if ('to' in act) return actOn(act.to);
    session.give(act.input);
    show({ selected: null });
    const [place = id] = placesOf(id);
    document.querySelector<HTMLElement>(`[data-place="${CSS.escape(place)}"]`)?.focus();
  }
  function onKeyDown(event: KeyboardEvent): void {
    const items = [...(self.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
    const here = items.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) items[(here + step + items.length) % items.length]?.focus();
    else if (event.key === 'Home' || event.key === 'End') items.at(event.key === 'Home' ? 0 : -1)?.focus();
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  return (
    <>
      <p className={css.when}>{session.inPast() ? t.past(session.list().placeOf(seq) + 1) : t.now}</p>
      <div ref={self} role="menu" tabIndex={-1} aria-label={t.open} data-arrows="" className={css.menu} onKeyDown={onKeyDown}>
        {acts.map((act) => (
          <button key={act.name} type="button" role="menuitem" tabIndex={-1} className={css.item} onClick={() => give(act)}>
            {act.name}
            <small>{act.hint}</small>
          </button>
        ))}
      </div>
    </>
  );
}
