// Every resource that Kubernetes 1.36 serves, and the paths and etcd keys made from it. The data is in
// resource-table.ts. Models discovery, RequestInfo (apiserver pkg/endpoints/request) and the key prefixes
// of pkg/kubeapiserver/default_storage_factory_builder.go.
import { assert } from '../base/assert';

export interface ResourceInfo {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources: readonly SubresourceInfo[];
  /** `/registry/deployments/`, `/registry/minions/`; empty for what is never stored (reviews). */
  readonly etcdPrefix: string;
}

export interface SubresourceInfo {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

export interface RequestPath {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly subresource: string | null;
  /** What follows the subresource (`proxy/PATH`), without its leading slash; else ''. */
  readonly rest: string;
  readonly query: { readonly [name: string]: string };
}

export const RESOURCES: readonly ResourceInfo[] = [];

/** By group and plural name; without a version, the group's preferred one. */
export const findResource = (_group: string, _version: string | null, _resource: string): ResourceInfo | null => null;

/** By `apps/v1` and `Deployment`. */
export const findKind = (_apiVersion: string, _kind: string): ResourceInfo | null => null;

/** By any name a person may type: `po`, `pod`, `pods`, `deployments.apps`, `deployments.v1.apps`. */
export const resolveName = (_name: string): ResourceInfo | null => null;

/** `v1`, `apps/v1`. */
export const groupVersion = (info: { readonly group: string; readonly version: string }): string =>
  info.group === '' ? info.version : `${info.group}/${info.version}`;

/** `pods`, `deployments.apps`: Go's GroupResource.String. */
export const groupResource = (info: { readonly group: string; readonly resource: string }): string =>
  info.group === '' ? info.resource : `${info.resource}.${info.group}`;

/** A resource path, decoded; null for any other (`/healthz`, `/api`). Paths of unknown resources are parsed too. */
export function parsePath(_path: string): RequestPath | null {
  assert(false, 'not yet');
}

/** `/apis/apps/v1/namespaces/default/deployments/test/status`, percent-encoded; null namespace means all or none. */
export function resourcePath(_info: ResourceInfo, _namespace: string | null, _name?: string | null, _subresource?: string | null): string {
  assert(false, 'not yet');
}

/** The etcd key of an object; with a null name the prefix of its list (of one namespace, or of all). */
export function storageKey(_info: ResourceInfo, _namespace: string | null, _name: string | null): string {
  assert(false, 'not yet');
}
