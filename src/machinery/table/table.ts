// Tables as kube-apiserver prints them for `kubectl get` (Accept: ...;as=Table;v=v1;g=meta.k8s.io).
// Models apiserver pkg/endpoints/handlers/response.go (asTable) and registry/rest/table.go; rows and columns
// are in the other files of this folder.
import type { SimTime } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import type { ResourceInfo } from '../resources';
import { parseTime, rfc3339 } from '../time';
import type { Cell, Printed, Printing } from './cells';
import { columnsOf } from './columns';
import { OTHER_ROWS } from './other-rows';
import { podConditions } from './pod-row';
import { ROWS } from './rows';

export type IncludeObject = 'None' | 'Metadata' | 'Object';
export interface TableOptions {
  /** The server's clock: ages are told by it. */
  readonly now: SimTime;
  /** The list's metadata (resourceVersion, continue, remainingItemCount); absent for one object, which lends its own version. */
  readonly list?: JsonObject | undefined;
  readonly includeObject?: IncludeObject | undefined;
  /** A watch sends the columns with its first event only. */
  readonly withoutColumns?: boolean | undefined;
}

/** The meta.k8s.io/v1 Table of objects of one resource, in the order given (flow schemas: by precedence). */
export function tableFor(info: Pick<ResourceInfo, 'kind'>, objects: readonly JsonObject[], options: TableOptions): JsonObject {
  const printing: Printing = { now: options.now, wide: true };
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.list ?? metadataOf(objects[0]),
    columnDefinitions: options.withoutColumns ? null : columnsOf(info.kind),
    rows: inPrintedOrder(info.kind, objects).map((object) =>
      row(info.kind, object as Printed, printing, options.includeObject ?? 'Metadata'),
    ),
  };
}

function inPrintedOrder(kind: string, objects: readonly JsonObject[]): readonly JsonObject[] {
  if (kind !== 'FlowSchema') return objects;
  const precedence = ({ spec }: JsonObject): number =>
    (spec as { readonly matchingPrecedence?: number } | undefined)?.matchingPrecedence ?? 0;
  return [...objects].sort((a, b) => precedence(a) - precedence(b));
}

const metadataOf = (object: JsonObject | undefined): JsonObject => {
  const resourceVersion = (object as Printed | undefined)?.metadata.resourceVersion;
  return resourceVersion === undefined ? {} : { resourceVersion };
};

function row(kind: string, object: Printed, printing: Printing, include: IncludeObject): JsonObject {
  const conditions = kind === 'Pod' ? podConditions(object) : null;
  return {
    cells: cellsOf(kind, object, printing),
    ...(conditions ? { conditions } : {}),
    object: include === 'None' ? null : include === 'Object' ? object : metadataOnly(object),
  };
}

const metadataOnly = (object: Printed): JsonObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: object.metadata as unknown as JsonObject,
});

/** One object's cells, in the order of `columnsOf(kind)`. */
export function cellsOf(kind: string, object: Printed, printing: Printing): Cell[] {
  const print = ROWS[kind] ?? OTHER_ROWS[kind];
  return print ? print(object, printing) : [object.metadata.name, createdAt(object)];
}

const createdAt = (object: Printed): string => {
  const at = parseTime(object.metadata.creationTimestamp ?? '');
  return at === null ? '' : rfc3339(at);
};
