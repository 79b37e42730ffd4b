// Any scenario as text: opened, completed, checked where it is wrong, run, and given on by its link.
import type { Page } from 'playwright/test';
import { atRest, axe, expect, test } from './page';

const dialog = (page: Page) => page.getByRole('dialog', { name: /^Scenario/ });
const text = (page: Page) => page.getByRole('textbox', { name: 'Text of the scenario' });
const status = (page: Page) => dialog(page).getByRole('status');

async function openAsText(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Scenarios', exact: true }).click();
  await dialog(page).getByRole('button', { name, exact: true }).first().click();
  await expect(text(page)).toBeFocused();
}

test('a scenario of the library opens as text, is changed and run, and its link gives the same digest to another', async ({
  page,
  context,
}) => {
  await page.goto('./');
  const before = await atRest(page);
  await openAsText(page, 'Edit as text: Create a Deployment');
  await expect(status(page)).toHaveText('No problems, 1 input');
  expect(await axe(page)).toEqual([]);
  const written = await text(page).inputValue();
  await text(page).fill(`${written.replace('--image=nginx', '--image=nginx --replicas=2')}seed: 9\n`);
  await expect(status(page)).toHaveText('No problems, 1 input');
  await text(page).press('Control+Enter');
  await expect(dialog(page)).toBeHidden();
  const digest = await atRest(page, before);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('--replicas=2');
  expect(page.url()).toMatch(/#\/\?do=create\+deployment/);

  const other = await context.newPage();
  await other.goto(page.url());
  expect(await atRest(other)).toBe(digest);
  await openAsText(other, 'Edit as text');
  await expect(text(other)).toHaveValue(/seed: 9\n/);
  await other.close();
});

test('what is wrong is marked where it is and said in words; until then it does not run', async ({ page }) => {
  await page.goto('./#/scale');
  await atRest(page);
  await openAsText(page, 'Edit as text');
  const written = await text(page).inputValue();
  await text(page).fill(written.replace('title:', 'titel:'));
  await expect(status(page)).toHaveText('2 problems');
  await expect(text(page)).toHaveAttribute('aria-invalid', 'true');
  await expect(dialog(page).locator('mark')).toHaveText(['version: 1', 'titel']);
  await text(page).press('Control+Enter');
  await expect(dialog(page)).toBeVisible();
  await dialog(page)
    .getByRole('button', { name: /^Line 3, column 1: titel is not known here/ })
    .click();
  expect(await text(page).evaluate((box: HTMLTextAreaElement) => box.value.slice(box.selectionStart, box.selectionEnd))).toBe('titel');
  expect(await axe(page)).toEqual([]);

  // What was changed is there again when the editor is; reverting takes it back.
  await page.keyboard.press('Escape');
  await openAsText(page, 'Edit as text');
  await expect(text(page)).toHaveValue(/titel:/);
  await dialog(page).getByRole('button', { name: 'Revert' }).click();
  await expect(text(page)).toHaveValue(written);
});

test('names and values are offered at the cursor, and taken by keyboard', async ({ page }) => {
  await page.goto('./');
  await atRest(page);
  await openAsText(page, 'Edit as text: A node dies under load');
  await text(page).press('Control+End');
  await text(page).pressSequentially('lev');
  const options = dialog(page).getByRole('listbox', { name: 'Completions' });
  await expect(options.getByRole('option')).toHaveText([/^level/]);
  await text(page).press('Enter');
  await expect(options.getByRole('option')).toHaveText([/^story/, /^messages/, /^wire/]);
  expect(await axe(page)).toEqual([]);
  await text(page).press('ArrowDown');
  await text(page).press('ArrowDown');
  await text(page).press('Enter');
  await expect(text(page)).toHaveValue(/\nlevel: messages$/);
  await expect(options).toBeHidden();
  // Escape closes what is offered, not the dialog; what was put in can be undone.
  await text(page).press('Enter');
  await text(page).press('Control+Space');
  await expect(options).toBeVisible();
  await text(page).press('Escape');
  await expect(options).toBeHidden();
  await expect(dialog(page)).toBeVisible();
  for (let i = 0; i < 3; i++) await text(page).press('Control+z');
  await expect(text(page)).not.toHaveValue(/level: messages/);
});

test('a file is opened and kept as one; what it tells leads to its moments, and what it expects is looked up', async ({ page }) => {
  const yaml = [
    'version: 1',
    'title: From a file',
    'inputs: [kubectl run solo --image=nginx]',
    'steps: [{at: schedule.1, text: A node is chosen.}]',
    'questions: [{at: {kind: response, status: 201}, ask: Who answers?, options: [etcd, kube-apiserver], answer: kube-apiserver, because: It is asked}]',
    'expectations: {occurs: [{kind: output, exit: 0}], never: [{object.name: solo}]}',
  ].join('\n');
  await page.goto('./');
  const before = await atRest(page);
  await openAsText(page, 'Edit as text');
  await dialog(page)
    .getByLabel('Open file')
    .setInputFiles({ name: 'mine.yaml', mimeType: 'application/yaml', buffer: Buffer.from(yaml) });
  await expect(status(page)).toHaveText('No problems, 1 input');
  const download = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: 'Download' }).click();
  expect((await download).suggestedFilename()).toBe('scenario.yaml');
  await dialog(page).getByRole('button', { name: 'Run', exact: true }).click();
  await atRest(page, before);

  await page.getByRole('button', { name: 'Scenarios', exact: true }).click();
  const open = dialog(page).getByRole('region', { name: 'Open now' });
  await expect(open.getByRole('heading', { name: 'Open now: From a file' })).toBeVisible();
  await expect(open.getByRole('listitem').filter({ hasText: 'exit: 0' })).toContainText('is seen');
  await expect(open.getByRole('listitem').filter({ hasText: 'object.name: solo' })).toContainText('is seen, and should not be');
  await open.getByText('Answer', { exact: true }).click();
  await expect(open.getByText('kube-apiserver. It is asked')).toBeVisible();
  expect(await axe(page)).toEqual([]);
  await open.getByRole('button', { name: 'A node is chosen.' }).click();
  await expect(dialog(page)).toBeHidden();
  await expect(page.getByRole('slider', { name: 'Position in the recording' })).toHaveAttribute('aria-valuetext', /kube-scheduler/);
});

test('on a narrow page the text and its problems stand one below the other', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('./');
  await atRest(page);
  await page.getByRole('button', { name: 'View', exact: true }).click();
  await openAsText(page, 'Edit as text: Scale up and down');
  await expect(text(page)).toBeInViewport();
  expect(await axe(page)).toEqual([]);
});
