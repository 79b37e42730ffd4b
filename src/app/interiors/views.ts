// Each component's inside as tables. The data are what the component keeps and what it told; see worker/interior.ts.
import type { Json, JsonObject } from '../../base/json';
import { binaryOf, type ComponentId } from '../../wire/names';
import type { Interior } from '../../worker/protocol';
import { timeText } from '../text/duration';
import { inside as t } from '../text/inside';
import { chains, loads, packets } from './kernel';
import { machine } from './machine';
import { scheduler } from './scheduler';
import { detailOf, grouped, listOf, objectOf, type Row, type Section, table, textOf, under } from './sections';

/** Of the message in focus. */
export interface Focus {
  /** What kube-apiserver's chambers said to it. */
  readonly chain: JsonObject | null;
  /** The object that it is about: `pods/default/test-…`. */
  readonly object: string | null;
}

export function sectionsOf(component: string, inside: Interior, { chain, object }: Focus): readonly Section[] {
  switch (component.startsWith('node/') ? 'node' : binaryOf(component as ComponentId)) {
    case 'kube-apiserver':
      return apiserver(inside, chain);
    case 'etcd':
      return etcd(inside);
    case 'kube-controller-manager':
      return [...queues(inside), fed(inside), leader(inside)];
    case 'kube-scheduler':
      return [...scheduler(inside, podOf(object)), fed(inside), leader(inside)];
    case 'kubelet':
      return [...kubelet(inside), fed(inside)];
    case 'containerd':
      return containerd(inside);
    case 'kube-proxy':
      return [lastSync(inside), chains(inside.told), fed(inside)];
    case 'kernel':
      return [...loads(inside), ...packets(inside), chains(inside.interior)];
    case 'pod':
    case 'outside':
      return [...loads(inside), kept(inside)];
    case 'node':
      return machine(inside);
    default:
      return [kept(inside)];
  }
}

const podOf = (object: string | null): string | null => /^pods\/([^/]+\/[^/]+)/.exec(object ?? '')?.[1] ?? null;

const pairs = (entries: readonly (readonly [string, Json | undefined])[]): Row[] =>
  entries.map(([key, value]) => ({ key, cells: [key, textOf(value)] }));

const kept = ({ interior }: Interior): Section =>
  table(t.titles.other, [t.heads.path, t.heads.value], pairs(Object.entries(interior ?? {})));

// ---- kube-apiserver

function apiserver({ interior, told }: Interior, chain: JsonObject | null): Section[] {
  const watches = under(interior, 'watch').map(([seq, value]) => {
    const { client, actor, resource, selector } = objectOf(value);
    const who = actor === null || actor === undefined ? textOf(client) : `${textOf(client)}, ${textOf(actor)}`;
    return [who, { key: seq, cells: [textOf(resource), selectorText(selector)] }] as const;
  });
  return [
    table(t.titles.chain, [t.heads.chamber, t.heads.verdict, t.heads.why], stages(chain), chain === null ? t.noChain : undefined),
    table(t.titles.caches, [t.heads.resource, t.heads.objects, t.heads.version], watchRows(told)),
    { title: t.titles.watches, heads: [t.heads.resource, t.heads.path], groups: grouped(watches) },
  ];
}

const selectorText = (selector: Json | undefined): string => (selector === '' || selector === undefined ? '–' : textOf(selector));

function stages(chain: JsonObject | null): Row[] {
  return listOf(chain?.stages).map((value, i) => {
    const { stage, verdict, reason, plugins, ...rest } = objectOf(value);
    const refusal = listOf(plugins)
      .map(objectOf)
      .find((plugin) => plugin.refused !== undefined);
    const refused = refusal !== undefined || (verdict !== undefined && verdict !== 'ok');
    const says = [reason, ...listOf(plugins), Object.keys(rest).length > 0 ? rest : undefined].filter(
      (part) => part !== undefined && part !== '',
    );
    return {
      key: `${i} ${textOf(stage)}`,
      cells: [textOf(stage).replaceAll('-', ' '), refused ? t.refused : t.passed, says.length === 0 ? '–' : says.map(textOf).join('; ')],
      tone: refused ? 'bad' : 'good',
    };
  });
}

const watchRows = (told: Interior['told']): Row[] =>
  under(told, 'watch')
    .map(([seq, value]) => {
      const { resource, count, revision } = objectOf(value);
      const name = textOf(resource).replace(/^\/registry\/(.*)\/$/, '$1');
      return { key: seq, cells: [name, count === null ? t.drops : textOf(count), textOf(revision)] };
    })
    .sort((a, b) => order(a.cells[0] ?? '', b.cells[0] ?? ''));

/** Each informer's copy, as far as its watch has told. */
const fed = ({ told }: Interior): Section => table(t.titles.fed, [t.heads.resource, t.heads.objects, t.heads.version], watchRows(told));

const leader = ({ interior }: Interior): Section => table(t.titles.leader, [t.heads.lease, t.heads.name], pairs(under(interior, 'leader')));

