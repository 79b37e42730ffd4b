// What there is to be seen: for each view, how a person comes to it.
import type { Page } from 'playwright/test';
import { clusterOf } from '../src/cluster/default-run';
import { encodeLink } from '../src/share/link';
import { packer } from '../src/share/pack';
import { atRest, position, run, type } from './page';

const COMMAND = 'kubectl create deployment test --image=nginx';
const THREE = `${COMMAND} --replicas=3`;

type Scene = (page: Page) => Promise<void>;

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const isNarrow = (page: Page): boolean => (page.viewportSize()?.width ?? 0) < 720;

async function goTo(page: Page, message: number | 'end'): Promise<void> {
  await position(page).focus();
  await page.keyboard.press(message === 'end' ? 'End' : 'Home');
  for (let i = 0; i < Number(message); i++) await page.keyboard.press('ArrowRight');
}

/** Runs a command and stands at one of its messages. */
const at =
  (line: string, message: number | 'end'): Scene =>
  async (page) => {
    await page.goto('./');
    await openTerminal(page);
    await run(page, line);
    await goTo(page, message);
  };

const scenario =
  (name: string, message: number | 'end'): Scene =>
  async (page) => {
    await page.goto(`./#/${name}`);
    await atRest(page);
    await goTo(page, message);
  };

async function openTerminal(page: Page): Promise<void> {
  if (!isNarrow(page)) return;
  const tab = page.getByRole('tab', { name: 'Terminal' });
  // The chosen tab closes the sheet.
  if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
}
async function panel(page: Page, name: 'Story' | 'Message' | 'Inside'): Promise<void> {
  if (!isNarrow(page)) await button(page, 'Details').click();
  await page.getByRole('tab', { name }).click();
}
/** Does something in the menu that holds on a narrow page what the bar holds on a wide one. */
async function fromBar(page: Page, act: Scene): Promise<void> {
  if (isNarrow(page)) await button(page, 'View').click();
  await act(page);
  if (isNarrow(page)) await page.keyboard.press('Escape');
}
const view =
  (label: string, before: Scene = at(COMMAND, 16)): Scene =>
  async (page) => {
    await before(page);
    await fromBar(page, async () => {
      await page.getByRole('combobox', { name: 'Show' }).selectOption({ label });
    });
  };
const inside =
  (place: string, before: Scene = at(THREE, 40)): Scene =>
  async (page) => {
    await before(page);
    await page.getByRole('region', { name: 'The cluster', exact: true }).locator(`[data-place="${place}"]`).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
  };
const level = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('radio', { name }).check({ force: true });
};
/** A cluster of so many nodes, each with a Pod. */
const nodes =
  (count: number): Scene =>
  async (page) => {
    const line = `${COMMAND} --replicas=${count}`;
    const inputs = [{ when: 'rest' as const, input: { type: 'kubectl' as const, line } }];
    const link = encodeLink({ run: { seed: 1, cluster: clusterOf(count), inputs }, moment: { at: null, level: 'story' } }, packer);
    if (!link.ok) throw new Error(link.error);
    await page.goto(`./${link.value}`);
    await atRest(page);
    await goTo(page, 'end');
  };

