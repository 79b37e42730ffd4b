// The library of scenarios: chosen in the page, and opened by its short link.

import { spawnSync } from 'node:child_process';
import { LIBRARY } from '../src/scenarios/library';
import { SCENARIO_NAMES } from '../src/scenarios/runs';
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

// All of them by WATCHLOOP_SCENARIOS=all.
const SAMPLE = ['create-deployment-and-service', 'rolling-update', 'watch-lost', 'rbac-forbids'];
const NAMES = process.env.WATCHLOOP_SCENARIOS === 'all' ? SCENARIO_NAMES : SCENARIO_NAMES.filter((name) => SAMPLE.includes(name));
for (const name of NAMES)
  test(`${name} has the digest in the page that the command line prints`, async ({ page }) => {
    await page.goto(`./#/${name}`);
    const digest = await atRest(page);
    // Its status is that of the last kubectl, which may fail on purpose.
    const { stdout } = spawnSync(process.execPath, ['src/node/run.mjs', 'trace', '--scenario', name], { encoding: 'utf8', maxBuffer: 1e9 });
    const summary = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { readonly digest: string };
    expect(digest).toBe(summary.digest);
  });
