// Acting in the past makes a branch: said before, named, kept, gone back to; nothing of the old future is lost.
import type { Page } from 'playwright/test';
import { atRest, axe, cluster, expect, goTo, position, run, test } from './page';

const COMMAND = 'kubectl create deployment test --image=nginx';
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });

async function end(page: Page): Promise<void> {
  await position(page).focus();
  await page.keyboard.press('End');
}

test('a branch is announced, listed, named, gone to and from at the same moment, undone, and deleted', async ({ page }) => {
  await page.goto('./');
  const before = await run(page, COMMAND);
  await goTo(page, 4);
  await page.getByRole('textbox', { name: 'Command', exact: true }).fill('kubectl scale deployment test --replicas=3');
  await expect(page.getByText('You are at message 4, before the end: this begins a new branch there.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Command', exact: true }).fill('');
  const after = await run(page, 'kubectl scale deployment test --replicas=3');
  await end(page);
  await expect(cluster(page)).toContainText(/test-\S+, Running/);

  await button(page, '2 branches').click();
  const dialog = page.getByRole('dialog', { name: 'Branches' });
  await expect(dialog.getByRole('listitem')).toHaveCount(2);
  await expect(dialog.getByRole('listitem').nth(1)).toContainText('leaves “Create a Deployment” at message 4');
  expect(await axe(page)).toEqual([]);
  await dialog.getByRole('textbox', { name: /^Name of the branch: kubectl scale/ }).fill('three of them');
  await dialog.getByRole('button', { name: 'Go to the branch: Create a Deployment' }).click();
  expect(await atRest(page, after)).toBe(before);

  await button(page, '2 branches').click();
  await page.getByRole('button', { name: 'Go to the branch: three of them' }).click();
  expect(await atRest(page, before)).toBe(after);
  await expect(page).toHaveURL(/scale/);
  await position(page).focus();
  await page.keyboard.press('u');
  expect(await atRest(page, after)).toBe(before);
  await expect(position(page)).toHaveAttribute('aria-valuenow', '4');

  // The address follows a moment later.
  await expect(page).not.toHaveURL(/scale/);
  await page.reload();
  await atRest(page);
  await button(page, '2 branches').click();
  await page.getByRole('button', { name: 'Delete the branch: three of them' }).click();
  await expect(page.getByRole('dialog', { name: 'Branches' }).getByRole('listitem')).toHaveCount(1);
});

test('two branches side by side: what was done, the first difference with its cause, and ways to each message', async ({ page }) => {
  await page.goto('./');
  const before = await run(page, COMMAND);
  await goTo(page, 4);
  const after = await run(page, 'kubectl scale deployment test --replicas=2');
  await button(page, 'Compare both').click();
  const view = page.getByRole('region', { name: 'Two branches side by side' });
  await expect(view).toContainText('only in A');
  await expect(view).toContainText('The first difference');
  expect(await axe(page)).toEqual([]);
  const side = (name: string) => view.getByRole('region', { name, exact: true });
  const [done, first] = [side('A: What was done'), side('A: The first difference').getByRole('button').first()];
  await expect(done).toContainText('kubectl scale deployment test --replicas=2');
  await expect(side('B: What was done')).toContainText('nothing else');
  await expect(first).toContainText('kubectl -> kube-apiserver');
  await first.click();
  await expect(first).toHaveAttribute('aria-current', 'step');
  // B's own messages are in branch B: choosing one opens it there, and the sides change places.
  await button(page, 'Show the stage').click();
  await button(page, 'Take the old future up again').click();
  expect(await atRest(page, after)).toBe(before);
  await button(page, '2 branches').click();
  await page.getByRole('button', { name: /^Compare the open branch with: kubectl scale/ }).click();
  await side('B: The first difference').getByRole('button').first().click();
  expect(await atRest(page, before)).toBe(after);
  await expect(done).toContainText('kubectl scale deployment test --replicas=2');
  await expect(first).toHaveAttribute('aria-current', 'step');
});

test('a component is broken by keyboard now, and by click in the past; compared, and the way back (teaching 12)', async ({ page }) => {
  await page.goto('./');
  const before = await run(page, COMMAND);
  await end(page);
  await page.getByRole('button', { name: /^kube-scheduler: / }).focus();
  await page.keyboard.press('x');
  const menu = page.getByRole('menu', { name: 'Act on it' });
  await expect(page.getByText('At the end of the recording: it goes on with this.')).toBeVisible();
  await expect(menu.getByRole('menuitem', { name: /^Kill the process of kube-scheduler/ })).toBeFocused();
  await expect(menu.getByRole('menuitem').last()).toBeInViewport({ ratio: 1 });
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(menu).toBeHidden();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const stopped = await atRest(page, before);
  await end(page);
  await expect(cluster(page)).toContainText('kube-scheduler: stopped');

  await goTo(page, 4);
  await page.getByRole('button', { name: /^node-2: / }).click({ button: 'right' });
  await expect(page.getByText('At message 4, before the end: this begins a new branch.')).toBeVisible();
  await menu.getByRole('menuitem', { name: /^Power off node-2/ }).click();
  const branch = await atRest(page, stopped);
  await button(page, 'Compare both').click();
  const view = page.getByRole('region', { name: 'Two branches side by side' });
  await expect(view.getByRole('region', { name: 'B: What was done' })).toContainText('kube-scheduler');
  await button(page, '2 branches').click();
  await expect(page.getByRole('textbox', { name: /^Name of the branch: Power off node-2/ })).toBeVisible();
  await button(page, 'Close branches').click();
  await button(page, 'Show the stage').click();
  await page.keyboard.press('u');
  expect(await atRest(page, branch)).toBe(stopped);
  await end(page);
  await page.getByRole('button', { name: /^kube-scheduler: stopped/ }).focus();
  await page.keyboard.press('Enter');
  await button(page, 'Act on it').click();
  await menu.getByRole('menuitem', { name: /^Start kube-scheduler again/ }).click();
  await atRest(page, stopped);
  await end(page);
  await expect(cluster(page)).not.toContainText('kube-scheduler: stopped');
});

