// Tables as kube-apiserver prints them for `kubectl get` (Accept: ...;as=Table;v=v1;g=meta.k8s.io).
// Models pkg/printers/internalversion and apiserver's handlers/response.go (asTable).
import type { SimTime } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import type { ResourceInfo } from '../resources';

export type IncludeObject = 'None' | 'Metadata' | 'Object';
export interface TableOptions {
  /** The server's clock: ages are told by it. */
  readonly now: SimTime;
  /** The list's own metadata (resourceVersion, continue, remainingItemCount), or the one object's. */
  readonly metadata?: JsonObject;
  readonly includeObject?: IncludeObject;
  /** Watches send the columns with their first event only. */
  readonly withoutHeaders?: boolean;
}

/** The meta.k8s.io/v1 Table of objects of one resource, in the order given. */
export function tableFor(_info: ResourceInfo, _objects: readonly JsonObject[], options: TableOptions): JsonObject {
  return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: options.metadata ?? {}, columnDefinitions: [], rows: [] };
}
