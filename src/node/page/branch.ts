// A branch at record 100,000 of a large run: how long the page's main thread works without a pause while history is
// replayed with its progress shown, and how long until the branch's first message plays.
import type { Browser } from 'playwright';
import { clusterOf } from '../../cluster/default-run';
import { encodeLink } from '../../share/link';
import { packer } from '../../share/pack';
import { atRest, type Figure, mainThread, open, slider } from './gauges';
import type { Sites } from './sites';

const RECORD = 100_000;
const COMMAND = 'kubectl create deployment test --image=nginx --replicas=600';

export async function branchFigures(browser: Browser, sites: Sites): Promise<readonly Figure[]> {
  const { page, session, close } = await open(browser, sites.page);
  await atRest(page);
  const run = { seed: 1, cluster: clusterOf(10), inputs: [{ when: 'rest' as const, input: { type: 'kubectl' as const, line: COMMAND } }] };
  const link = encodeLink({ run, moment: { at: { record: RECORD }, level: 'wire' } }, packer);
  await page.evaluate((hash) => void (location.hash = hash), link.ok ? link.value : '');
  await page.locator('[data-digest]').waitFor({ state: 'detached' });
  await atRest(page);
  await page.getByRole('textbox', { name: 'Command', exact: true }).fill('kubectl get nodes');
  const before = await slider(page).getAttribute('aria-valuenow');
  let answered = Number.NaN;
  const { busy, longest } = await mainThread(session, async () => {
    const begun = Date.now();
    await page.getByRole('textbox', { name: 'Command', exact: true }).press('Enter');
    await page.locator('[data-digest]').waitFor({ state: 'detached' });
    // Its first message: the next one, which plays from there.
    await page.locator(`[role=slider][aria-valuetext^="Message "]:not([aria-valuenow="${before}"])`).waitFor();
    answered = Date.now() - begun;
    await atRest(page);
  });
  const told = Number(await slider(page).getAttribute('aria-valuemax'));
  await close();
  return [
    { name: 'branch-blocked', value: longest, unit: 'ms in one task', most: 50, record: RECORD, told, allTasksMs: busy },
    { name: 'branch-answers', value: answered, unit: 'ms', most: 2_000, record: RECORD },
  ];
}
