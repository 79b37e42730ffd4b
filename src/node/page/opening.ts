// How soon a person sees something: the first large paint beside a bare page's, a moment of the library beside an empty cluster.
import type { Browser, Page } from 'playwright';
import { type Figure, median, open } from './gauges';
import type { Sites } from './sites';

const TRIES = 5;
const MOMENTS = ['/create-deployment?at=schedule.1', '/rolling-update?at=reconcile.3', '/create-deployment-and-service?at=route.1'];

export async function openingFigures(browser: Browser, sites: Sites): Promise<readonly Figure[]> {
  const ours = await times(browser, sites.page, largestPaint);
  const bare = await times(browser, sites.flow, largestPaint);
  const empty = await times(browser, sites.page, untilReady);
  const moments: number[] = [];
  for (const moment of MOMENTS) moments.push(await times(browser, `${sites.page}#${moment}`, untilDrawn));
  return [
    { name: 'largest-paint', value: ours / bare, unit: 'times bare', most: 1.35, ms: ours, bareMs: bare },
    {
      name: 'link-to-moment',
      value: Math.max(...moments) / empty,
      unit: 'times without one',
      most: 1.2,
      ms: Math.max(...moments),
      emptyMs: empty,
    },
  ];
}

async function times(browser: Browser, url: string, look: (page: Page) => Promise<number>): Promise<number> {
  const found: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    const { page, close } = await open(browser, url);
    found.push(await look(page));
    await close();
  }
  return median(found);
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

/** Milliseconds since the page was asked for until an attribute of what `selector` names reads so, and a frame was made. */
const drawn = (page: Page, selector: string, attribute: string, pattern: string): Promise<number> =>
  page.evaluate(
    ([wanted, name, text]) =>
      new Promise<number>((resolve) => {
        const expected = new RegExp(text);
        const look = (): void => {
          if (expected.test(document.querySelector(wanted)?.getAttribute(name) ?? '')) requestAnimationFrame((now) => resolve(now));
          else requestAnimationFrame(look);
        };
        look();
      }),
    [selector, attribute, pattern] as const,
  );
/** The cluster has started and waits for the first command. */
const untilReady = (page: Page): Promise<number> => drawn(page, '[role=status][data-state]', 'data-state', '^rest$');
/** The message of the moment is said. */
const untilDrawn = (page: Page): Promise<number> => drawn(page, '[role=slider]', 'aria-valuetext', String.raw`^Message \d+ of \d+\. \S`);