export const SCENES: { readonly [name: string]: Scene } = {
  start: async (page) => {
    await page.goto('./');
    await atRest(page);
  },
  request: at(COMMAND, 3),
  schedule: at(COMMAND, 12),
  'at the end': at(THREE, 'end'),
  'on its way': async (page) => {
    await at(COMMAND, 11)(page);
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 600_000);
    await page.keyboard.press('ArrowRight');
    await page.clock.runFor(300);
  },
  'at the same time': async (page) => {
    await at(THREE, 0)(page);
    await level(page, 'Wire');
    await goTo(page, 40);
  },
  'facts of a component': async (page) => {
    await at(COMMAND, 16)(page);
    await page.getByRole('region', { name: 'The cluster', exact: true }).locator('[data-place="kube-scheduler"]').focus();
    await page.keyboard.press('Enter');
  },
  refusal: scenario('rbac-forbids', 4),
  'node dead': scenario('node-dies', 'end'),
  'ten nodes': nodes(10),
  'hundred nodes': nodes(100),
  'one of ten open': async (page) => {
    await nodes(10)(page);
    await page.getByRole('region', { name: 'The cluster', exact: true }).locator('[data-place="row/node-3"]').focus();
    await page.keyboard.press('Enter');
    await button(page, 'Open node-3').click();
  },
  'one of a hundred open': async (page) => {
    await nodes(100)(page);
    await page.getByRole('region', { name: 'The cluster', exact: true }).locator('[data-place="row/node-33"]').focus();
    await page.keyboard.press('Enter');
    await button(page, 'Open node-33').click();
  },
  story: async (page) => {
    await at(COMMAND, 12)(page);
    await panel(page, 'Story');
  },
  message: async (page) => {
    await at(COMMAND, 12)(page);
    await panel(page, 'Message');
  },
  'inside kube-apiserver': inside('kube-apiserver', at(THREE, 3)),
  'inside etcd': inside('etcd'),
  'inside kube-controller-manager': inside('kube-controller-manager'),
  'inside kube-scheduler': inside('kube-scheduler'),
  'inside a node': inside('node/node-1', at(THREE, 'end')),
  'inside kubelet': inside('kubelet/node-1', at(THREE, 'end')),
  'inside containerd': inside('containerd/node-1', at(THREE, 'end')),
  'inside kube-proxy': inside('kube-proxy/node-1', at(THREE, 'end')),
  'inside the kernel': inside('kernel/node-1', at(THREE, 'end')),
  'inside what does not run': inside('kubelet/node-1', scenario('node-dies', 'end')),
  ladder: view('The ladder'),
  records: view('The records'),
  'records, filter wrong': async (page) => {
    await view('The records')(page);
    await page.getByRole('searchbox', { name: /filter/i }).fill('from:kubelet verb:patch statuss:409');
  },
  objects: view('The objects', at(THREE, 'end')),
  'flow at a glance': view('The flow at a glance'),
  architecture: view('The architecture'),
  transcript: view('The transcript'),
  'scenario list': async (page) => {
    await at(COMMAND, 4)(page);
    if (isNarrow(page)) await button(page, 'View').click();
    await button(page, 'Scenarios').click();
  },
  'scenario editor': async (page) => {
    await at(COMMAND, 4)(page);
    if (isNarrow(page)) await button(page, 'View').click();
    await button(page, 'Scenarios').click();
    await button(page, 'Edit as text: A node dies under load').click();
    await page.getByRole('textbox', { name: 'Text of the scenario' }).press('Control+End');
    await page.getByRole('textbox', { name: 'Text of the scenario' }).pressSequentially('lev: 1');
  },
  branches: async (page) => {
    await branched(page);
    if (isNarrow(page)) await button(page, 'View').click();
    await button(page, '2 branches').click();
  },
  'two branches': async (page) => {
    await branched(page);
    await button(page, 'Compare both').click();
    await page.getByRole('heading', { name: 'The first difference' }).waitFor();
  },
  share: async (page) => {
    await at(COMMAND, 12)(page);
    if (isNarrow(page)) await button(page, 'View').click();
    await button(page, 'Share').click();
    await page.getByRole('textbox', { name: 'Link' }).waitFor();
  },
  'act on a component': async (page) => {
    await at(COMMAND, 12)(page);
    await page.getByRole('region', { name: 'The cluster', exact: true }).locator('[data-place="kube-scheduler"]').focus();
    await page.keyboard.press('x');
    await page.getByRole('menu').waitFor();
  },
  'embedded, not begun': async (page) => {
    await page.goto('./?embed#/create-deployment');
    await button(page, 'Play').waitFor();
  },
  embedded: async (page) => {
    await page.goto('./?embed#/create-deployment?at=schedule.1&to=schedule.2');
    await button(page, 'Play').click();
    await button(page, 'Play again').waitFor();
  },
  shortcuts: async (page) => {
    await at(COMMAND, 4)(page);
    await page.keyboard.press('?');
  },
  'view menu': async (page) => {
    await at(COMMAND, 4)(page);
    await button(page, 'View').click();
  },
  breakpoints: async (page) => {
    await at(COMMAND, 10)(page);
    await page.keyboard.press('f');
    await page.getByRole('searchbox', { name: 'Breakpoints' }).fill('from:kubelet verb:patch');
  },
  'terminal with output': async (page) => {
    await at(COMMAND, 'end')(page);
    await openTerminal(page);
    await run(page, 'kubectl get pods -A');
    await goTo(page, 'end');
  },
  manifest: async (page) => {
    await at(COMMAND, 'end')(page);
    await openTerminal(page);
    await button(page, 'Paste YAML').click();
  },
  'command refused': async (page) => {
    await page.goto('./');
    await openTerminal(page);
    await atRest(page);
    await type(page, 'kubectl get unicorns');
    await atRest(page);
    await goTo(page, 'end');
  },
  failure: async (page) => {
    await at(COMMAND, 4)(page);
    await page.workers()[0]?.evaluate(() => {
      setTimeout(() => {
        throw new Error('broken on purpose');
      });
    });
    await page.getByRole('alertdialog').waitFor();
  },
};

async function branched(page: Page): Promise<void> {
  await at(COMMAND, 4)(page);
  await openTerminal(page);
  await run(page, 'kubectl scale deployment test --replicas=2');
}