test('a line is cut by pulling it away, and by keyboard; it stays cut for as long as it was, and no longer (teaching 12)', async ({
  page,
}) => {
  await page.goto('./');
  const before = await run(page, COMMAND);
  await goTo(page, 4);
  const hold = await page.locator('[data-line="line/kube-scheduler kube-apiserver"]').evaluate((line: SVGPathElement) => {
    const { x, y } = line.getPointAtLength(line.getTotalLength() / 2).matrixTransform(line.getScreenCTM() ?? undefined);
    return { x, y };
  });
  await page.mouse.move(hold.x, hold.y);
  await page.mouse.down();
  await page.mouse.move(hold.x + 50, hold.y, { steps: 4 });
  await page.mouse.up();
  const cut = await atRest(page, before);
  await expect(button(page, 'Compare both')).toBeVisible();
  await expect(cluster(page)).toContainText(/kube-scheduler and kube-apiserver: cut until \S+ s/);
  await end(page);
  await expect(cluster(page)).not.toContainText('cut until');

  await page.getByRole('button', { name: /^kubelet on node-1: / }).focus();
  await page.keyboard.press('x');
  await page.getByRole('menuitem', { name: /^More for its line to kube-apiserver/ }).click();
  const card = page.getByRole('region', { name: 'kubelet on node-1 and kube-apiserver' });
  await expect(card).toContainText('open');
  await expect(card.getByRole('menuitem', { name: /^Cut kubelet/ })).toBeFocused();
  expect(await axe(page)).toEqual([]);
  await card.getByRole('menuitem', { name: /^Slow down by 500 ms for 60 s/ }).click();
  await expect(page.getByRole('button', { name: /^kubelet on node-1: / })).toBeFocused();
  await atRest(page, cut);
  await expect(cluster(page)).toContainText('kubelet on node-1 and kube-apiserver: slow until');

  const slow = await atRest(page);
  await page.keyboard.press('x');
  await page.getByRole('menuitem', { name: /^Mend kubelet\/node-1 and kube-apiserver/ }).click();
  await atRest(page, slow);
  await expect(cluster(page)).not.toContainText('slow until');
});

test('the clock of a node is set wrong, seen, and set right (teaching 12)', async ({ page }) => {
  await page.goto('./');
  const before = await run(page, COMMAND);
  await end(page);
  await page.getByRole('button', { name: /^node-1: / }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: /^Set the clock of node-1 5 minutes behind/ }).click();
  const wrong = await atRest(page, before);
  await page.getByRole('button', { name: /^node-1: / }).click({ button: 'right' });
  await expect(page.getByRole('region', { name: 'node-1', exact: true })).toContainText('clock 300 s behind');
  await expect(page.getByRole('menuitem', { name: /^Set the clock of node-1 right/ })).toBeVisible();
  await page.getByRole('menuitem', { name: /^Set the clock of node-1 right/ }).click();
  await atRest(page, wrong);
  await end(page);
  await page.getByRole('button', { name: /^node-1: / }).press('Enter');
  await expect(page.getByRole('region', { name: 'node-1', exact: true })).not.toContainText('behind');
});

test('Ctrl-C ends a load where the cursor stands, as another branch that its link replays (teaching 12)', async ({ page }) => {
  await page.goto('./');
  const before = await run(page, 'curl 10.96.0.1:443 from node-1 for 60s');
  await goTo(page, 3);
  await page.getByRole('textbox', { name: 'Command', exact: true }).focus();
  await expect(button(page, /^Interrupt/)).toBeVisible();
  await page.keyboard.press('Control+c');
  const ended = await atRest(page, before);
  await end(page);
  const log = page.getByRole('log', { name: 'Terminal output' });
  await expect(log).toContainText('^C');
  await expect(log).toContainText(/[1-5]?\d requests: .*failed/);
  await expect(button(page, /^Interrupt/)).toBeHidden();
  await page.reload();
  expect(await atRest(page)).toBe(ended);
});

test('a scenario chosen by hand begins to play; with reduced motion it waits', async ({ page }) => {
  await page.goto('./');
  await atRest(page);
  await button(page, 'Scenarios').click();
  await page.getByRole('link', { name: 'Open scenario: Scale up and down' }).click();
  await expect(button(page, 'Pause')).toBeVisible();
  await expect(position(page)).not.toHaveAttribute('aria-valuenow', '0');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await button(page, 'Pause').click();
  await button(page, 'Scenarios').click();
  await page.getByRole('link', { name: 'Open scenario: Rolling update' }).click();
  await atRest(page);
  await expect(position(page)).toHaveAttribute('aria-valuenow', '0');
});
