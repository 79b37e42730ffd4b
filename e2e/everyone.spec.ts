// The page for everyone: by keyboard alone, read aloud, without motion, at 200 %; and what a person prefers stays theirs.
import { atRest, axe, cluster, expect, goTo, position, run, test } from './page';

const COMMAND = 'kubectl create deployment test --image=nginx';
const VIEWS = ['The stage', 'The ladder', 'The records', 'The objects', 'The flow at a glance', 'The architecture', 'The transcript'];

test('quiet messages are one row that counts them, and opens, in each list (issue 3, part 1)', async ({ page }) => {
  await page.goto('./');
  await run(page, COMMAND);
  await page.getByRole('radio', { name: 'Wire' }).check({ force: true });
  await page.getByRole('button', { name: 'Details', exact: true }).click();
  await position(page).focus();
  await page.keyboard.press('End');
  const lists = {
    Story: page.getByRole('list', { name: 'Story' }),
    'The ladder': page.getByRole('list', { name: 'Ladder' }),
    'The records': page.getByRole('list', { name: 'Records' }),
  };
  for (const [name, list] of Object.entries(lists)) {
    if (name !== 'Story') await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: name });
    const fold = list.getByRole('button', { name: /^\d+ messages: .*(lease renewals|heartbeats|bookmarks|polls)/ }).last();
    await expect(fold).toBeVisible();
    const text = (await fold.textContent()) ?? '';
    const count = Number(/\d+/.exec(text));
    expect(count).toBeGreaterThan(2);
    const rows = async () => Number(await list.getByRole('listitem').first().getAttribute('aria-setsize'));
    const before = await rows();
    await fold.press('Enter');
    const opened = list.getByRole('button', { name: text.replace(/at number \d+/, ''), expanded: true });
    await expect(opened).toBeVisible();
    await expect.poll(rows).toBe(before + count);
    await opened.press('Enter');
    await expect.poll(rows).toBe(before);
  }
});

test('what is under way at the same time is bracketed in words, at the message and in the story (teaching 2)', async ({ page }) => {
  await page.goto('./');
  await run(page, COMMAND);
  await page.getByRole('radio', { name: 'Wire' }).check({ force: true });
  await goTo(page, 1);
  const together = page.getByRole('button', { name: /^At the same time: \S+ → / });
  for (let i = 0; i < 60 && !(await together.isVisible()); i++) {
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('button', { name: 'Open this message', exact: true })).toBeVisible();
  }
  await expect(cluster(page)).toContainText(/At the same time: \S+ → /);
  await together.click();
  const story = page.getByRole('list', { name: 'Story' });
  await expect(story.getByText(/^At the same time: \d+ messages$/)).toBeVisible();
  await expect(story.locator('[aria-current=step]')).toBeVisible();
  expect(await axe(page)).toEqual([]);
});

const LOOKS = {
  dark: { colorScheme: 'dark' },
  light: { colorScheme: 'light' },
  'more contrast': { colorScheme: 'light', contrast: 'more' },
} as const;
for (const look of ['dark', 'light', 'more contrast'] as const) {
  test(`axe finds nothing in any view, nor in the finder, the shortcuts or the menu (${look})`, async ({ page }) => {
    await page.emulateMedia(LOOKS[look]);
    await page.goto('./');
    await run(page, COMMAND);
    await page.getByRole('radio', { name: 'Wire' }).check({ force: true });
    await goTo(page, 20);
    await page.keyboard.press('f');
    await page.getByRole('searchbox', { name: 'Breakpoints' }).fill('component:etcd wrong:x');
    for (const view of VIEWS) {
      await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: view });
      await page.waitForLoadState('networkidle');
      expect(await axe(page), view).toEqual([]);
    }
    await position(page).focus();
    await page.keyboard.press('+');
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    expect(await axe(page)).toEqual([]);
  });
}

test('`?` lists every key that does something (teaching 12)', async ({ page }) => {
  await page.goto('./');
  await atRest(page);
  await position(page)
    .or(page.getByRole('button', { name: 'Next', exact: true }))
    .first()
    .focus();
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  for (const words of [
    'play or pause',
    'next message',
    'exchange',
    'chapter',
    'next match',
    'virtual time',
    'zoom the timeline',
    'component',
  ])
    await expect(dialog).toContainText(words);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('by keyboard alone: a command, its messages, one opened, a component opened from the diagram, each announced (teaching 12, 16)', async ({
  page,
}) => {
  await page.goto('./');
  const before = await atRest(page);
  await page.keyboard.press('/');
  await page.keyboard.press('Enter');
  await atRest(page, before);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Home');
  const said = page.locator('[aria-live=polite][aria-atomic=true]');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(said).toHaveText(/^kubectl -> kube-apiserver: /);
  await expect(cluster(page)).toContainText(/kubectl -> kube-apiserver: /);
  await page.keyboard.press('ArrowRight');
  await expect(said).not.toHaveText(/^kubectl -> kube-apiserver: /);
  const stage = page.getByRole('region', { name: 'The cluster', exact: true });
  const stops = stage.locator('[data-place][tabindex="0"]');
  await expect(stops).toHaveCount(1);
  await stops.focus();
  const names = new Set<string>();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowRight']) {
    await page.keyboard.press(key);
    names.add(await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? ''));
  }
  expect(names.size).toBeGreaterThan(2);
  await stage.locator('[data-place="kube-apiserver"]').focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.locator(':focus')).toHaveAttribute('aria-label', /^etcd/);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tab', { name: 'Inside' })).toHaveAttribute('aria-selected', 'true');
});

