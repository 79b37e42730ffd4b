// The main job, as a person does it: the command is typed, Enter runs it, every message can be seen, opened and asked why.
import { execFileSync } from 'node:child_process';
import type { Page } from 'playwright/test';
import { atRest, axe, cluster, command, expect, goTo, listen, moment, position, run, stepTo, test, type } from './page';

const COMMAND = 'kubectl create deployment test --image=nginx';
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** The output stands where it was typed, once the play has come to it. */
async function outputOf(page: Page, line: string) {
  await run(page, line);
  await page.keyboard.press('Escape');
  await position(page).focus();
  await page.keyboard.press('End');
  const open = page.getByRole('button', { name: 'Open the terminal' });
  if (await open.isVisible()) await open.click();
  return page.getByRole('log', { name: 'Terminal output' });
}

test('the first paint shows the stage with the command typed; no dialog must be closed (teaching 17)', async ({ page }) => {
  await page.goto('./');
  await expect(command(page)).toHaveValue(COMMAND);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'The cluster', exact: true })).toBeVisible();
  await expect(cluster(page)).toContainText('node-3: Ready');
});

test('Enter runs it, in a worker, and messages play one after the other (teaching 1, 2)', async ({ page }) => {
  await page.goto('./');
  await expect.poll(() => page.workers().length).toBe(1);
  await command(page).press('Enter');
  await expect(page.getByRole('button', { name: /^Open this message: You to kubectl/ })).toBeAttached();
  await expect(page.getByRole('button', { name: /^Open this message: kubectl to kube-apiserver/ })).toBeAttached();
});

test('steps, back, ends and the slider go anywhere; the same place looks the same (teaching 12, 14)', async ({ page }) => {
  await page.goto('./');
  await run(page, COMMAND);
  await position(page).focus();
  await page.keyboard.press('Home');
  await expect(position(page)).toHaveAttribute('aria-valuenow', '0');
  const first = await position(page).getAttribute('aria-valuetext');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(position(page)).toHaveAttribute('aria-valuenow', '2');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(position(page)).toHaveAttribute('aria-valuetext', first ?? '');
  await page.keyboard.press('End');
  await expect(cluster(page)).toContainText(/test-[a-z0-9]+-[a-z0-9]+, Running, 10\.244\./);
  await page.keyboard.press('Home');
  await expect(cluster(page)).not.toContainText('test-');
});

test('a message opens: who, to whom, method and path, body, answer, and why, back to the command (teaching 8)', async ({ page }) => {
  await page.goto('./');
  await run(page, COMMAND);
  await position(page).focus();
  await page.keyboard.press('Home');
  await stepTo(page, /kube-scheduler -> kube-apiserver/);
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary');
  await expect(panel).toContainText('/binding');
  await expect(panel).toContainText('POST');
  await expect(panel).toContainText('201');
  await expect(panel).toContainText(COMMAND);
});

test('a second command goes on; a table is printed as the server made it', async ({ page }) => {
  await page.goto('./');
  await run(page, COMMAND);
  await position(page).focus();
  await page.keyboard.press('End');
  const log = await outputOf(page, 'kubectl get pods');
  await expect(log).toContainText('deployment.apps/test created');
  await expect(log).toContainText(/NAME +READY +STATUS +RESTARTS +AGE/);
  await expect(log).toContainText(/test-\S+ +1\/1 +Running/);
});

for (const [line, text] of [
  ['kubectl creat deployment x', 'error: unknown command "creat" for "kubectl"'],
  ['kubectl get pods --sometimes', 'error: unknown flag: --sometimes'],
  ['kubectl get unicorns', 'error: the server doesn\'t have a resource type "unicorns"'],
  ['kubectl create deployment Bad_Name --image=nginx', 'Invalid value: "Bad_Name"'],
] as const) {
  test(`bad input is answered in kubectl's words and harms nothing: ${line}`, async ({ page }) => {
    await page.goto('./');
    const log = await outputOf(page, line);
    await expect(log).toContainText(text);
    await expect(cluster(page)).toContainText('node-3: Ready');
  });
}

test('pasted YAML is applied; what is not YAML is refused with its line', async ({ page }) => {
  await page.goto('./');
  await atRest(page);
  for (const [manifest, text] of [
    [
      'apiVersion: v1\nkind: ConfigMap\n  metadata: x\n',
      'error converting YAML to JSON: yaml: line 3: mapping values are not allowed in this context',
    ],
    ['apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  mode: fast\n', 'configmap/settings created'],
  ] as const) {
    const before = await atRest(page);
    await button(page, 'Paste YAML').click();
    await page.getByRole('textbox', { name: /^Manifest/ }).fill(manifest);
    await page
      .getByRole('button', { name: /^(Apply|Run)/ })
      .first()
      .click();
    await atRest(page, before);
    await position(page).focus();
    await page.keyboard.press('End');
    await expect(page.getByRole('log', { name: 'Terminal output' })).toContainText(text);
  }
});

