// The page without its chrome: the stage, what is said at this moment, three buttons, and the way to the whole page.
import { useEffect } from 'react';
import { type Desk, DeskContext } from '../desk';
import { actionOf, focusOf } from '../keys';
import { later } from '../later';
import { Announcer } from '../parts/announcer';
import { Failure, Notices } from '../parts/notices';
import { Views } from '../parts/views';
import { useSignal } from '../react';
import { closeTopmost, openMessage, useUi } from '../ui';
import { Bar } from './bar';
import { titleOf } from './cover';
import style from './embed.module.css';
import type { Show } from './show';

const Drawer = later(() => import('../parts/drawer'));

interface EmbeddedProps {
  readonly desk: Desk;
  readonly show: Show;
}

export function Embedded({ desk, show }: EmbeddedProps) {
  const panel = useUi((ui) => ui.panel);
  const link = useSignal(desk.address.opened);
  useEffect(() => listen(desk, show), [desk, show]);
  return (
    <DeskContext value={desk}>
      <div className={style.page}>
        <Notices />
        <main className={style.stage}>
          {link !== null && <h1 className="hidden">{titleOf(link.run)}</h1>}
          <Views />
          <Failure />
        </main>
        {panel !== null && <Drawer panel={panel} />}
        <Bar show={show} />
      </div>
      <Announcer />
    </DeskContext>
  );
}

/** The keys of the whole page, as far as there is something here that they move. */
function listen({ session: { player } }: Desk, show: Show): () => void {
  const does: { readonly [action: string]: () => unknown } = {
    toggle: show.toggle,
    next: () => show.next(),
    previous: () => player.previous(),
    'next-exchange': () => show.next('exchange'),
    'previous-exchange': () => player.previous('exchange'),
    'next-chapter': () => show.next('chapter'),
    'previous-chapter': () => player.previous('chapter'),
    home: () => player.home(),
    open: () => player.cursor.get().seq >= 0 && openMessage(),
    close: closeTopmost,
  };
  function onKeyDown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const action = actionOf(event.key, event.shiftKey, focusOf(event.target));
    const act = action === null ? undefined : does[action];
    if (act === undefined) return;
    act();
    event.preventDefault();
  }
  addEventListener('keydown', onKeyDown);
  return () => removeEventListener('keydown', onKeyDown);
}
