// Where the page begins: one session with a cluster in a worker, and React around it.
import './first-paint.css';
import { createRoot } from 'react-dom/client';
import { defaultRun } from '../cluster/default-run';
import { PLAIN_SEED } from '../share/link';
import { createWorkerLink } from '../worker/link';
import { browserBar, createAddress } from './address';
import { App } from './app';
import { createBranches } from './branches/branches';
import { createCommandLine } from './command-line';
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

followPreferences(document.documentElement);
const session = createSession({ link: createWorkerLink, clock, travels: () => !reducedMotion() });
session.player.setSpeed(usePreferences.getState().speed);
usePreferences.subscribe(({ speed }) => session.player.setSpeed(speed));
const freshRun = defaultRun(PLAIN_SEED);
const address = createAddress({
  session,
  bar: browserBar(),
  sights: pageSights,
  freshRun,
  setTimer: clock.setTimer,
  loadPacker: () => import('../share/pack').then(({ packer }) => packer),
});
const line = createCommandLine(session);
const marks = createMarks(session, browserShelf('bookmarks'));
const branches = createBranches(session, browserShelf('branches'));
const matches = signal<readonly number[]>([]);
if (session.inputs.get().length === 0) show({ sheet: 'terminal' });

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
const page = createRoot(root);
const render = (): void => {
  page.render(<App desk={{ session, line, address, marks, branches, matches }} />);
};
// The first paint is the drawing in the HTML, also where the scripts are as fast as that.
if (document.hidden) render();
else requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(render)));
