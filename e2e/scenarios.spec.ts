// The library of scenarios: chosen in the page, and opened by its short link.
import { LIBRARY } from '../src/scenarios/library';
import { atRest, axe, expect, position, test } from './page';

test('a scenario is chosen from the library, named in the bar, and its address is short', async ({ page }) => {
  await page.goto('./');
  const before = await atRest(page);
  await page.getByRole('button', { name: 'Scenarios', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Scenarios' });
  await expect(dialog.getByRole('listitem')).toHaveCount(LIBRARY.length);
  expect(await axe(page)).toEqual([]);
  await dialog.getByRole('link', { name: 'Open scenario: RBAC forbids, then allows' }).click();
  await expect(dialog).toBeHidden();
  await atRest(page, before);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('RBAC forbids, then allows');
  await expect(page).toHaveURL(/#\/rbac-forbids(\?|$)/);
  await expect(page.getByRole('radio', { name: 'Messages' })).toBeChecked();
});

test('a short link opens its scenario at its moment', async ({ page }) => {
  await page.goto('./#/scale?at=schedule.1&level=messages');
  await atRest(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Scale up and down');
  await expect(position(page)).toHaveAttribute('aria-valuetext', /kube-scheduler/);
});

test('on a narrow page the library is in the View menu', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('./');
  await atRest(page);
  await page.getByRole('button', { name: 'View', exact: true }).click();
  await page.getByRole('button', { name: 'Scenarios', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'Scenarios' }).getByRole('link', { name: 'Open scenario: Rolling update' })).toBeVisible();
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Scenarios' })).toBeHidden();
});
