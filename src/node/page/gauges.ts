// What is measured in a browser: frames, processor time, memory, what the main thread did.
import type { Browser, CDPSession, Page } from 'playwright';

/** One line of the report; `least` and `most` are the targets. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly least?: number;
  readonly most?: number;
  readonly [detail: string]: string | number | undefined;
}

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

export interface Opened {
  readonly page: Page;
  readonly session: CDPSession;
  close(): Promise<void>;
}

/** A page of its own, as of a person who was never here. */
export async function open(browser: Browser, url: string): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await page.goto(url);
  return { page, session, close: () => context.close() };
}

export const slider = (page: Page) => page.getByRole('slider', { name: 'Position in the recording' });
/** Until the recording is complete. */
export const atRest = (page: Page): Promise<void> => page.locator('[data-digest]').waitFor({ state: 'attached', timeout: 120_000 });

/** Milliseconds since the page was asked for until an attribute of what `selector` names reads so, and a frame was made. */
export const drawn = (page: Page, selector: string, attribute: string, pattern: string): Promise<number> =>
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

/** How the position reads once the sentence of its message has come. */
export const SAID = String.raw`^Message \d+ of \d+\. \S`;
/** The message of the moment is said. */
export const untilDrawn = (page: Page): Promise<number> => drawn(page, '[role=slider]', 'aria-valuetext', SAID);

/** Frames that the page could draw in that time, per second. */
export const frameRate = (page: Page, ms: number): Promise<number> =>
  page.evaluate(
    (span) =>
      new Promise<number>((resolve) => {
        let frames = -1;
        let begun = 0;
        const count = (now: number): void => {
          if (frames++ < 0) begun = now;
          if (now - begun < span) requestAnimationFrame(count);
          else resolve((frames * 1000) / (now - begun));
        };
        requestAnimationFrame(count);
      }),
    ms,
  );

/** Scrolls an element for that time, a little with each frame; frames per second. */
export const scrollRate = (page: Page, selector: string, ms: number): Promise<number> =>
  page.evaluate(
    ([wanted, span]) =>
      new Promise<number>((resolve, reject) => {
        const list = document.querySelector(wanted);
        if (list === null) return reject(new Error(`nothing is ${wanted}`));
        let frames = -1;
        let begun = 0;
        const scroll = (now: number): void => {
          if (frames++ < 0) begun = now;
          list.scrollTop += 60;
          if (now - begun < span) requestAnimationFrame(scroll);
          else resolve((frames * 1000) / (now - begun));
        };
        requestAnimationFrame(scroll);
      }),
    [selector, ms] as const,
  );

/** Milliseconds of processor time that the browser's processes have used so far. */
export async function cpuMs(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
}

/** Memory of the page's own thread after a collection: objects and the buffers that they hold, in MB. */
export async function pageMB(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const usage = (await session.send('Runtime.getHeapUsage')) as { readonly usedSize: number; readonly backingStorageSize?: number };
  return (usage.usedSize + (usage.backingStorageSize ?? 0)) / 1024 / 1024;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly args?: { readonly name?: string };
}

/** What the browser notes while something goes on, seen from outside: asking from within would itself be work. */
async function traced(session: CDPSession, action: () => Promise<unknown>): Promise<readonly TraceEvent[]> {
  const events: TraceEvent[] = [];
  const hear = ({ value }: { readonly value: readonly object[] }): void => void events.push(...(value as readonly TraceEvent[]));
  session.on('Tracing.dataCollected', hear);
  const includedCategories = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'disabled-by-default-devtools.timeline.frame'];
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories } });
  await action();
  const ended = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await ended;
  session.off('Tracing.dataCollected', hear);
  return events;
}

export async function framesDrawn(session: CDPSession, ms: number): Promise<number> {
  const events = await traced(session, () => new Promise((resolve) => setTimeout(resolve, ms)));
  return events.filter(({ name }) => name === 'DrawFrame').length;
}

/** How long the page's main thread worked meanwhile, and the longest time without a pause, in ms; where the page calls
 *  `console.timeStamp()`, from there on. */
export async function mainThread(
  session: CDPSession,
  action: () => Promise<unknown>,
): Promise<{ readonly busy: number; readonly longest: number }> {
  const events = await traced(session, action);
  const threads = new Set(
    events.flatMap(({ name, args, pid, tid }) => (name === 'thread_name' && args?.name === 'CrRendererMain' ? `${pid} ${tid}` : [])),
  );
  const from = events.find(({ name }) => name === 'TimeStamp')?.ts ?? 0;
  const tasks = new Map<string, number[]>();
  for (const { name, pid, tid, ts, dur } of events) {
    const thread = `${pid} ${tid}`;
    if (name !== 'RunTask' || dur === undefined || ts < from || !threads.has(thread)) continue;
    tasks.set(thread, [...(tasks.get(thread) ?? []), dur / 1000]);
  }
  const sums = [...tasks.values()].map((times) => ({
    busy: times.reduce((a, b) => a + b, 0),
    longest: times.reduce((a, b) => Math.max(a, b), 0),
  }));
  return sums.sort((a, b) => b.busy - a.busy)[0] ?? { busy: Number.NaN, longest: Number.NaN };
}
