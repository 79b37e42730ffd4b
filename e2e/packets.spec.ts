// Requests and loads: given in the terminal, walked rule by rule, counted (issue 3, part 6).
import type { Page } from 'playwright/test';
import { atRest, axe, cluster, expect, position, stepTo, test, type } from './page';

/** Gives commands one after the other at the end of the recording. */
async function given(page: Page, ...lines: readonly string[]): Promise<void> {
  await page.goto('./');
  let digest = await atRest(page);
  for (const line of lines) {
    await type(page, line);
    digest = await atRest(page, digest);
    const pause = page.getByRole('button', { name: 'Pause', exact: true });
    if (await pause.isVisible()) await pause.click();
    await position(page).focus();
    await page.keyboard.press('End');
  }
}

test('a request to a Service: typed as curl, told hop by hop, and its walk through the chains rule by rule; no packet passes kube-proxy (teaching, common mistakes)', async ({
  page,
}) => {
  await given(
    page,
    'kubectl create deployment test --image=nginx --replicas=3',
    'kubectl expose deployment test --port=80 --cluster-ip=10.96.0.50',
    'curl http://10.96.0.50 from node-1',
  );
  await expect(page.getByRole('region', { name: 'Terminal' })).toContainText('HTTP/1.1 200 OK');
  await position(page).focus();
  await stepTo(page, /goes to/, 'ArrowLeft');
  const turn = /packet for 10\.96\.0\.50:80 goes to 10\.244\.\d\.\d+:80, by its chains KUBE-SERVICES, KUBE-SVC-/;
  await expect(page.getByText(turn).first()).toBeVisible();
  const stage = page.getByRole('region', { name: 'The cluster', exact: true });
  await stage.locator('[data-place="kernel/node-1"]').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  const inside = page.getByRole('tabpanel', { name: 'Inside' });
  const first = inside.getByRole('table', {
    name: /^The last new connection, rule by rule: OUTPUT, nat: 192\.168\.49\.11:\d+ > 10\.96\.0\.50:80$/,
  });
  await expect(first.getByRole('row', { name: /^match -A OUTPUT .*-j KUBE-SERVICES$/ })).toBeVisible();
  await expect(first.getByRole('row', { name: /^no match -A KUBE-SERVICES -d 10\.96\.0\.1\/32 / }).first()).toBeVisible();
  await expect(first.getByRole('row', { name: /^match -A KUBE-SERVICES -d 10\.96\.0\.50\/32 .*-j KUBE-SVC-\w+$/ })).toBeVisible();
  await expect(first.getByRole('row', { name: /^DNAT -A KUBE-SEP-\w+ .*--to-destination 10\.244\.\d\.\d+:80$/ })).toBeVisible();
  await expect(
    inside.getByRole('row', { name: /^accepted, becomes 192\.168\.49\.11:\d+ > 10\.244\.\d\.\d+:80, leaves by / }),
  ).toBeVisible();
  await expect(inside.getByRole('table', { name: 'Connections it knows' })).toContainText('SYN_SENT');
  expect(await axe(page)).toEqual([]);
});

test('a load: its counts stand on the stage and in the facts; what is no request is said where it was typed', async ({ page }) => {
  await given(
    page,
    'kubectl create deployment test --image=nginx --replicas=2',
    'kubectl create service nodeport test --tcp=80:80 --node-port=30080',
    'curl 192.168.49.12:30080 for 10s',
  );
  await expect(page.getByRole('button', { name: /^You: load on 192\.168\.49\.12:30080: 10 ok, 0 failed$/ })).toBeVisible();
  await expect(cluster(page)).toContainText('load on 192.168.49.12:30080: 10 ok, 0 failed');
  expect(await axe(page)).toEqual([]);
  await type(page, 'curl -k 192.168.49.12');
  await expect(page.getByRole('alert')).toContainText('A request is: curl ADDRESS:PORT');
});

test('a node dies under load: what failed stands on the stage, and the library tells why (issue 4, part 3)', async ({ page }) => {
  await page.goto('./#/node-dies');
  await atRest(page);
  await position(page).focus();
  await page.keyboard.press('End');
  await expect(page.getByRole('button', { name: /^You: load on 192\.168\.49\.12:30080: \d+ ok, [1-9]\d* failed$/ })).toBeVisible();
});
