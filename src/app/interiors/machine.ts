// A node as its Node object tells: conditions, what it has, and what the Pods placed there have asked for.
import type { Json } from '../../base/json';
import { compareBytes } from '../../base/order';
import type { Interior } from '../../worker/protocol';
import { inside as t } from '../text/inside';
import { listOf, objectOf, type Section, table, textOf, under } from './sections';

export function machine({ interior, told }: Interior): Section[] {
  const status = objectOf(objectOf(interior?.node).status);
  const conditions = listOf(status.conditions).map((value) => {
    const { type, status: holds, reason } = objectOf(value);
    return { key: textOf(type), cells: [textOf(type), textOf(holds), textOf(reason)] };
  });
  const capacity = objectOf(status.capacity);
  const allocatable = objectOf(status.allocatable);
  const pods = under(told, 'pods').sort(([a], [b]) => compareBytes(a, b));
  const requested = sums(pods.map(([, pod]) => pod));
  const resources = Object.keys({ ...capacity, ...allocatable }).map((name) => ({
    key: name,
    cells: [
      name,
      textOf(capacity[name]),
      textOf(allocatable[name]),
      name === 'pods' ? String(alive(pods).length) : requestText(name, requested),
    ],
  }));
  return [
    table(t.titles.conditions, [t.heads.name, t.heads.status, t.heads.reason], conditions),
    table(t.titles.capacity, [t.heads.resource, t.heads.capacity, t.heads.allocatable, t.heads.allocated], resources),
    table(
      t.titles.pods,
      [t.heads.pod, t.heads.state],
      pods.map(([key, pod]) => ({ key, cells: [key, textOf(objectOf(pod).phase)] })),
    ),
  ];
}

const ended = (pod: Json): boolean => ['Succeeded', 'Failed'].includes(textOf(objectOf(pod).phase));
const alive = (pods: readonly (readonly [string, Json])[]) => pods.filter(([, pod]) => !ended(pod));

/** Of each resource: cores in thousandths, everything else in its own unit. */
function sums(pods: readonly Json[]): ReadonlyMap<string, number> {
  const total = new Map<string, number>();
  for (const pod of pods) {
    if (ended(pod)) continue;
    for (const requests of listOf(objectOf(pod).requests)) {
      for (const [name, quantity] of Object.entries(objectOf(requests)))
        total.set(name, (total.get(name) ?? 0) + amountOf(textOf(quantity)));
    }
  }
  return total;
}

const UNITS: { readonly [suffix: string]: number } = { m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 };
function amountOf(quantity: string): number {
  const [, number = '0', suffix = ''] = /^([\d.]+)([a-zA-Z]*)$/.exec(quantity) ?? [];
  return Number(number) * (UNITS[suffix] ?? 1);
}

function requestText(name: string, requested: ReadonlyMap<string, number>): string {
  const amount = requested.get(name) ?? 0;
  if (name === 'cpu') return `${Math.round(amount * 1000)}m`;
  return amount >= 1024 ** 2 ? `${Math.round(amount / 1024 ** 2)}Mi` : String(amount);
}
