// A run of more than 100,000 records on the page: taking it in, going anywhere in it, scrolling through it.
import type { Browser, Page } from 'playwright';
import { clusterOf } from '../../cluster/default-run';
import { encodeLink } from '../../share/link';
import { packer } from '../../share/pack';
import { atRest, type Figure, mainThread, median, open, pageMB, SAID, scrollRate, slider, untilDrawn } from './gauges';
import type { Sites } from './sites';

const SEEKS = 60;
const SCROLL_MS = 3_000;
const TRIES = 3;
const MOST_EARLY = 20_000;
const SMALL = 'kubectl get nodes';
const LARGE = 'kubectl create deployment test --image=nginx --replicas=600';

export async function largeRunFigures(browser: Browser, sites: Sites): Promise<readonly Figure[]> {
  const { page, session, close } = await open(browser, sites.page + linkTo(SMALL));
  await atRest(page);
  const before = await pageMB(session);
  const loads = [];
  for (let i = 0; i < TRIES; i++) {
    if (i > 0) await load(page, SMALL);
    loads.push(await mainThread(session, () => load(page, LARGE)));
  }
  const told = Number(await slider(page).getAttribute('aria-valuemax'));
  const memory = (await pageMB(session)) - before;
  const longest = loads.map((load) => load.longest);
  const seek = await seekTimes(page);
  const figures: Figure[] = [
    {
      name: 'load',
      value: median(longest),
      unit: 'ms in one task',
      most: 20,
      worst: Math.max(...longest),
      told,
      allTasksMs: median(loads.map(({ busy }) => busy)),
    },
    { name: 'load-memory', value: memory, unit: 'MB', most: 60, beforeMB: before },
    { name: 'seek', value: median(seek), unit: 'ms', most: 50, worst: Math.max(...seek), seeks: seek.length },
    ...(await scrolling(page, browser, sites)),
  ];
  await close();
  return figures;
}

/** What is measured is the records: from when the first message was drawn, where the cursor stays. */
async function load(page: Page, line: string): Promise<void> {
  await page.evaluate((hash) => void (location.hash = hash), linkTo(line));
  await page.locator('[data-digest]').waitFor({ state: 'detached' });
  await untilDrawn(page);
  await page.evaluate(() => console.timeStamp());
  const early = Number(await slider(page).getAttribute('aria-valuemax'));
  if (early > MOST_EARLY) throw new Error(`${early} messages had come before the first was drawn`);
  await atRest(page);
}

function linkTo(line: string): string {
  const run = { seed: 1, cluster: clusterOf(10), inputs: [{ when: 'rest' as const, input: { type: 'kubectl' as const, line } }] };
  const link = encodeLink({ run, moment: { at: { chapter: 'request', occurrence: 1 }, level: 'wire' } }, packer);
  if (!link.ok) throw new Error(`no link: ${link.error}`);
  return link.value;
}

/** From a click on the timeline to the frame that shows the moment, for places all over it in no order. */
async function seekTimes(page: Page): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < SEEKS; i++) times.push(await page.evaluate(seekTo, [((i * 37) % SEEKS) / SEEKS + 0.5 / SEEKS, SAID] as const));
  return times;
}

/** Runs in the page. The moment is shown once the position is said with its sentence, and a frame was made after that. */
const seekTo = ([share, said]: readonly [share: number, said: string]): Promise<number> =>
  new Promise((resolve, reject) => {
    const expected = new RegExp(said);
    const track = document.querySelector('[role=slider][aria-valuetext]');
    if (track === null) return reject(new Error('there is no timeline'));
    const { left, top, width } = track.getBoundingClientRect();
    const before = track.getAttribute('aria-valuenow');
    const begun = performance.now();
    const shown = new MutationObserver(() => {
      if (track.getAttribute('aria-valuenow') === before || !expected.test(track.getAttribute('aria-valuetext') ?? '')) return;
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
