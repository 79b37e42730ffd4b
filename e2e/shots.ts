// Every scene in every look, each into `.cache/shots/LOOK/SCENE.png`.
import { join } from 'node:path';
import { expect, type Page, test } from 'playwright/test';
import { SCENES } from './scenes';

const FOLDER = join(import.meta.dirname, '../.cache/shots');

interface Size {
  readonly viewport: { readonly width: number; readonly height: number };
  readonly hasTouch?: boolean;
  readonly presents?: boolean;
  readonly looks: readonly (keyof typeof LOOKS)[];
}
const SIZES: { readonly [name: string]: Size } = {
  wide: { viewport: { width: 1440, height: 900 }, looks: ['dark', 'light', 'contrast', 'forced'] },
  narrow: { viewport: { width: 390, height: 844 }, hasTouch: true, looks: ['dark', 'light'] },
  presentation: { viewport: { width: 1440, height: 900 }, presents: true, looks: ['dark', 'light'] },
};
const LOOKS = {
  dark: { colorScheme: 'dark', contrast: 'no-preference', forcedColors: 'none' },
  light: { colorScheme: 'light', contrast: 'no-preference', forcedColors: 'none' },
  contrast: { colorScheme: 'light', contrast: 'more', forcedColors: 'none' },
  forced: { colorScheme: 'dark', contrast: 'more', forcedColors: 'active' },
} as const;

for (const [size, { viewport, hasTouch = false, presents = false, looks }] of Object.entries(SIZES)) {
  test.describe(size, () => {
    test.use({ viewport, hasTouch });
    for (const [name, scene] of Object.entries(SCENES)) {
      test(name, async ({ page }) => {
        page.setDefaultTimeout(45_000);
        await page.emulateMedia(LOOKS.dark);
        await scene(page);
        if (presents) await present(page);
        for (const look of looks) {
          await page.emulateMedia(LOOKS[look]);
          await settle(page);
          await page.screenshot({ path: join(FOLDER, `${size}-${look}`, `${name.replaceAll(' ', '-')}.png`) });
        }
      });
    }
  });
}

/** The size for a class, also where a dialog or a text has the keys. */
async function present(page: Page): Promise<void> {
  await page.evaluate(() => dispatchEvent(new KeyboardEvent('keydown', { key: 'p' })));
}

/** Until nothing fades and nothing loads any more. */
async function settle(page: Page): Promise<void> {
  const panel = page.getByRole('complementary');
  if (await panel.isVisible()) await expect(panel).toHaveCSS('opacity', '1');
  await page.waitForLoadState('networkidle');
  await expect(page.getByText(/^(Opening|Looking through etcd)…$/)).toHaveCount(0);
  await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'));
}
