// The record table and its filter language.
import type { Page } from 'playwright/test';
import { axe, expect, position, run, test } from './page';

const COMMAND = 'kubectl create deployment test --image=nginx';
const rows = (page: Page) => page.getByRole('list', { name: 'Records' }).getByRole('button');

test('a filter finds messages; a match is one key away; a wrong filter is marked and harms nothing (teaching 13)', async ({ page }) => {
  await page.goto('./');
  await run(page, COMMAND);
  await page.getByRole('radio', { name: 'Messages' }).check({ force: true });
  await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'The records' });
  const filter = page.getByRole('searchbox', { name: 'Filter' });
  await filter.fill('from:kubelet verb:patch object:pod/test-* kind:request');
  await expect(page.getByText(/^\d+ of \d+$/)).toBeVisible();
  const found = await rows(page).count();
  expect(found).toBeGreaterThanOrEqual(3);
  await expect(rows(page).first()).toContainText('PATCH /api/v1/namespaces/default/pods/test-');
  await filter.press('Enter');
  await expect(position(page)).toHaveAttribute('aria-valuetext', /kubelet on node-\d -> kube-apiserver/);
  await expect(rows(page).first()).toHaveAttribute('aria-current', 'step');
  await rows(page).first().press('ArrowDown');
  await expect(rows(page).nth(1)).toHaveAttribute('aria-current', 'step');
  expect(await axe(page)).toEqual([]);
  await filter.fill('from:kubelet form:x');
  await expect(page.getByRole('alert')).toContainText('form:x');
  await expect(rows(page)).toHaveCount(found);
  await filter.fill('status:418');
  await expect(page.getByText('No message matches.')).toBeVisible();
  await filter.press('Escape');
  await expect(filter).toHaveValue('');
});

test('the objects at the cursor stand under their owners, and lead to what wrote them (teaching 8)', async ({ page }) => {
  await page.goto('./');
  await run(page, COMMAND);
  await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'The objects' });
  await position(page).focus();
  await page.keyboard.press('Home');
  const object = (kind: string) => page.getByRole('button', { name: new RegExp(`^${kind} test`) });
  await expect(page.getByText('Without a namespace')).toBeVisible();
  await expect(object('Deployment')).toHaveCount(0);
  await page.keyboard.press('End');
  const pod = page
    .getByRole('listitem')
    .filter({ has: object('Deployment') })
    .getByRole('listitem')
    .filter({ has: object('ReplicaSet') });
  await expect(pod.getByRole('listitem').filter({ has: object('Pod') })).toHaveCount(1);
  expect(await axe(page)).toEqual([]);
  await object('Pod').click();
  await expect(position(page)).toHaveAttribute('aria-valuetext', /kube-apiserver -> etcd: write \/registry\/pods\/default\/test-/);
});

test('the transcript is a document: lines of every chapter, to search, copy and print (teaching 16)', async ({ page }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./');
  await run(page, COMMAND);
  await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'The transcript' });
  const document = page.getByRole('article', { name: 'Transcript' });
  for (const chapter of ['Request', 'Persist', 'Schedule', 'Run', 'Report', 'Loop'])
    await expect(document.getByRole('heading', { name: chapter }).first()).toBeVisible();
  expect(await axe(page)).toEqual([]);
  await document.getByRole('button', { name: /^kube-scheduler -> kube-apiserver: bind Pod/i }).click();
  await expect(position(page)).toHaveAttribute('aria-valuetext', /kube-scheduler -> kube-apiserver: bind Pod/);
  await document.getByRole('button', { name: 'Copy as Markdown' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('## Schedule');
  await page.emulateMedia({ media: 'print' });
  await expect(document).toBeVisible();
  await expect(page.getByRole('button', { name: 'Next', exact: true })).toBeHidden();
});

test('the ladder draws each message as a rung, follows the cursor, and is a list for the keyboard (issue 3, part 5)', async ({ page }) => {
  await page.goto('./');
  await run(page, COMMAND);
  await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'The ladder' });
  const rungs = page.getByRole('list', { name: 'Ladder' }).getByRole('button');
  await rungs.filter({ hasText: '' }).first().click();
  await expect(position(page)).toHaveAttribute('aria-valuenow', '1');
  await rungs.first().press('ArrowDown');
  await expect(position(page)).toHaveAttribute('aria-valuenow', '2');
  await expect(page.getByRole('button', { name: /^kubectl -> kube-apiserver: create Deployment/ })).toHaveAttribute('aria-current', 'step');
  const drawn = await page.locator('li[aria-hidden] canvas').evaluate((canvas: HTMLCanvasElement) => {
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray();
    return new Set(pixels.filter((_, i) => i % 4 === 2)).size;
  });
  expect(drawn).toBeGreaterThan(4);
  expect(await axe(page)).toEqual([]);
});
