// What goes wrong, and what is changed in the past: nothing is lost, and the page says what to do next.
import type { Page } from 'playwright/test';
import { atRest, cluster, command, expect, goTo, position, run, test, type } from './page';

const COMMAND = 'kubectl create deployment test --image=nginx';
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test('a command in the past begins another future; the old one can be taken up again', async ({ page }) => {
  await page.goto('./');
  const before = await run(page, COMMAND);
  await goTo(page, 2);
  const branched = await run(page, 'kubectl create deployment other --image=redis');
  expect(branched).not.toBe(before);
  await position(page).focus();
  await page.keyboard.press('End');
  await expect(cluster(page)).toContainText(/other-\S+, Running/);
  await button(page, 'Take the old future up again').click();
  expect(await atRest(page, branched)).toBe(before);
  await expect(position(page)).toHaveAttribute('aria-valuenow', '2');
});

test('an oversized command or manifest is refused where it was typed, and stays there', async ({ page }) => {
  await page.goto('./');
  const digest = await atRest(page);
  const long = `kubectl run ${'x'.repeat(9_000)}`;
  await type(page, long);
  await expect(page.getByRole('alert')).toContainText('more than a command may carry');
  await expect(command(page)).toHaveValue(long);
  await command(page).fill('');
  await button(page, 'Paste YAML').click();
  await page.getByRole('textbox', { name: /^Manifest/ }).fill(`# ${'y'.repeat(200_000)}`);
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('alert')).toContainText('more than a command may carry');
  expect(await atRest(page)).toBe(digest);
});

test('a dead worker shows a report, and the restart comes back to the same moment', async ({ page }) => {
  await page.goto('./');
  const digest = await run(page, COMMAND);
  await goTo(page, 4);
  await page.workers()[0]?.evaluate(() => {
    setTimeout(() => {
      throw new Error('broken on purpose');
    });
  });
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('broken on purpose');
  await expect(dialog).toContainText(COMMAND);
  await dialog.getByRole('button', { name: 'Restart the run' }).click();
  await expect(dialog).toBeHidden();
  expect(await atRest(page)).toBe(digest);
  await expect(position(page)).toHaveAttribute('aria-valuenow', '4');
});

test('where workers are forbidden the same run plays in the page itself', async ({ page }) => {
  await page.goto('./');
  const digest = await run(page, COMMAND);
  await page.addInitScript(() => {
    Object.defineProperty(window, 'Worker', {
      value: class {
        constructor() {
          throw new DOMException('forbidden', 'SecurityError');
        }
      },
    });
  });
  await page.goto('about:blank');
  await page.goto('./');
  expect(await run(page, COMMAND)).toBe(digest);
  expect(page.workers()).toHaveLength(0);
});

test('the 17 told steps are in the story: sixteen of a Deployment, and step 11 once it has a Service (teaching 3)', async ({ page }) => {
  await page.goto('./');
  await run(page, COMMAND);
  await button(page, 'Details').click();
  await page.getByRole('tab', { name: 'Story' }).click();
  const rows = page.getByRole('list', { name: 'Story' });
  const told = new Set<number>();
  const walk = async (): Promise<void> => {
    const messages = Number(await position(page).getAttribute('aria-valuemax'));
    for (let place = Number(await position(page).getAttribute('aria-valuenow')); place < messages; place++) {
      await page.keyboard.press('ArrowRight');
      for (const [, number] of ((await rows.textContent()) ?? '').matchAll(/step (\d+)/g)) told.add(Number(number));
    }
  };
  await goTo(page, 0);
  await walk();
  const sixteen = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17];
  expect([...told].sort((a, b) => a - b)).toEqual(sixteen);
  await run(page, 'kubectl expose deployment test --port=80');
  await position(page).focus();
  await walk();
  expect(told).toContain(11);
});
