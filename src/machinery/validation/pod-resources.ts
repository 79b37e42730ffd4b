// Resources of a pod as a whole against those of its containers. Models core validation's validatePodResources and
// validatePodResourceConsistency.
import { isObject, type JsonObject } from '../../base/json';
import { addQuantities, compareQuantities, parseQuantity, type Quantity, quantityText } from '../quantity';
import type { Container, PodSpec, StringMap } from '../types';
import type { Findings } from './findings';
import { compareTexts, podResourceName, type ResourceRequirements, validateResourceRequirements } from './resources';

export function validatePodResources(
  found: Findings,
  path: string,
  spec: PodSpec,
  resources: JsonObject,
  claimNames: readonly string[],
): void {
  const { os } = spec as unknown as JsonObject;
  if (isObject(os) && os.name === 'windows') return found.forbidden(path, 'may not be set for a windows pod');
  if (resources.claims !== undefined) found.forbidden(`${path}.claims`, 'claims may not be set for Resources at pod-level');
  const { requests = {}, limits = {} } = resources as ResourceRequirements;
  validateResourceRequirements(found, path, { requests, limits }, podResourceName, claimNames);
  aggregate(found, `${path}.requests`, requests, total(spec, 'requests'), 'requests', () => true);
  aggregate(found, `${path}.limits`, limits, total(spec, 'limits'), 'limits', (name) => name.startsWith('hugepages-'));
  spec.containers?.forEach((container, i) => {
    for (const [name, limit] of Object.entries(container.resources?.limits ?? {})) {
      const podLimit = limits[name];
      if (podLimit !== undefined && compareTexts(limit, podLimit) > 0)
        found.invalid(`${path}.containers[${i}][${name}].limits`, limit, `must be less than or equal to pod limits of ${podLimit}`);
    }
  });
}

function aggregate(
  found: Findings,
  path: string,
  own: StringMap,
  totals: ReadonlyMap<string, Quantity>,
  what: string,
  counts: (name: string) => boolean,
): void {
  for (const [name, sum] of totals) {
    const value = own[name];
    const quantity = value === undefined ? null : parseQuantity(value);
    if (value === undefined || quantity === null || !counts(name) || compareQuantities(sum, quantity) <= 0) continue;
    found.invalid(`${path}[${name}]`, value, `must be greater than or equal to aggregate container ${what} of ${quantityText(sum)}`);
  }
}

/** The sum of the containers' and restartable init containers', or the largest init container's if that is more. */
function total(spec: PodSpec, what: 'requests' | 'limits'): Map<string, Quantity> {
  const sums = new Map<string, Quantity>();
  const asked = ({ resources }: Container): [string, Quantity][] =>
    Object.entries(resources?.[what] ?? {}).flatMap(([name, text]) => {
      const quantity = parseQuantity(text);
      return quantity === null ? [] : [[name, quantity] as [string, Quantity]];
    });
  const inits = spec.initContainers ?? [];
  for (const container of [...(spec.containers ?? []), ...inits.filter(({ restartPolicy }) => restartPolicy === 'Always')])
    for (const [name, quantity] of asked(container)) {
      const sum = sums.get(name);
      sums.set(name, sum === undefined ? quantity : addQuantities(sum, quantity));
    }
  for (const container of inits)
    for (const [name, quantity] of asked(container)) {
      const sum = sums.get(name);
      if (sum === undefined || compareQuantities(quantity, sum) > 0) sums.set(name, quantity);
    }
  return sums;
}
