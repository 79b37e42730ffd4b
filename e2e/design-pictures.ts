// The pictures of docs/DESIGN.md, taken from the page: `npm run shots:design` writes them anew.
import { join } from 'node:path';
import { expect, type Page, test } from 'playwright/test';
import { SCENES } from './scenes';

const FOLDER = join(import.meta.dirname, '../docs/design');
type Clip = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

interface Picture {
  readonly scene: string;
  readonly scheme: 'dark' | 'light';
  /** Of a page of 1440 by 900; without it all of it. */
  readonly clip?: Clip;
  readonly narrow?: true;
}
const PICTURES: { readonly [name: string]: Picture } = {
  stage: { scene: 'on its way', scheme: 'dark' },
  signs: { scene: 'start', scheme: 'light', clip: { x: 12, y: 400, width: 200, height: 346 } },
  gate: { scene: 'request', scheme: 'light', clip: { x: 240, y: 90, width: 660, height: 380 } },
  timeline: { scene: 'node dead', scheme: 'dark', clip: { x: 0, y: 804, width: 1440, height: 96 } },
  inside: { scene: 'inside kube-scheduler', scheme: 'light', clip: { x: 1040, y: 48, width: 400, height: 560 } },
  narrow: { scene: 'schedule', scheme: 'dark', narrow: true },
};

for (const [name, { scene, scheme, clip, narrow = false }] of Object.entries(PICTURES)) {
  test(name, async ({ page }) => {
    await page.setViewportSize(narrow ? { width: 390, height: 844 } : { width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    await SCENES[scene]?.(page);
    await settle(page);
    await page.screenshot({ path: join(FOLDER, `${name}.png`), ...(clip !== undefined && { clip }) });
  });
}

async function settle(page: Page): Promise<void> {
  const panel = page.getByRole('complementary');
  if (await panel.isVisible()) await expect(panel).toHaveCSS('opacity', '1');
  await page.waitForLoadState('networkidle');
  await page.mouse.move(0, 0);
  await page.waitForTimeout(600);
}
