// The page: what stands where.
import { lazy, Suspense, useEffect, useSyncExternalStore } from 'react';
import style from './app.module.css';
import { type Desk, DeskContext } from './desk';
import { listenToKeys } from './keyboard';
import { Announcer } from './parts/announcer';
import { Branches } from './parts/branches';
import { Deck } from './parts/deck';
import { Failure, Notices } from './parts/notices';
import { DarkScreen, Sharing, Shortcuts } from './parts/overlays';
import { loadMessage, loadStory, Sheet } from './parts/panel';
import { Scenarios } from './parts/scenarios';
import { Terminal } from './parts/terminal';
import { loadTrack } from './parts/timeline';
import { TopBar } from './parts/top-bar';
import { Views } from './parts/views';
import { en } from './text/en';
import { useUi } from './ui';

const loadDrawer = () => import('./parts/drawer');
const Drawer = lazy(loadDrawer);
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
  useEffect(() => listenToKeys(desk), [desk]);
  useEffect(() => {
    const timer = setTimeout(() => Promise.all([loadTrack(), loadDrawer(), loadStory(), loadMessage()]), WARM_UP_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <DeskContext value={desk}>
      <div className={style.app} data-narrow={narrow}>
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
        {!narrow && panel !== null && (
          <Suspense>
            <Drawer panel={panel} />
          </Suspense>
        )}
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
