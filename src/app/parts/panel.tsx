// Story, message, terminal: as tabs with what they show, and as the sheet of a narrow page.
import { type KeyboardEvent, type ReactNode, useEffect } from 'react';
import { useDesk } from '../desk';
import { later } from '../later';
import { en } from '../text/en';
import { type Sheet as SheetName, show, useUi } from '../ui';
import { Chevron } from './controls';
import style from './panel.module.css';
import { Terminal, useNeedsRoom } from './terminal';

const opening = <p className={style.empty}>{en.loading}</p>;
export const Story = later(() => import('./story'), opening);
export const Message = later(() => import('./message'), opening);
const Inside = later(() => import('../interiors/inside'), opening);

const SHEETS: readonly SheetName[] = ['story', 'message', 'inside', 'terminal'];

export function Sheet() {
  const { session } = useDesk();
  const sheet = useUi((ui) => ui.sheet);
  const view = useUi((ui) => ui.view);
  const needsRoom = useNeedsRoom();
  useEffect(() => {
    if (view !== 'stage') show({ sheet: null });
  }, [view]);
  useEffect(() => {
    if (needsRoom) show({ sheet: 'terminal' });
  }, [needsRoom]);
  // What begins to move has the room.
  useEffect(() => {
    let count = session.inputs.get().length;
    return session.inputs.subscribe(() => {
      const before = count;
      count = session.inputs.get().length;
      if (count > before) show({ sheet: null });
    });
  }, [session]);
  return (
    <section className={style.sheet} aria-label={en.tabs.label}>
      <Tabs names={SHEETS} chosen={sheet} choose={(name) => show({ sheet: name === sheet ? null : name })}>
        <button
          type="button"
          className={style.close}
          aria-label={sheet === null ? en.tabs.open : en.tabs.close}
          aria-expanded={sheet !== null}
          onClick={() => show({ sheet: sheet === null ? 'story' : null })}
        >
          <Chevron up={sheet === null} />
        </button>
      </Tabs>
      {sheet !== null && <Body name={sheet} />}
    </section>
  );
}

interface TabsProps<N extends SheetName> {
  readonly names: readonly N[];
  readonly chosen: N | null;
  readonly choose: (name: N) => void;
  readonly children?: ReactNode;
}

export function Tabs<N extends SheetName>({ names, chosen, choose, children }: TabsProps<N>) {
  function onKeyDown(event: KeyboardEvent): void {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const at = chosen === null ? 0 : names.indexOf(chosen);
    const next = names[(at + step + names.length) % names.length];
    if (step === 0 || next === undefined) return;
    event.preventDefault();
    choose(next);
    document.getElementById(`tab-${next}`)?.focus();
  }
  return (
    <div className={style.tabs}>
      <div role="tablist" aria-label={en.tabs.label} style={{ display: 'contents' }} onKeyDown={onKeyDown}>
        {names.map((name, i) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            className={style.tab}
            aria-selected={name === chosen}
            aria-controls={chosen === null ? undefined : 'tab-body'}
            tabIndex={name === chosen || (chosen === null && i === 0) ? 0 : -1}
            onClick={() => choose(name)}
          >
            {en.tabs[name]}
          </button>
        ))}
      </div>
      {children}
    </div>
  );
}

const BODIES: { readonly [name in SheetName]: () => ReactNode } = {
  story: () => <Story />,
  message: () => <Message />,
  inside: () => <Inside />,
  terminal: () => <Terminal alwaysOpen />,
};

export function Body({ name }: { readonly name: SheetName }) {
  return (
    <div id="tab-body" role="tabpanel" aria-labelledby={`tab-${name}`} className={style.body}>
      {BODIES[name]()}
    </div>
  );
}
