// A run of more than 100,000 records on the page: taking it in, going anywhere in it, scrolling through it.
import type { Browser, Page } from 'playwright';
import { clusterOf } from '../../cluster/default-run';
import { encodeLink } from '../../share/link';
import { packer } from '../../share/pack';
import { atRest, type Figure, mainThread, median, open, pageMB, scrollRate, slider } from './gauges';
import type { Sites } from './sites';

const SEEKS = 60;
const SCROLL_MS = 3_000;
const TRIES = 3;
const COMMAND = 'kubectl create deployment test --image=nginx --replicas=600';

export async function largeRunFigures(browser: Browser, sites: Sites): Promise<readonly Figure[]> {
  // The stage of these nodes stands already: what is measured is the records.
  const { page, session, close } = await open(browser, sites.page + linkTo('kubectl get nodes', 0));
  await atRest(page);
  const before = await pageMB(session);
  const { busy, longest } = await mainThread(session, async () => {
    await page.evaluate((hash) => void (location.hash = hash), linkTo(COMMAND, 20_000));
    await page.locator('[data-digest]').waitFor({ state: 'detached' });
    await atRest(page);
  });
  const told = Number(await slider(page).getAttribute('aria-valuemax'));
  const memory = (await pageMB(session)) - before;
  const seek = await seekTimes(page);
  const figures: Figure[] = [
    { name: 'load', value: longest, unit: 'ms in one task', most: 20, told, allTasksMs: busy },
    { name: 'load-memory', value: memory, unit: 'MB', most: 60, beforeMB: before },
    { name: 'seek', value: median(seek), unit: 'ms', most: 50, worst: Math.max(...seek), seeks: seek.length },
    ...(await scrolling(page, browser, sites)),
  ];
  await close();
  return figures;
}

function linkTo(line: string, record: number): string {
  const run = { seed: 1, cluster: clusterOf(10), inputs: [{ when: 'rest' as const, input: { type: 'kubectl' as const, line } }] };
  const link = encodeLink({ run, moment: { at: { record }, level: 'wire' } }, packer);
  if (!link.ok) throw new Error(`no link: ${link.error}`);
  return link.value;
}

/** From a click on the timeline to the frame that shows the moment, for places all over it in no order. */
async function seekTimes(page: Page): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < SEEKS; i++) times.push(await page.evaluate(seekTo, ((i * 37) % SEEKS) / SEEKS + 0.5 / SEEKS));
  return times;
}

/** Runs in the page. The moment is shown once the position is said with its sentence, and a frame was made after that. */
const seekTo = (share: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const track = document.querySelector('[role=slider][aria-valuetext]');
    if (track === null) return reject(new Error('there is no timeline'));
    const { left, top, width } = track.getBoundingClientRect();
    const before = track.getAttribute('aria-valuenow');
    const begun = performance.now();
    const shown = new MutationObserver(() => {
      if (track.getAttribute('aria-valuenow') === before || !/^Message \d+ of \d+\. \S/.test(track.getAttribute('aria-valuetext') ?? ''))
        return;
      shown.disconnect();
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now() - begun);
        port2.postMessage(null);
      });
    });
    shown.observe(track, { attributes: true });
    const where = { pointerId: 1, clientX: left + share * width, clientY: top + 30, bubbles: true };
    // A made-up pointer cannot be captured.
    Object.assign(track, { setPointerCapture: () => undefined });
    track.dispatchEvent(new PointerEvent('pointerdown', where));
  });

async function scrolling(page: Page, browser: Browser, sites: Sites): Promise<readonly Figure[]> {
  const blank = await open(browser, sites.list);
  await blank.page.locator('[data-scrolls]').waitFor();
  const blankFps = await medianScroll(blank.page);
  await blank.close();
  const figures: Figure[] = [];
  for (const [name, view] of [
    ['ladder', 'The ladder'],
    ['table', 'The records'],
  ] as const) {
    await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: view });
    await page.locator('[data-scrolls]').waitFor();
    const fps = await medianScroll(page);
    figures.push({ name: `scroll-${name}`, value: fps / blankFps, unit: 'of blank', least: 55 / 60, fps, blankFps });
  }
  return figures;
}

async function medianScroll(page: Page): Promise<number> {
  const rates: number[] = [];
  for (let i = 0; i < TRIES; i++) rates.push(await scrollRate(page, '[data-scrolls]', SCROLL_MS));
  return median(rates);
}
