// The inspector: what a message changed, why it was sent, what it caused, and how it was sent.
import type { Page } from 'playwright/test';
import { axe, expect, goTo, position, run, stepTo, test } from './page';

const COMMAND = 'kubectl create deployment test --image=nginx';
const panel = (page: Page) => page.getByRole('tabpanel', { name: 'Message' });
const section = (page: Page, heading: string) =>
  panel(page)
    .locator('section')
    .filter({ has: page.getByRole('heading', { name: heading }) });

/** Opens the first message whose sentence says `at`. */
async function open(page: Page, at: RegExp): Promise<void> {
  await page.goto('./');
  await run(page, COMMAND);
  await goTo(page, 0);
  await stepTo(page, at);
  await page.keyboard.press('Enter');
  await expect(panel(page).getByRole('heading', { level: 2 })).toBeVisible();
}

test('the fields that a message changed, before and after, in which key, from which revision to which (teaching 8)', async ({ page }) => {
  await open(page, /kube-scheduler -> kube-apiserver: bind Pod/);
  const changed = section(page, 'What changed');
  await expect(changed).toContainText(/\/registry\/pods\/default\/test-\S+, revision \d+ to \d+/);
  await expect(changed.getByRole('row', { name: /spec\.nodeName nothing node-\d/ })).toBeVisible();
  expect(await axe(page)).toEqual([]);
});

test('why it was sent leads back to the command; what it caused is a tree that opens, each a way there', async ({ page }) => {
  await open(page, /kube-scheduler -> kube-apiserver: bind Pod/);
  const caused = section(page, 'What it caused');
  const branches = caused.getByRole('button', { name: /^Show what it caused: \d/ });
  const links = caused.getByRole('listitem');
  const before = await links.count();
  await branches.first().click();
  await expect.poll(() => links.count()).toBeGreaterThan(before);
  await caused
    .getByRole('list')
    .getByRole('list')
    .getByRole('button', { name: /^Show what it caused/ })
    .first()
    .click();
  await expect(caused.getByRole('list').getByRole('list').getByRole('list').getByRole('listitem').first()).toBeVisible();
  expect(await axe(page)).toEqual([]);
  await caused.getByRole('button', { name: 'Hide what it caused' }).first().click();
  await expect.poll(() => links.count()).toBe(before);
  await section(page, 'Why it was sent')
    .getByRole('button', { name: /^You: Typed|You → kubectl/ })
    .click();
  await expect(position(page)).toHaveAttribute('aria-valuetext', /You -> kubectl: typed/);
});

test('request and answer with headers, body as YAML, JSON and raw; side by side where there is room; where the story differs', async ({
  page,
}) => {
  await open(page, /kubectl -> kube-apiserver: create Deployment/);
  const request = section(page, 'Request');
  await expect(request.getByText(/^\d+ headers$/)).toBeVisible();
  await request.getByText('Whole body').click();
  const body = request.getByRole('region', { name: 'Body' });
  await expect(body).toContainText('kind: Deployment');
  await request.getByRole('radio', { name: 'JSON' }).check({ force: true });
  await expect(body).toContainText('"kind": "Deployment"');
  await request.getByRole('radio', { name: 'Raw' }).check({ force: true });
  await expect(body).toContainText(/^POST \/apis\/apps\/v1\/namespaces\/default\/deployments/);
  await expect(body).toContainText(/User-Agent: kubectl/i);
  const beside = async () => {
    const [left, right] = await Promise.all([request.boundingBox(), section(page, 'Answer').boundingBox()]);
    return left !== null && right !== null && right.x > left.x + left.width - 1;
  };
  expect(await beside()).toBe(false);
  await page.getByRole('separator', { name: 'Width of the details' }).focus();
  for (let i = 0; i < 14; i++) await page.keyboard.press('ArrowLeft');
  await expect.poll(beside).toBe(true);
  await expect(panel(page).getByRole('button', { name: 'Copy as curl' })).toBeVisible();
  await expect(panel(page).getByRole('button', { name: 'Copy as kubectl --raw' })).toBeVisible();
});

test('where the short story differs from what was sent, the message says so (teaching 11)', async ({ page }) => {
  await open(page, /kubectl -> you: exits|kubectl -> you: prints/);
  for (let i = 0; i < 3 && !(await panel(page).getByText('Where the short story differs').isVisible()); i++)
    await page.keyboard.press('ArrowRight');
  await expect(panel(page).getByText('Where the short story differs')).toBeVisible();
});
