// How large things are: for fingers, from the last row of a class, and in the colours that a person's system forces.
import type { Locator, Page } from 'playwright/test';
import { cluster, expect, goTo, moment, position, run, test } from './page';

const COMMAND = 'kubectl create deployment test --image=nginx';
const VIEWS = ['The stage', 'The ladder', 'The records', 'The objects', 'The transcript'];
const FINGER_PX = 44;
/** 20 pt in CSS pixels. */
const CLASS_PX = 26.6;

/** What can be pressed and is smaller than a finger. What stands in a diagram or in a sentence has no size of its own. */
const tooSmall = (page: Page): Promise<readonly string[]> =>
  page.evaluate((least) => {
    const pressed = document.querySelectorAll<HTMLElement>('button, a[href], select, summary, [role=tab], [role=slider], label:has(input)');
    const small: string[] = [];
    for (const element of pressed) {
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      if (element.closest('[data-place], .react-flow__panel, p, li li, [inert]') !== null) continue;
      const { width, height, right, left } = element.getBoundingClientRect();
      if (width < 2 || right <= 0 || left >= innerWidth) continue;
      if (Math.min(width, height) < least - 0.5)
        small.push(`${element.getAttribute('aria-label') ?? element.textContent}: ${Math.round(width)}x${Math.round(height)}`);
    }
    return small;
  }, FINGER_PX);

/** The size of an element's text on the screen. */
const pixelsOf = (text: Locator): Promise<number> =>
  text.evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize) * (element.currentCSSZoom ?? 1));

test.describe('under a finger', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });
  test('what can be pressed is 44 px large, in each view (issue 3, part 7)', async ({ page }) => {
    await page.goto('./');
    await run(page, COMMAND);
    await goTo(page, 3);
    await moment(page);
    expect(await tooSmall(page)).toEqual([]);
    for (const tab of ['Story', 'Message', 'Inside', 'Terminal']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.waitForLoadState('networkidle');
      expect(await tooSmall(page), tab).toEqual([]);
    }
    for (const view of VIEWS) {
      await page.getByRole('button', { name: 'View', exact: true }).click();
      expect(await tooSmall(page), 'the menu').toEqual([]);
      await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: view });
      await page.keyboard.press('Escape');
      await page.waitForLoadState('networkidle');
      expect(await tooSmall(page), view).toEqual([]);
    }
  });
});

test('in presentation size all that is read is 20 pt or larger, and a row pressed in a list is the one meant (issue 3, part 7)', async ({
  page,
}) => {
  await page.goto('./');
  await run(page, COMMAND);
  await goTo(page, 7);
  await moment(page);
  await page.keyboard.press('p');
  const deck = page.getByRole('contentinfo');
  const read = [
    page.getByText('deployment.apps/test created').last(),
    deck.getByRole('button', { name: 'Previous', exact: true }),
    deck.getByText('7 / 37', { exact: true }),
    page.getByRole('button', { name: 'Open this message', exact: true }),
  ];
  for (const text of read) expect(await pixelsOf(text), String(text)).toBeGreaterThan(CLASS_PX);
  await page.keyboard.press('p');
  await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'The ladder' });
  await position(page).focus();
  await page.keyboard.press('p');
  const rows = page.getByRole('list', { name: 'Ladder' }).getByRole('listitem');
  const fifth = rows.and(page.locator('[aria-posinset="5"]')).getByRole('button');
  expect(await pixelsOf(fifth)).toBeGreaterThan(CLASS_PX);
  await fifth.click();
  await expect(position(page)).toHaveAttribute('aria-valuenow', '5');
});

test('where the system forces its colours, the message, its ways and what has the focus are still told apart (issue 3, part 8)', async ({
  page,
}) => {
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
  await page.goto('./');
  await run(page, COMMAND);
  await goTo(page, 4);
  await moment(page);
  const place = (name: string) => cluster(page).page().locator(`[data-place="${name}"]`).first();
  const border = (name: string) =>
    place(name).evaluate((element) => getComputedStyle(element).borderColor + getComputedStyle(element).borderWidth);
  expect(await border('etcd')).not.toBe(await border('kube-scheduler'));
});
