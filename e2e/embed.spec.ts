// The page within another one: on another origin, in a sandboxed frame, and what the two say to each other.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FrameLocator, Page } from 'playwright/test';
import { atRest, axe, expect, position, test } from './page';

interface Said {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** A page of somebody else that keeps what the frame says. */
const pageWith = (frame: string): string => `<!doctype html><html lang="en"><meta charset="utf-8"><title>A course</title>
<link rel="icon" href="data:,"><h1>A course</h1>${frame}
<script>
  const said = [];
  const frame = document.querySelector('iframe');
  addEventListener('message', ({ data, source }) => source === frame.contentWindow && said.push(data));
  const wish = (message) => frame.contentWindow.postMessage(message, '*');
</script></html>`;

let server: Server;
let html = '';
test.beforeEach(async () => {
  server = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
test.afterEach(() => new Promise((resolve) => server.close(resolve)));

async function embed(page: Page, frame: string): Promise<FrameLocator> {
  html = pageWith(frame);
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return page.frameLocator('iframe');
}
const said = (page: Page) => page.evaluate('said') as Promise<readonly Said[]>;
const last = async (page: Page): Promise<Said | undefined> => [...(await said(page))].reverse().find(({ type }) => type === 'moment');
const wish = (page: Page, message: unknown) => page.evaluate(`wish(${JSON.stringify(message)})`);
const frameOf = (base: string | undefined, rest: string, sandbox = ''): string =>
  `<iframe src="${base}?embed${rest}" title="Watchloop" width="900" height="600"${sandbox}></iframe>`;

test('another page embeds a run: nothing is simulated before the click; it plays from where the link begins to where it ends', async ({
  page,
  baseURL,
}) => {
  const frame = await embed(page, frameOf(baseURL, '#/create-deployment?at=schedule.1&to=schedule.2'));
  await expect(frame.getByRole('heading', { level: 1 })).toHaveText('Create a Deployment');
  await expect.poll(() => said(page)).toEqual([{ watchloop: 1, type: 'ready' }]);
  expect(page.workers()).toHaveLength(0);
  await frame.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(frame.getByRole('button', { name: 'Play again' })).toBeVisible();
  const moments = (await said(page)).filter(({ type }) => type === 'moment');
  expect(moments.map(({ chapter }) => chapter)).toContain('schedule.1');
  expect(moments.at(-1)).toMatchObject({ chapter: 'schedule.2', playing: false });
  await expect(frame.getByRole('region', { name: 'The cluster', exact: true })).toContainText('bind Pod');
  await frame.getByRole('button', { name: 'Previous' }).click();
  await expect.poll(async () => (await last(page))?.message).toBe(Number(moments.at(-1)?.message) - 1);
  const whole = page.waitForEvent('popup');
  await frame.getByRole('link', { name: 'Open in Watchloop' }).click();
  await expect(position(await whole)).toHaveAttribute('aria-valuenow', String((await last(page))?.message));
});

test('the embedding page says where to go, and hears what is there; what makes no sense is refused', async ({ page, baseURL }) => {
  await embed(page, frameOf(baseURL, ''));
  await expect.poll(() => said(page)).toEqual([{ watchloop: 1, type: 'ready' }]);
  await wish(page, { watchloop: 1, type: 'go', at: 'schedule.1' });
  await expect.poll(() => last(page)).toMatchObject({ chapter: 'schedule.1', playing: false, sentence: /weighed/ });
  await expect.poll(async () => (await last(page))?.digest).toMatch(/^[0-9a-f]{16}$/);
  const before = Number((await last(page))?.message);
  await wish(page, { watchloop: 1, type: 'next' });
  await expect.poll(async () => (await last(page))?.message).toBe(before + 1);
  await wish(page, { watchloop: 1, type: 'open', link: '#/scale?at=report.1' });
  await expect.poll(() => last(page)).toMatchObject({ chapter: 'report.1' });
  for (const message of [
    'play',
    { type: 'play' },
    { watchloop: 1, type: 'go', at: '<img src=x>' },
    { watchloop: 1, type: 'open', link: '#/nowhere' },
  ])
    await wish(page, message);
  await expect
    .poll(async () => (await said(page)).filter(({ type }) => type === 'refused').map(({ why }) => why))
    .toEqual(['bad-moment', 'bad-link']);
});

test('in a frame without rights the same run plays without a worker', async ({ page, baseURL, browser }) => {
  const frame = await embed(page, frameOf(baseURL, '#/create-deployment', ' sandbox="allow-scripts"'));
  await frame.getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(async () => (await last(page))?.digest).toMatch(/^[0-9a-f]{16}$/);
  expect(page.workers()).toHaveLength(0);
  const alone = await (await browser.newContext()).newPage();
  await alone.goto(`${baseURL}#/create-deployment`);
  expect(await atRest(alone)).toBe((await last(page))?.digest);
});

test('a slide chooses the theme of its frame, and keeps none', async ({ page, baseURL }) => {
  const frame = await embed(page, frameOf(baseURL, '&theme=light#/scale'));
  await expect(frame.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.goto(baseURL ?? '');
  await expect(page.locator('html')).not.toHaveAttribute('data-theme', 'light');
});

for (const width of [900, 390])
  test(`cover and player are for everybody, ${width} px wide`, async ({ page }) => {
    await page.setViewportSize({ width, height: 560 });
    await page.goto('./?embed#/create-deployment?to=schedule.2');
    await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
    await page.keyboard.press('ArrowRight');
    await expect(page.getByText(/^2 \/ \d+$/)).toBeVisible();
    expect(await axe(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });
