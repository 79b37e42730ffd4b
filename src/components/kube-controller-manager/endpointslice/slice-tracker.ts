// Which generation of each slice was written last: a copy that is behind that must not be reconciled.
// Models kubernetes staging/src/k8s.io/endpointslice/util/endpointslice_tracker.go.
import type { EndpointSlice } from '../../../machinery/types';

const DELETION_EXPECTED = -1;

export class SliceTracker {
  /** Service -> uid of slice -> generation. */
  private readonly services = new Map<string, Map<string, number>>();

  /** Whether it is not known, or newer than what was written here. */
  shouldSync(service: string, slice: EndpointSlice): boolean {
    const known = this.services.get(service)?.get(uidOf(slice));
    return known === undefined || generationOf(slice) > known;
  }

  has(service: string, slice: EndpointSlice): boolean {
    return this.services.get(service)?.has(uidOf(slice)) ?? false;
  }

  /** Whether the copy is behind what was written. */
  isStale(service: string, slices: readonly EndpointSlice[]): boolean {
    const written = this.services.get(service);
    if (written === undefined) return false;
    for (const slice of slices) {
      const known = written.get(uidOf(slice));
      if (known !== undefined && (known === DELETION_EXPECTED || known > generationOf(slice))) return true;
    }
    const copied = new Set(slices.map(uidOf));
    return [...written].some(([uid, generation]) => generation !== DELETION_EXPECTED && !copied.has(uid));
  }

  written(service: string, slice: EndpointSlice): void {
    this.set(service, slice, generationOf(slice));
  }
  expectDeletion(service: string, slice: EndpointSlice): void {
    this.set(service, slice, DELETION_EXPECTED);
  }
  /** False if it was not expected to go. */
  deleted(service: string, slice: EndpointSlice): boolean {
    const known = this.services.get(service)?.get(uidOf(slice));
    this.services.get(service)?.delete(uidOf(slice));
    return known === undefined || known === DELETION_EXPECTED;
  }
  forget(service: string): void {
    this.services.delete(service);
  }

  private set(service: string, slice: EndpointSlice, generation: number): void {
    const written = this.services.get(service);
    if (written === undefined) this.services.set(service, new Map([[uidOf(slice), generation]]));
    else written.set(uidOf(slice), generation);
  }
}

const uidOf = ({ metadata: { uid = '' } }: EndpointSlice): string => uid;
const generationOf = ({ metadata: { generation = 0 } }: EndpointSlice): number => generation;
