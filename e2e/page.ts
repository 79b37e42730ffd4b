// What every browser test starts from: a page that must not complain, and the few things a person does with it.
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from 'playwright/test';

export { expect } from 'playwright/test';

/** A test fails if the page wrote an error or a warning, threw, or broke its Content-Security-Policy. */
export const test = base.extend({
  page: async ({ page }, use) => {
    const complaints = listen(page);
    await use(page);
    if (complaints.length > 0) throw new Error(`The page complained:\n${complaints.join('\n')}`);
  },
});

export function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  return complaints;
}

export const command = (page: Page) => page.getByRole('textbox', { name: 'Command', exact: true });
export const position = (page: Page) => page.getByRole('slider', { name: 'Position in the recording' });
export const cluster = (page: Page) => page.getByRole('region', { name: 'The cluster in words' });

/** Waits until the recording is complete, and has another digest than `before`; returns its digest. */
export async function atRest(page: Page, before = ''): Promise<string> {
  const state = page.locator(`[data-digest]:not([data-digest="${before}"])`);
  await state.waitFor({ state: 'attached' });
  return (await state.getAttribute('data-digest')) ?? '';
}

/** Runs a command until the cluster is at rest, and pauses the play. */
export async function run(page: Page, line: string): Promise<string> {
  const before = await atRest(page);
  await type(page, line);
  const digest = await atRest(page, before);
  const pause = page.getByRole('button', { name: 'Pause', exact: true });
  if (await pause.isVisible()) await pause.click();
  return digest;
}

/** What the position says once the sentence of its message has come. */
export async function moment(page: Page): Promise<string> {
  await expect(position(page)).toHaveAttribute('aria-valuetext', /^Message \d+ of \d+\. .*: ./);
  return (await position(page).getAttribute('aria-valuetext')) ?? '';
}

/** Goes to a message by its place, 0 before the first. */
export async function goTo(page: Page, message: number): Promise<void> {
  await position(page).focus();
  await page.keyboard.press('Home');
  for (let i = 0; i < message; i++) await page.keyboard.press('ArrowRight');
  await expect(position(page)).toHaveAttribute('aria-valuenow', String(message));
}

/** Steps, from where the focused position is, until its text says it. */
export async function stepTo(page: Page, text: RegExp, key: 'ArrowRight' | 'ArrowLeft' = 'ArrowRight'): Promise<string> {
  const number = async (attribute: string) => Number(await position(page).getAttribute(attribute));
  const end = await number(key === 'ArrowRight' ? 'aria-valuemax' : 'aria-valuemin');
  const step = key === 'ArrowRight' ? 1 : -1;
  for (let place = await number('aria-valuenow'); ; place += step) {
    await expect(position(page)).toHaveAttribute('aria-valuenow', String(place));
    const said = place > 0 ? await moment(page) : '';
    if (text.test(said)) return said;
    if (place === end) break;
    await page.keyboard.press(key);
  }
  throw new Error(`no message says ${text}`);
}

export async function type(page: Page, line: string): Promise<void> {
  await command(page).fill(line);
  await command(page).press('Enter');
}

/** What axe finds once nothing fades any more. */
export async function axe(page: Page): Promise<readonly string[]> {
  await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'));
  const panel = page.getByRole('complementary');
  if (await panel.isVisible()) await expect(panel).toHaveCSS('opacity', '1');
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}