// ---- etcd

function etcd({ interior, told }: Interior): Section[] {
  const keys = under(interior, 'key').map(([key, revision]) => {
    const [, root = '', resource = '', ...rest] = key.split('/');
    const row = {
      key,
      cells: [rest.join('/') || key, textOf(revision), textOf(detailOf(told[`key/${key}`]).version)],
      opens: key,
    };
    return [`/${root}/${resource}`, row] as const;
  });
  return [
    table(t.titles.etcd, [t.heads.name, t.heads.value], pairs(Object.entries(interior ?? {}).filter(([path]) => !path.includes('/')))),
    { title: t.titles.keys, heads: [t.heads.key, t.heads.revision, t.heads.version], groups: byName(grouped(keys)) },
    table(
      t.titles.leases,
      [t.heads.lease, t.heads.ttl],
      under(interior, 'lease').map(([key, ttl]) => ({ key, cells: [key, `${textOf(ttl)} s`] })),
    ),
  ];
}

/** The tree stays as it is whatever is written: branches and leaves by name. */
const byName = (groups: Section['groups']): Section['groups'] =>
  [...groups]
    .sort((a, b) => order(a.name, b.name))
    .map((group) => ({ ...group, rows: [...group.rows].sort((a, b) => order(a.key, b.key)) }));
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

// ---- Queues of controllers

function queues({ interior, told }: Interior): Section[] {
  const waiting = under(interior, 'queue').map(([path, state]) => splitAt(path, (key) => [key, textOf(state)]));
  const failing = under(interior, 'backoff').map(([path, value]) => {
    const { failures, delayUs } = objectOf(value);
    return splitAt(path, (key) => [key, textOf(failures), timeText(Number(delayUs))]);
  });
  const decisions = under(told, 'reconcile').map(([name, value]): Row => {
    const { queue: _, key, outcome, why, ...found } = detailOf(value);
    const said = [why, Object.keys(found).length > 0 ? found : undefined].filter((part) => part !== undefined);
    return {
      key: name,
      cells: [name, textOf(key), [textOf(outcome), ...said.map(textOf)].join(': ')],
      ...(outcome === 'retry' ? { tone: 'bad' } : {}),
    };
  });
  return [
    { title: t.titles.queues, heads: [t.heads.key, t.heads.state], groups: grouped(waiting) },
    { title: t.titles.backoff, heads: [t.heads.key, t.heads.failures, t.heads.next], groups: grouped(failing) },
    table(t.titles.decisions, [t.heads.queue, t.heads.key, t.heads.outcome], decisions),
  ];
}

function splitAt(path: string, cells: (key: string) => readonly string[]): readonly [string, Row] {
  const slash = path.indexOf('/');
  const key = path.slice(slash + 1);
  return [path.slice(0, Math.max(slash, 0)), { key, cells: cells(key) }];
}

// ---- What runs on nodes

/** What it told says whose it is; a path alone has only ids. */
const named = ({ interior, told }: Interior, prefix: string, name: (detail: JsonObject, path: string) => string): Row[] =>
  under(interior, prefix).map(([path, state]) => ({ key: path, cells: [name(detailOf(told[`${prefix}/${path}`]), path), textOf(state)] }));

function kubelet(inside: Interior): Section[] {
  const state = [t.heads.name, t.heads.state];
  const delays = under(inside.interior, 'backoff').map(([key, us]) => ({ key, cells: [key, timeText(Number(us))] }));
  const pod = ({ pod: of }: JsonObject, path: string): string => (of === undefined ? path : textOf(of));
  return [
    table(t.titles.workers, [t.heads.pod, t.heads.state], named(inside, 'pod', pod)),
    table(
      t.titles.volumes,
      state,
      named(inside, 'volume', ({ pod: of, volume }, path) => (of === undefined ? path : `${textOf(of)}: ${textOf(volume)}`)),
    ),
    table(t.titles.probes, state, pairs(under(inside.interior, 'probe'))),
    table(t.titles.backoff, [t.heads.name, t.heads.next], delays),
  ];
}

function containerd(inside: Interior): Section[] {
  const state = [t.heads.name, t.heads.state];
  const short = (path: string): string => path.slice(0, 13);
  const sizes = named(inside, 'image', ({ pulled }, path) => (pulled === undefined ? short(path) : textOf(pulled)));
  return [
    table(
      t.titles.sandboxes,
      state,
      named(inside, 'sandbox', ({ sandbox }, path) => (sandbox === undefined ? short(path) : textOf(sandbox))),
    ),
    table(
      t.titles.containers,
      state,
      named(inside, 'container', ({ container }, path) => (container === undefined ? short(path) : textOf(container))),
    ),
    table(t.titles.images, [t.heads.name, t.heads.size], sizes),
  ];
}

const lastSync = ({ interior }: Interior): Section =>
  table(t.titles.lastSync, [t.heads.name, t.heads.value], pairs(Object.entries(objectOf(interior?.['sync/last']))));
