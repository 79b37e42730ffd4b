// 500 messages on their way at once: the start of a large cluster, played slowly, beside a blank page. And nothing at all.
import type { Browser, Page } from 'playwright';
import { clusterOf } from '../../cluster/default-run';
import { Runner } from '../../cluster/runner';
import { encodeLink, type SharedRun } from '../../share/link';
import { packer } from '../../share/pack';
import { MODEL } from '../../wire/run';
import { atRest, cpuMs, type Figure, frameRate, framesDrawn, median, open, slider } from './gauges';
import type { Sites } from './sites';

const SPAN_MS = 4_000;
const SETTLE_MS = 1_000;
const TRIES = 5;
const RUN: SharedRun = {
  seed: 1,
  cluster: clusterOf(160),
  inputs: [{ when: 'rest', input: { type: 'kubectl', line: 'kubectl get nodes' } }],
};

interface Load {
  readonly fps: number;
  /** Processor time per second. */
  readonly cpu: number;
}

export async function packetFigures(browser: Browser, sites: Sites): Promise<readonly Figure[]> {
  const { seq, inFlight } = busiest();
  const blank = await open(browser, sites.flow);
  const calm = await load(browser, blank.page, () => Promise.resolve());
  await blank.close();
  const link = encodeLink({ run: RUN, moment: { at: { record: seq }, level: 'wire' } }, packer);
  const { page, session, close } = await open(browser, sites.page + (link.ok ? link.value : ''));
  await prepare(page);
  const busy = await load(browser, page, () => stepBackAndForth(page));
  await stepBackAndForth(page);
  const drawn = await page.evaluate(countShapes);
  await page.waitForTimeout(3 * SETTLE_MS);
  const idle = await framesDrawn(session, SPAN_MS);
  await close();
  return [
    {
      name: 'packets-frame-rate',
      value: busy.fps / calm.fps,
      unit: 'of blank',
      least: 0.95,
      inFlight,
      drawn,
      fps: busy.fps,
      blankFps: calm.fps,
    },
    {
      name: 'packets-cpu',
      value: busy.cpu / calm.cpu,
      unit: 'times blank',
      most: 7,
      msPerFrame: busy.cpu / busy.fps,
      blankMs: calm.cpu / calm.fps,
    },
    { name: 'idle-frames', value: idle, unit: 'frames', most: 0 },
  ];
}

/** The record at whose sending most messages are on their way. */
function busiest(): { readonly seq: number; readonly inFlight: number } {
  const runner = new Runner({ model: MODEL, cluster: RUN.cluster ?? clusterOf(1), seed: RUN.seed, inputs: [] });
  runner.finish();
  let under: number[] = [];
  let best = { seq: 0, inFlight: 0 };
  for (const { seq, atUs, receivedUs, payload } of runner.cluster.sim.recorder.records) {
    if (payload.kind === 'inside' || receivedUs === null) continue;
    under = under.filter((end) => end > atUs);
    under.push(receivedUs);
    if (under.length > best.inFlight) best = { seq, inFlight: under.length };
  }
  return best;
}

async function prepare(page: Page): Promise<void> {
  await atRest(page);
  await page.getByRole('combobox', { name: 'Speed' }).selectOption('0.25');
  await page.getByRole('button', { name: 'View', exact: true }).click();
  await page.getByRole('checkbox', { name: /^Tell the boot/ }).check();
  await page.keyboard.press('Escape');
  await slider(page).focus();
}

async function stepBackAndForth(page: Page): Promise<void> {
  await page.keyboard.press('ArrowLeft');
  await page.waitForTimeout(SETTLE_MS / 2);
  await page.keyboard.press('ArrowRight');
}

async function load(browser: Browser, page: Page, start: () => Promise<void>): Promise<Load> {
  const fps: number[] = [];
  const cpu: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    await page.waitForTimeout(SETTLE_MS);
    await start();
    const before = await cpuMs(browser);
    fps.push(await frameRate(page, SPAN_MS));
    cpu.push(((await cpuMs(browser)) - before) / (SPAN_MS / 1000));
  }
  return { fps: median(fps), cpu: median(cpu) };
}

/** Runs in the page: how many shapes a frame draws; where many move, not every frame draws. */
const countShapes = (): Promise<number> =>
  new Promise((resolve) => {
    const canvas = CanvasRenderingContext2D.prototype;
    const { drawImage, fill } = canvas;
    let count = 0;
    const counted = (original: (...args: never[]) => unknown) =>
      function (this: CanvasRenderingContext2D, ...args: unknown[]) {
        count++;
        return Reflect.apply(original, this, args);
      };
    canvas.fill = counted(fill) as typeof fill;
    canvas.drawImage = counted(drawImage) as typeof drawImage;
    const counts: number[] = [];
    requestAnimationFrame(function frame() {
      counts.push(count);
      count = 0;
      if (counts.length < 5) return void requestAnimationFrame(frame);
      Object.assign(canvas, { fill, drawImage });
      resolve(Math.max(...counts));
    });
  });
