// The still picture and the cards: other ways into the same recording.
import type { Page } from 'playwright/test';
import { atRest, axe, command, expect, position, run, test } from './page';

const COMMAND = 'kubectl create deployment test --image=nginx';
const show = (page: Page, view: string) => page.getByRole('combobox', { name: 'Show' }).selectOption({ label: view });

test('the flow at a glance: each number seeks to its moment, and the stage shows it (call flow, teaching 4)', async ({ page }) => {
  await page.goto('./');
  await atRest(page);
  await show(page, 'The flow at a glance');
  await page.getByRole('button', { name: `Run it ${COMMAND}` }).click();
  await atRest(page);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByRole('button', { name: /^9 ?kube-scheduler binds the Pod/ }).click();
  await expect(position(page)).toHaveAttribute('aria-valuetext', /kube-scheduler -> kube-apiserver: bind Pod/);
  await expect(page.getByRole('button', { name: /^11/ })).toHaveAttribute('aria-disabled', 'true');
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'See it on the stage' }).click();
  await expect(page.getByRole('button', { name: /^Open this message: kube-scheduler to kube-apiserver/ })).toBeAttached();
});

test('the architecture: a card shows a moment of this recording, or types the command that would (teaching 5, 11)', async ({ page }) => {
  await page.goto('./');
  await run(page, COMMAND);
  await show(page, 'The architecture');
  await expect(page.getByRole('region', { name: 'The architecture' }).getByRole('listitem')).toHaveCount(14);
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Type the command: kubectl expose deployment test --port=80' }).first().click();
  await expect(command(page)).toHaveValue('kubectl expose deployment test --port=80');
  await page.getByRole('button', { name: 'Show me: The API server asks the scheduler which node to take' }).click();
  await expect(page.getByRole('button', { name: /^Open this message: kube-apiserver to kube-scheduler/ })).toBeAttached();
});

test('a bookmark with a note is marked, listed, and still there after a reload (teaching 13)', async ({ page }) => {
  await page.goto('./');
  await run(page, COMMAND);
  await position(page).focus();
  await page.keyboard.press('Home');
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('m');
  await expect(page.getByRole('button', { name: 'Bookmark', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'Details', exact: true }).click();
  await page.getByRole('textbox', { name: 'Note of the bookmark at message 4' }).fill('written down');
  expect(await axe(page)).toEqual([]);
  await expect.poll(() => page.url()).toContain('open=story');
  await page.reload();
  await atRest(page);
  await expect(page.getByRole('textbox', { name: 'Note of the bookmark at message 4' })).toHaveValue('written down');
  await page.keyboard.press('Home');
  await page.getByRole('button', { name: 'Go to message 4' }).click();
  await expect(position(page)).toHaveAttribute('aria-valuenow', '4');
  await page.getByRole('button', { name: 'Take away the bookmark at message 4' }).click();
  await expect(page.getByRole('list', { name: 'Bookmarks' })).toHaveCount(0);
});
