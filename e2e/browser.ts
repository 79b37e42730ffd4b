// Which browser the tests drive: the one that an environment variable names, else an installed Chromium, Chrome
// or Edge, else the one that Playwright downloaded.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright/test';

export const BROWSER_VARIABLE = 'WATCHLOOP_BROWSER';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome.exe', 'microsoft-edge', 'msedge.exe'];
const elsewhere = (): string[] => [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ...['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((variable) => {
    const folder = process.env[variable];
    if (folder === undefined) return [];
    return [join(folder, 'Google/Chrome/Application/chrome.exe'), join(folder, 'Microsoft/Edge/Application/msedge.exe')];
  }),
];

/** Path of the browser; undefined means Playwright's own. Throws with what to install if there is none. */
export function browserPath(): string | undefined {
  const named = process.env[BROWSER_VARIABLE];
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    throw new Error(`${BROWSER_VARIABLE} names ${named}, which does not exist.`);
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const installed = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...elsewhere()].find(existsSync);
  if (installed !== undefined) return installed;
  if (existsSync(chromium.executablePath())) return undefined;
  throw new Error(
    `No browser found for the tests of the page. Install Chromium, Chrome or Edge, or run "npx playwright install chromium", or name one in ${BROWSER_VARIABLE}.`,
  );
}

/** Without these a browser on a machine without a network waits for servers that it cannot reach. */
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