test('the address is a link to this run and moment: reload keeps it, another browser shows the same run', async ({ page, browser }) => {
  await page.goto('./');
  const digest = await run(page, COMMAND);
  await goTo(page, 5);
  const fifth = await moment(page);
  await expect.poll(() => page.url()).toMatch(/#\/create-deployment\?at=notify\.1$/);
  const link = page.url();
  await page.reload();
  expect(await atRest(page)).toBe(digest);
  await expect(position(page)).toHaveAttribute('aria-valuetext', fifth);
  const other = await (await browser.newContext()).newPage();
  const complaints = listen(other);
  await other.goto(link);
  await expect(position(other)).toHaveAttribute('aria-valuetext', fifth);
  expect(await atRest(other)).toBe(digest);
  expect(complaints).toEqual([]);
});

test('a link whose replay differs, or of another model, says so and goes to the same chapter', async ({ page }) => {
  await page.goto('./#/create-deployment?at=40&in=schedule.1&made=1.36-1.00000000');
  await expect(page.getByText('its recording differs from what was shared; here is the same chapter')).toBeVisible();
  await expect(position(page)).toHaveAttribute('aria-valuetext', /weighed \d+ nodes/);
  const weighed = await moment(page);
  await page.goto('./#/create-deployment?at=999&in=schedule.1&made=1.30-9.6953364a');
  await expect(page.getByText('This link was made with model 1.30-9.')).toBeVisible();
  await expect(position(page)).toHaveAttribute('aria-valuetext', weighed);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByText('This link was made with')).toBeHidden();
});

test('the run in the page is byte for byte the run of the command line', async ({ page }) => {
  await page.goto('./');
  const digest = await run(page, COMMAND);
  const lines = execFileSync(process.execPath, ['src/node/run.mjs', 'trace', '--level', 'story', COMMAND], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  const summary = JSON.parse(lines.trim().split('\n').at(-1) ?? '{}') as { digest: string };
  expect(digest).toBe(summary.digest);
});

for (const hash of ['#run=1.zzzz', '#run=7&at=schedule.1', '#nonsense', '#run=1&at=nowhere.x', '#/nowhere']) {
  test(`a damaged link says so and shows the start page: ${hash}`, async ({ page }) => {
    await page.goto(`./${hash}`);
    await expect(page.getByText('Here is the start page instead.')).toBeVisible();
    await expect(command(page)).toHaveValue(COMMAND);
  });
}

test('Ctrl-C ends a command that watches', async ({ page }) => {
  await page.goto('./');
  await run(page, 'kubectl get pods -A -w');
  const before = await atRest(page);
  await command(page).focus();
  await page.keyboard.press('Control+c');
  await atRest(page, before);
  await position(page).focus();
  await page.keyboard.press('End');
  await expect(page.getByRole('log', { name: 'Terminal output' })).toContainText(/exit \d/);
});

for (const colorScheme of ['dark', 'light'] as const) {
  test(`everyone: axe finds nothing at the start, at a message and with a message open (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto('./');
    await atRest(page);
    expect(await axe(page)).toEqual([]);
    await run(page, COMMAND);
    expect(await axe(page)).toEqual([]);
    await button(page, 'Details').click();
    await expect(page.getByRole('complementary')).toBeVisible();
    expect(await axe(page)).toEqual([]);
  });
}

test('on a narrow screen everything is there: stage, transport, sheet (390x844)', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('./');
  await atRest(page);
  await expect(button(page, 'Next')).toBeVisible();
  await expect(page.getByRole('tab', { name: 'Story' })).toBeVisible();
  expect(await axe(page)).toEqual([]);
});

test('on a narrow screen what moves has the room: the sheet closes when it begins, and opens and closes by its tabs (390x844)', async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('./');
  await atRest(page);
  const panel = page.getByRole('tabpanel');
  const callout = page.getByRole('button', { name: 'Open this message', exact: true });
  await expect(page.getByRole('tabpanel', { name: 'Terminal' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(panel).toHaveCount(0);
  await button(page, 'Pause').click();
  await goTo(page, 1);
  await expect(callout).toBeVisible();
  expect((await page.getByRole('region', { name: 'The cluster', exact: true }).boundingBox())?.height).toBeGreaterThan(400);
  await page.getByRole('tab', { name: 'Story' }).click();
  await expect(page.getByRole('tabpanel', { name: 'Story' })).toBeVisible();
  await expect(callout).toHaveCount(0);
  await page.getByRole('tab', { name: 'Story' }).click();
  await expect(panel).toHaveCount(0);
  await button(page, 'Open the panel').click();
  await expect(panel).toBeVisible();
  await button(page, 'Breakpoints').click();
  await expect(panel).toHaveCount(0);
  await button(page, 'Breakpoints').click();
  await button(page, 'Open the panel').click();
  await expect(panel).toBeVisible();
  await button(page, 'View').click();
  await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'The ladder' });
  await expect(panel).toHaveCount(0);
});

test('reduced motion keeps the lesson: no travel, the sentence is there (teaching 15)', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('./');
  await type(page, COMMAND);
  await expect(page.getByRole('button', { name: /^Open this message: kubectl to kube-apiserver/ })).toBeAttached();
});

test('nothing is drawn when nothing moves', async ({ page }) => {
  await page.goto('./');
  await atRest(page);
  await page.waitForLoadState('networkidle');
  const frames = await page.evaluate(async () => {
    let asked = 0;
    const original = window.requestAnimationFrame;
    window.requestAnimationFrame = (callback) => {
      asked++;
      return original(callback);
    };
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    return asked;
  });
  expect(frames).toBe(0);
});
