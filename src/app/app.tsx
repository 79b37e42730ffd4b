// The page: what stands where.
import { useEffect, useSyncExternalStore } from 'react';
import style from './app.module.css';
import { type Desk, DeskContext } from './desk';
import { listenToKeys } from './keyboard';
import { later } from './later';
import { Announcer } from './parts/announcer';
import { Branches } from './parts/branches';
import { Deck } from './parts/deck';
import { Failure, Notices } from './parts/notices';
import { DarkScreen, Sharing, Shortcuts } from './parts/overlays';
import { Message, Sheet, Story } from './parts/panel';
import { Scenarios } from './parts/scenarios';
import { Terminal } from './parts/terminal';
import { Track } from './parts/timeline';
import { TopBar } from './parts/top-bar';
import { Views } from './parts/views';
import { en } from './text/en';
import { useUi } from './ui';

const Drawer = later(() => import('./parts/drawer'));
/** What is not needed at first is fetched a little later, so that opening it does not wait. */
const WARM_UP_MS = 1500;
const NARROW = matchMedia('(max-width: 720px)');

function useNarrow(): boolean {
  return useSyncExternalStore(
    (hear) => {
      NARROW.addEventListener('change', hear);
      return () => NARROW.removeEventListener('change', hear);
    },
    () => NARROW.matches,
  );
}

export function App({ desk }: { readonly desk: Desk }) {
  const narrow = useNarrow();
  const panel = useUi((ui) => ui.panel);
  const sheet = useUi((ui) => ui.sheet);
  useEffect(() => listenToKeys(desk), [desk]);
  useEffect(() => {
    const fetch = (): void => void Promise.all([Track, Drawer, Story, Message].map((part) => part.fetch())).catch(() => undefined);
    // A link shows a moment as soon as the cluster has come to it.
    if (desk.session.inputs.get().length > 0) return fetch();
    const timer = setTimeout(fetch, WARM_UP_MS);
    return () => clearTimeout(timer);
  }, [desk]);
  return (
    <DeskContext value={desk}>
      <div className={style.app} data-narrow={narrow} data-sheet={sheet === null ? 'closed' : 'open'}>
        <button type="button" className={style.skip} onClick={toTransport}>
          {en.skip}
        </button>
        <TopBar />
        <Notices />
        <main className={style.stage}>
          <Views />
          <Failure />
        </main>
        {narrow ? <Sheet /> : <Terminal />}
        {!narrow && panel !== null && <Drawer panel={panel} />}
        <Deck />
      </div>
      <Announcer />
      <Shortcuts />
      <Scenarios />
      <Branches />
      <Sharing />
      <DarkScreen />
    </DeskContext>
  );
}

const toTransport = (): void => document.querySelector<HTMLElement>('#transport button')?.focus();
