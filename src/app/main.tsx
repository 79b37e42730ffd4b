// Where the page begins: one session with a cluster in a worker, and React around it; within another page, a cover first.
import './first-paint.css';
import { createRoot, type Root } from 'react-dom/client';
import { defaultRun } from '../cluster/default-run';
import { PLAIN_SEED } from '../share/link';
import { createWorkerLink } from '../worker/link';
import { type AddressBar, browserBar, createAddress } from './address';
import { App } from './app';
import { createBranches } from './branches/branches';
import { createCommandLine } from './command-line';
import type { Desk } from './desk';
import { browserShelf, createMarks } from './marks';
import type { Clock } from './player';
import { reducedMotion, usePreferences } from './preferences';
import { createSession } from './session';
import { pageSights } from './sights';
import { signal } from './signal';
import { followPreferences } from './theme';
import { show } from './ui';

const clock: Clock = {
  now: () => performance.now(),
  requestFrame: (callback) => requestAnimationFrame(callback),
  cancelFrame: (id) => cancelAnimationFrame(id),
  setTimer: (callback, ms) => window.setTimeout(callback, ms),
  clearTimer: (id) => window.clearTimeout(id),
};

const freshRun = defaultRun(PLAIN_SEED);
const loadPacker = () => import('../share/pack').then(({ packer }) => packer);

/** A window may be covered, and nothing painted in it. */
const NEVER_PAINTED_MS = 400;

function createDesk(bar: AddressBar): Desk {
  const session = createSession({ link: createWorkerLink, clock, travels: () => !reducedMotion() });
  session.player.setSpeed(usePreferences.getState().speed);
  usePreferences.subscribe(({ speed }) => session.player.setSpeed(speed));
  return {
    session,
    address: createAddress({ session, bar, sights: pageSights, freshRun, setTimer: clock.setTimer, loadPacker }),
    line: createCommandLine(session),
    marks: createMarks(session, browserShelf('bookmarks')),
    branches: createBranches(session, browserShelf('branches')),
    matches: signal<readonly number[]>([]),
  };
}

function startPage(page: Root): void {
  const desk = createDesk(browserBar());
  if (desk.session.inputs.get().length === 0) show({ sheet: 'terminal' });
  onceSeen(() => page.render(<App desk={desk} />));
}

/** Once the drawing in the HTML is on the screen, also where the scripts are faster than that. */
function onceSeen(act: () => void): void {
  if (document.hidden || !PerformanceObserver.supportedEntryTypes.includes('paint')) return act();
  let seen = false;
  const once = (): void => {
    if (!seen) setTimeout(act);
    seen = true;
  };
  new PerformanceObserver(once).observe({ type: 'paint', buffered: true });
  setTimeout(once, NEVER_PAINTED_MS);
}

followPreferences(document.documentElement);
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
const page = createRoot(root);
const query = new URLSearchParams(location.search);
if (query.has('embed')) void import('./embed/start').then(({ startEmbedded }) => startEmbedded({ page, query, createDesk, loadPacker }));
else startPage(page);
