// The timeline: zoom, a virtual time, and breakpoints by the filter language.
import type { Page } from 'playwright/test';
import { axe, expect, position, run, test } from './page';

const COMMAND = 'kubectl create deployment test --image=nginx';
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const breakpoints = (page: Page) => page.getByRole('searchbox', { name: 'Breakpoints' });
const now = async (page: Page) => Number(await position(page).getAttribute('aria-valuenow'));

async function start(page: Page): Promise<void> {
  await page.goto('./');
  await run(page, COMMAND);
  await position(page).focus();
  await page.keyboard.press('Home');
}

test('breakpoints: the next match is a key away, play pauses there, and they are drawn (issue 3, part 2)', async ({ page }) => {
  await start(page);
  await page.keyboard.press('f');
  await expect(breakpoints(page)).toBeFocused();
  const picture = () =>
    position(page)
      .locator('canvas')
      .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const plain = await picture();
  await breakpoints(page).fill('from:kube-scheduler kind:request');
  await expect(page.getByText(/^\d+ match(es)?/).first()).toBeVisible();
  await expect.poll(picture).not.toBe(plain);
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('F3');
  await expect(position(page)).toHaveAttribute('aria-valuetext', /kube-scheduler -> kube-apiserver: bind Pod/);
  const bound = await now(page);
  await position(page).focus();
  await page.keyboard.press('Home');
  await page.getByRole('combobox', { name: 'Speed' }).selectOption({ label: 'Instant' });
  await button(page, 'Play').click();
  await expect(position(page)).toHaveAttribute('aria-valuenow', String(bound));
  await expect(button(page, 'Play')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Play pauses there' }).uncheck();
  await button(page, 'Play').click();
  await expect.poll(() => now(page)).toBeGreaterThan(bound);
  await page.getByRole('button', { name: 'Pause', exact: true }).or(button(page, 'Play')).first().click();
  await position(page).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+F3');
  await expect(position(page)).toHaveAttribute('aria-valuenow', String(bound));
});

test('a wrong filter is marked where it is wrong, and what the last good one found stays', async ({ page }) => {
  await start(page);
  await button(page, /^Breakpoints/).click();
  await breakpoints(page).fill('component:etcd');
  await expect(button(page, /^Breakpoints: [1-9]/)).toBeVisible();
  const found = await button(page, /^Breakpoints: [1-9]/).textContent();
  await breakpoints(page).fill('component:etcd stat:409');
  await expect(page.getByRole('alert')).toContainText('stat:409');
  await expect(page.getByRole('alert').locator('mark')).toHaveText('stat:409');
  await expect(button(page, /^Breakpoints: [1-9]/)).toHaveText(found ?? '');
  await breakpoints(page).press('Escape');
  await expect(breakpoints(page)).toHaveValue('');
  await breakpoints(page).press('Escape');
  await expect(breakpoints(page)).toHaveCount(0);
});

test('matches that this level does not tell are counted, with the way to them; so the table says too', async ({ page }) => {
  await start(page);
  await page.keyboard.press('f');
  await breakpoints(page).fill('object:lease from:kubelet verb:put');
  await expect(page.getByText('No match is told at this level.')).toBeVisible();
  await button(page, /^Show [\d,]+ at Wire/).click();
  await expect(page.getByRole('radio', { name: 'Wire' })).toBeChecked();
  await expect(page.getByRole('search').getByRole('status').last()).toHaveText(/^(\d+ of )?\d+ match(es)?/);
  await breakpoints(page).fill('status:418');
  await expect(page.getByText('No message of this recording matches.')).toBeVisible();
  await page.getByRole('radio', { name: 'Story' }).check({ force: true });
  await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'The records' });
  await page.getByRole('searchbox', { name: 'Filter' }).fill('object:lease from:kubelet verb:put');
  await expect(page.getByText('No match is told at this level.').last()).toBeVisible();
  await button(page, /^Show [\d,]+ at Wire/).click();
  await expect(page.getByRole('list', { name: 'Records' }).getByRole('button').first()).toBeVisible();
});

test('a virtual time: absolute, from the cursor, beyond the end, and what is none (issue 3, part 2)', async ({ page }) => {
  await start(page);
  await page.keyboard.press('t');
  const time = page.getByRole('textbox', { name: 'Go to time' });
  await expect(time).toBeFocused();
  await time.fill('1s');
  await time.press('Enter');
  await expect(page.getByText(/^The last message until then, sent at .*; the next one comes at/)).toBeVisible();
  const early = await now(page);
  expect(early).toBeGreaterThan(1);
  await time.fill('+1s');
  await time.press('Enter');
  await expect.poll(() => now(page)).toBeGreaterThan(early);
  await time.fill('1h');
  await time.press('Enter');
  await expect(page.getByText(/^The recording ends at/)).toBeVisible();
  expect(await now(page)).toBe(Number(await position(page).getAttribute('aria-valuemax')));
  await time.fill('soon');
  await time.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Write 12.5s');
  expect(await axe(page)).toEqual([]);
});

test('the timeline zooms by keys and wheel about the cursor, an overview stays, and follows what is played', async ({ page }) => {
  await start(page);
  await page.getByRole('radio', { name: 'Messages' }).check({ force: true });
  await position(page).focus();
  const overview = page.getByRole('slider', { name: 'Part of the recording in sight' });
  await expect(overview).toHaveCount(0);
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  await expect(overview).toHaveAttribute('aria-valuetext', /^Messages 1 to /);
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('End');
  await expect(overview).not.toHaveAttribute('aria-valuetext', /^Messages 1 to /);
  const box = await position(page).boundingBox();
  if (box === null) throw new Error('the timeline has no box');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const before = await overview.getAttribute('aria-valuetext');
  await page.mouse.wheel(0, -200);
  await expect(overview).not.toHaveAttribute('aria-valuetext', before ?? '');
  const [, first, last] = /^Messages (\d+) to (\d+)/.exec((await overview.getAttribute('aria-valuetext')) ?? '') ?? [];
  await page.mouse.click(box.x + box.width / 4, box.y + box.height / 2);
  await expect.poll(() => now(page)).toBeGreaterThanOrEqual(Number(first));
  expect(await now(page)).toBeLessThanOrEqual(Number(last));
  await page.keyboard.press('0');
  await expect(overview).toHaveCount(0);
});

test('three ways to step, each with keys and a button in words (teaching 1)', async ({ page }) => {
  await start(page);
  await page.getByRole('radio', { name: 'Messages' }).check({ force: true });
  const steps = page.getByRole('combobox', { name: 'Step' });
  const next = page.getByRole('button', { name: 'Next', exact: true });
  const places: { [by: string]: readonly number[] } = {};
  for (const [by, key] of [
    ['Message', 'ArrowRight'],
    ['Exchange', 'Shift+ArrowRight'],
    ['Chapter', ']'],
  ] as const) {
    const walk = async (step: () => Promise<void>): Promise<readonly number[]> => {
      await position(page).focus();
      await page.keyboard.press('Home');
      const found: number[] = [];
      for (let i = 0; i < 6; i++) {
        await step();
        found.push(await now(page));
      }
      return found;
    };
    await steps.selectOption({ label: by });
    const byButton = await walk(() => next.click());
    await steps.selectOption({ label: 'Message' });
    expect(await walk(() => page.keyboard.press(key))).toEqual(byButton);
    places[by] = byButton;
  }
  expect(places['Message']).toEqual([1, 2, 3, 4, 5, 6]);
  expect(new Set(Object.values(places).map(String)).size).toBe(3);
});
