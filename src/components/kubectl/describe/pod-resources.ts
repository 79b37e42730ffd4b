// What a pod asks for in all, for describe node. Models component-helpers/resource PodRequests and PodLimits.
// Left out: what a resize in place has allocated so far.
import type { JsonObject } from '../../../base/json';
import { addQuantities, compareQuantities, parseQuantity, type Quantity } from '../../../machinery/quantity';
import type { Container, Pod, StringMap } from '../../../machinery/types';

export type Amounts = ReadonlyMap<string, Quantity>;
type List = 'requests' | 'limits';

/** Requests or limits of a pod: its containers together, or the hungriest moment of its start, and its overhead. */
export function podAmounts(pod: Pod, list: List): Amounts {
  const { containers, initContainers = [], overhead } = pod.spec;
  let all = sum(containers.map((container) => ofContainer(container, list)));
  let starting: Amounts = new Map();
  let sidecars: Amounts = new Map();
  for (const container of initContainers) {
    const own = ofContainer(container, list);
    if (container.restartPolicy === 'Always') {
      all = add(all, own);
      sidecars = add(sidecars, own);
      starting = most(starting, sidecars);
    } else starting = most(starting, add(sidecars, own));
  }
  all = most(all, starting);
  for (const [name, amount] of podLevel(pod, list)) all = new Map([...all, [name, amount]]);
  for (const [name, amount] of amountsOf(overhead)) if (list === 'requests' || all.has(name)) all = add(all, new Map([[name, amount]]));
  return all;
}

export const sum = (parts: readonly Amounts[]): Amounts => parts.reduce(add, new Map());

const ofContainer = ({ resources }: Container, list: List): Amounts => amountsOf(resources?.[list]);

/** Resources of the pod itself count instead of its containers'. */
const podLevel = ({ spec }: Pod, list: List): Amounts =>
  amountsOf(((spec as { readonly resources?: JsonObject }).resources?.[list] ?? undefined) as StringMap | undefined);

function amountsOf(list: StringMap | undefined): Amounts {
  const amounts = new Map<string, Quantity>();
  for (const [name, text] of Object.entries(list ?? {})) {
    const quantity = parseQuantity(text);
    if (quantity !== null) amounts.set(name, quantity);
  }
  return amounts;
}

function merged(a: Amounts, b: Amounts, both: (x: Quantity, y: Quantity) => Quantity): Amounts {
  const all = new Map(a);
  for (const [name, amount] of b) {
    const had = all.get(name);
    all.set(name, had === undefined ? amount : both(had, amount));
  }
  return all;
}
const add = (a: Amounts, b: Amounts): Amounts => merged(a, b, addQuantities);
const most = (a: Amounts, b: Amounts): Amounts => merged(a, b, (x, y) => (compareQuantities(x, y) < 0 ? y : x));
