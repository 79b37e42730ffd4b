// How soon a person sees something: the first large paint beside a bare page's, a moment of the library beside an empty cluster.
import type { Browser, Page } from 'playwright';
import { drawn, type Figure, median, open, untilDrawn } from './gauges';
import type { Sites } from './sites';

const TRIES = 7;
const MOMENTS = ['/create-deployment?at=schedule.1', '/rolling-update?at=reconcile.3', '/create-deployment-and-service?at=route.1'];

export async function openingFigures(browser: Browser, sites: Sites): Promise<readonly Figure[]> {
  const ours: number[] = [];
  const bare: number[] = [];
  const empty: number[] = [];
  const moments: number[][] = MOMENTS.map(() => []);
  // One after another in turn: what slows the machine for a while slows each of them.
  for (let i = 0; i < TRIES; i++) {
    ours.push(await timeOf(browser, sites.page, largestPaint));
    bare.push(await timeOf(browser, sites.flow, largestPaint));
    empty.push(await timeOf(browser, sites.page, untilReady));
    for (const [m, moment] of MOMENTS.entries()) moments[m]?.push(await timeOf(browser, `${sites.page}#${moment}`, untilDrawn));
  }
  const slowest = Math.max(...moments.map(median));
  return [
    { name: 'largest-paint', value: median(ours) / median(bare), unit: 'times bare', most: 1.35, ms: median(ours), bareMs: median(bare) },
    {
      name: 'link-to-moment',
      value: slowest / median(empty),
      unit: 'times without one',
      most: 1.2,
      ms: slowest,
      emptyMs: median(empty),
      eachMs: moments.map((times) => Math.round(median(times))).join(),
    },
  ];
}

async function timeOf(browser: Browser, url: string, look: (page: Page) => Promise<number>): Promise<number> {
  const { page, close } = await open(browser, url);
  const found = await look(page);
  await close();
  return found;
}

const largestPaint = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let last = 0;
        new PerformanceObserver((list) => {
          for (const { startTime } of list.getEntries()) last = startTime;
        }).observe({ type: 'largest-contentful-paint', buffered: true });
        setTimeout(() => resolve(last), 1_500);
      }),
  );

/** The cluster has started and waits for the first command. */
const untilReady = (page: Page): Promise<number> => drawn(page, '[role=status][data-state]', 'data-state', '^rest$');
