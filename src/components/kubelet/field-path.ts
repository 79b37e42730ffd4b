// Fields of a pod and resources of its containers, as text, for environments and files.
// Models kubernetes pkg/fieldpath and pkg/api/v1/resource (ExtractContainerResourceValue).

import { sortedBy } from '../../base/order';
import { err, ok, type Result } from '../../base/result';
import { parseQuantity, quantityMilli, quantityValue } from '../../machinery/quantity';
import type { Container, Pod, StringMap } from '../../machinery/types';
import { allContainersOf } from './containers-of';

/** `metadata.labels`, `metadata.annotations['key']`, `spec.nodeName`, ... */
export function podField(pod: Pod, path: string): Result<string> {
  const { metadata, spec, status } = pod;
  const subscript = /^(metadata\.(?:labels|annotations))\['(.*)'\]$/.exec(path);
  if (subscript) return ok((subscript[1] === 'metadata.labels' ? metadata.labels : metadata.annotations)?.[subscript[2] ?? ''] ?? '');
  switch (path) {
    case 'metadata.name':
      return ok(metadata.name);
    case 'metadata.namespace':
      return ok(metadata.namespace ?? '');
    case 'metadata.uid':
      return ok(metadata.uid ?? '');
    case 'metadata.labels':
      return ok(mapText(metadata.labels ?? {}));
    case 'metadata.annotations':
      return ok(mapText(metadata.annotations ?? {}));
    case 'spec.nodeName':
      return ok(spec.nodeName ?? '');
    case 'spec.serviceAccountName':
      return ok(spec.serviceAccountName ?? '');
    case 'status.hostIP':
      return ok(status?.hostIP ?? '');
    case 'status.podIP':
      return ok(status?.podIP ?? '');
    default:
      return err(`unsupported fieldPath: ${path}`);
  }
}

/** One line per entry, sorted by key. */
const mapText = (map: StringMap): string =>
  sortedBy(Object.entries(map), ([key]) => key)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');

interface ResourceFieldRef {
  readonly resource: string;
  readonly containerName?: string;
  readonly divisor?: string;
}

/** In units of the divisor, rounded up. A limit that is not set is what the node can give. */
export function containerResource(pod: Pod, own: Container, ref: ResourceFieldRef, allocatable: StringMap): string {
  const container = allContainersOf(pod.spec).find(({ name }) => name === ref.containerName) ?? own;
  const [list = 'limits', resource = ''] = ref.resource.split('.');
  const { requests = {}, limits = {} } = container.resources ?? {};
  const text = list === 'requests' ? (requests[resource] ?? '0') : (limits[resource] ?? allocatable[resource] ?? '0');
  const divisor = ref.divisor === undefined || (parseQuantity(ref.divisor)?.nanos ?? 0n) === 0n ? '1' : ref.divisor;
  return resource === 'cpu'
    ? String(Math.ceil(quantityMilli(text) / quantityMilli(divisor)))
    : String(Math.ceil(quantityValue(text) / quantityValue(divisor)));
}
