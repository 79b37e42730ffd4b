// A link for others: what it holds, its QR code, the snippet that embeds the page.

import jsQR from 'jsqr';
import type { Locator, Page } from 'playwright/test';
import { atRest, axe, expect, listen, moment, position, run, test } from './page';

const COMMAND = 'kubectl create deployment test --image=nginx';
const dialog = (page: Page) => page.getByRole('dialog', { name: 'Share' });
const link = (page: Page) => dialog(page).getByRole('textbox', { name: 'Link' });

async function share(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(link(page)).not.toBeEmpty();
  return link(page).inputValue();
}

/** What a camera would read. */
async function read(page: Page, code: Locator): Promise<string | undefined> {
  const png = (await code.screenshot()).toString('base64');
  const canvas = await page.context().newPage();
  const { width, height, pixels } = await canvas.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const surface = new OffscreenCanvas(image.width, image.height);
    const context = surface.getContext('2d');
    if (context === null) throw new Error('no canvas');
    context.drawImage(image, 0, 0);
    return { width: image.width, height: image.height, pixels: [...context.getImageData(0, 0, image.width, image.height).data] };
  }, png);
  await canvas.close();
  return jsQR(Uint8ClampedArray.from(pixels), width, height)?.data;
}

test('a link for others is copied, alone or with its title; its QR code says the same (teaching 17)', async ({ page, browser }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./#/scale?at=schedule.2&level=messages');
  const digest = await atRest(page);
  const shared = await moment(page);
  const told = await share(page);
  expect(new URL(told).hash).toBe(`#/scale?at=schedule.2&level=messages&made=1.36-1.${digest.slice(0, 8)}`);
  expect(await read(page, dialog(page).getByRole('img', { name: 'QR code of the link' }))).toBe(told);
  expect(await axe(page)).toEqual([]);
  await dialog(page).getByRole('button', { name: 'Copy link' }).click();
  await expect(dialog(page).getByText('Copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(told);
  await dialog(page).getByRole('button', { name: 'Copy with title' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(`${await page.title()}\n${told}`);
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeHidden();

  const other = await (await browser.newContext()).newPage();
  const complaints = listen(other);
  await other.goto(told);
  await expect(position(other)).toHaveAttribute('aria-valuetext', shared);
  expect(await atRest(other)).toBe(digest);
  await expect(other.getByText('This link was made with')).toBeHidden();
  expect(complaints).toEqual([]);
});

test('the moment and what is open can be left out; what is open goes along', async ({ page }) => {
  await page.goto('./#/scale?at=schedule.2&view=ladder&open=kube-scheduler');
  await atRest(page);
  await expect(page.getByRole('complementary')).toContainText('kube-scheduler');
  expect(new URL(await share(page)).hash).toContain('?at=schedule.2&view=ladder&open=kube-scheduler&made=');
  await dialog(page).getByRole('checkbox', { name: 'This moment' }).uncheck();
  await expect(link(page)).toHaveValue(/#\/scale\?view=ladder&open=kube-scheduler&made=/);
  await dialog(page).getByRole('checkbox', { name: 'What is open' }).uncheck();
  await expect(link(page)).toHaveValue(/#\/scale\?made=/);
});

test('what others made of a run of their own goes along, and comes out the same', async ({ page, browser }) => {
  await page.goto('./');
  await run(page, `${COMMAND} --replicas=2`);
  const digest = await run(page, "kubectl scale deployment test --replicas='3'");
  const told = await share(page);
  const other = await (await browser.newContext()).newPage();
  await other.goto(told);
  expect(await atRest(other)).toBe(digest);
});
