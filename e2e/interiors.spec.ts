// A component opened on the stage, as it was at the cursor: one test for each kind.
import type { Page } from 'playwright/test';
import { axe, cluster, expect, goTo, position, run, stepTo, test } from './page';

const COMMAND = 'kubectl create deployment test --image=nginx --replicas=3';
const inside = (page: Page) => page.getByRole('tabpanel', { name: 'Inside' });
const table = (page: Page, name: string | RegExp) => inside(page).getByRole('table', { name });

/** Opens a component from its facts, at the end of the recording or where the position's text says `at`. */
async function look(page: Page, component: RegExp, at: RegExp | null = null): Promise<void> {
  await page.goto('./');
  await run(page, COMMAND);
  await goTo(page, 0);
  if (at === null) {
    await page.keyboard.press('End');
    await expect(cluster(page)).toContainText(/test-[a-z0-9]+-[a-z0-9]+, Running/);
  } else await stepTo(page, at);
  // By keyboard, as the callout may stand before it.
  await page.getByRole('button', { name: component }).first().focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Look inside', exact: true }).click();
  await expect(page.getByRole('tab', { name: 'Inside' })).toHaveAttribute('aria-selected', 'true');
}

test('kube-apiserver: chambers with their verdict and rule, watch caches, watches by client (issue 3, part 4)', async ({ page }) => {
  await look(page, /^kube-apiserver/, /kube-apiserver: knows kubernetes-admin/);
  const chain = table(page, 'The message in focus, chamber by chamber');
  await expect(chain.getByRole('row', { name: /authorization passed RBAC: allowed by ClusterRoleBinding/ })).toBeVisible();
  await expect(table(page, 'Watch caches').getByRole('row', { name: /^pods \d+ \d+/ })).toBeVisible();
  const client = inside(page)
    .getByText(/^kubelet\/node-1/)
    .first();
  await client.click();
  await expect(table(page, /Open watches by client: kubelet\/node-1/).first()).toContainText('pods');
  expect(await axe(page)).toEqual([]);
});

test('etcd: keys as a tree, the history of a key, two revisions compared', async ({ page }) => {
  await look(page, /^etcd/);
  await inside(page)
    .getByText(/^\/registry\/deployments/)
    .click();
  await inside(page).getByRole('button', { name: 'default/test', exact: true }).click();
  const history = inside(page).getByRole('region', { name: 'History of /registry/deployments/default/test' });
  await expect(history.getByRole('table')).toContainText('status');
  await history.getByLabel('From revision').selectOption({ index: 0 });
  await expect(history.getByRole('row', { name: /observedGeneration/ })).toBeVisible();
  expect(await axe(page)).toEqual([]);
});

test('kube-controller-manager: what each controller keeps and last decided', async ({ page }) => {
  await look(page, /^kube-controller-manager/);
  await expect(table(page, 'Last decisions').getByRole('row', { name: /^replicaset default\/test-\w+ done/ })).toBeVisible();
  await expect(table(page, 'Caches, fed by its watches').getByRole('row', { name: /^deployments 1 / })).toBeVisible();
});

test('kube-scheduler: a Pod by node, filter and score, the winner and the tie', async ({ page }) => {
  await look(page, /^kube-scheduler/);
  const decided = table(page, /^Pods, node by node: default\/test/).first();
  await expect(decided.getByRole('row', { name: /control-plane TaintToleration: / })).toBeVisible();
  await expect(decided.getByRole('row', { name: /^node-\d, chosen fits .*NodeResourcesFit \d+/ })).toBeVisible();
  expect(await axe(page)).toEqual([]);
});

test('kubelet, containerd and kube-proxy of a node, by keyboard: Enter shows facts, Enter again looks inside', async ({ page }) => {
  await look(page, /^kubelet/);
  const stage = page.getByRole('region', { name: 'The cluster', exact: true });
  const open = async (place: string) => {
    await stage.locator(`[data-place="${place}"]`).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await expect(inside(page).getByRole('heading', { level: 2 })).toContainText(place.replace('/', ' / '));
  };
  await open('kubelet/node-1');
  await expect(table(page, 'Pod workers').getByRole('row', { name: /^default\/test-\S+ / })).toBeVisible();
  await open('containerd/node-1');
  await expect(
    table(page, 'Containers')
      .getByRole('row', { name: /CONTAINER_RUNNING/ })
      .first(),
  ).toBeVisible();
  await open('kube-proxy/node-1');
  await inside(page)
    .getByText(/^nat KUBE-SERVICES/)
    .click();
  await expect(table(page, /nat KUBE-SERVICES/)).toContainText('default/kubernetes');
});

test('a node: conditions, and capacity against what is requested', async ({ page }) => {
  await look(page, /^node-1/);
  await expect(table(page, 'Conditions').getByRole('row', { name: /^Ready True KubeletReady/ })).toBeVisible();
  await expect(table(page, 'Capacity').getByRole('row', { name: /^cpu \d+ \d+ \d+m/ })).toBeVisible();
});

test('it follows the cursor and marks what the message changed', async ({ page }) => {
  await look(page, /^etcd/);
  await position(page).focus();
  await page.keyboard.press('Home');
  const group = inside(page).getByText(/^\/registry\/deployments/);
  await expect(group).toHaveCount(0);
  for (let i = 0; i < 20 && (await group.count()) === 0; i++) {
    await page.keyboard.press('ArrowRight');
    // A write is seen once its message has arrived.
    await group.waitFor({ timeout: 1500 }).catch(() => undefined);
  }
  await group.click();
  await expect(table(page, 'Keys: /registry/deployments').getByRole('row', { name: /default\/test ?new/ })).toBeVisible();
});