test('at 200 % nothing is cut off and nothing scrolls sideways (720x450 CSS pixels)', async ({ page }) => {
  await page.setViewportSize({ width: 720, height: 450 });
  await page.goto('./');
  await run(page, COMMAND);
  await goTo(page, 12);
  for (const view of VIEWS) {
    await page.getByRole('button', { name: 'View', exact: true }).click();
    await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: view });
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.documentElement.scrollWidth), view).toBe(720);
    expect(await page.evaluate(() => document.documentElement.scrollHeight), view).toBe(450);
    for (const name of ['Previous', 'Next', 'Share', 'Breakpoints'])
      await expect(page.getByRole('button', { name, exact: true }), view).toBeInViewport({ ratio: 1 });
    await expect(page.getByRole('main')).toBeInViewport({ ratio: 1 });
    const { height = 0 } = (await page.getByRole('main').boundingBox()) ?? {};
    expect(height, view).toBeGreaterThan(200);
  }
  await page.getByRole('button', { name: 'View', exact: true }).click();
  await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'The stage' });
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Open this message', exact: true })).toBeInViewport({ ratio: 1 });
  expect(await axe(page)).toEqual([]);
});

test('preferences stay on the device: a link brings its run, moment and level, and changes none of them', async ({ page }) => {
  await page.goto('./');
  await run(page, COMMAND);
  await page.getByRole('button', { name: 'View', exact: true }).click();
  await page.getByRole('radio', { name: 'Light' }).check({ force: true });
  await page.getByRole('radio', { name: 'Reduced' }).check({ force: true });
  await page.keyboard.press('Escape');
  await page.getByRole('combobox', { name: 'Speed' }).selectOption({ label: '2×' });
  await page.getByRole('combobox', { name: 'Step' }).selectOption({ label: 'Chapter' });
  await page.getByRole('button', { name: 'Details', exact: true }).click();
  const grip = page.getByRole('separator', { name: 'Width of the details' });
  await grip.press('ArrowLeft');
  const width = await grip.getAttribute('aria-valuenow');
  const kept = () => page.evaluate(() => localStorage.getItem('watchloop.preferences'));
  const before = await kept();
  expect(JSON.parse(before ?? '{}')).toEqual({
    theme: 'light',
    motion: 'reduced',
    speed: 2,
    stepBy: 'chapter',
    panelWidth: Number(width),
    terminalHeight: null,
  });
  await page.goto('./#/scale?at=schedule.1&level=messages&theme=dark&speed=4&motion=full');
  await page.reload();
  await atRest(page);
  await page.goto('./#/scale?at=schedule.1&level=messages');
  await page.reload();
  await expect(page.getByRole('radio', { name: 'Messages' })).toBeChecked();
  expect(await kept()).toBe(before);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(page.locator('html')).toHaveAttribute('data-motion', 'reduced');
  await expect(page.getByRole('combobox', { name: 'Speed' })).toHaveValue('2');
  await expect(page.getByRole('combobox', { name: 'Step' })).toHaveValue('chapter');
  await page.getByRole('button', { name: 'Details', exact: true }).click();
  await expect(page.getByRole('complementary')).toHaveCSS('width', `${width}px`);
});

test('a link to a moment beyond the end shows the nearest and says so; nothing stays at "Opening"', async ({ page }) => {
  await page.goto('./#/scale?at=999999');
  await expect(page.getByText('The moment of this link is not in the recording; here is the nearest.')).toBeVisible();
  await page.getByRole('button', { name: 'Details', exact: true }).click();
  await page.getByRole('tab', { name: 'Message' }).click();
  await expect(page.getByRole('tabpanel', { name: 'Message' }).getByRole('heading', { level: 2 })).toBeVisible();
});

test('a component that does not run has a clear empty state, with since when', async ({ page }) => {
  await page.goto('./#/node-dies');
  await atRest(page);
  await position(page).focus();
  await page.keyboard.press('End');
  await expect(cluster(page)).toContainText('node-1: NotReady');
  await page.getByRole('region', { name: 'The cluster', exact: true }).locator('[data-place="kubelet/node-1"]').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tabpanel', { name: 'Inside' })).toContainText(
    /kubelet \/ node-1 does not run, since .*Its memory is gone\./,
  );
  expect(await axe(page)).toEqual([]);
});

test('the ladder says how much time passed, and is drawn anew when the system turns dark', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('./#/node-dies');
  await atRest(page);
  await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'The ladder' });
  await position(page).focus();
  await page.keyboard.press('End');
  await expect(
    page
      .getByRole('region', { name: 'Ladder' })
      .getByText(/^\d.* later$/)
      .first(),
  ).toBeVisible();
  const picture = () => page.locator('li[aria-hidden] canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const light = await picture();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(picture).not.toBe(light);
});
