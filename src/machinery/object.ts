// Short questions about any Kubernetes object.
import type { JsonObject } from '../base/json';

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

interface Meta {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string | null;
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
}
/** Anything with metadata: a typed object or plain JSON. */
export interface AnyObject {
  readonly metadata?: unknown;
}

const NO_META: Meta = {};
export const metaOf = (object: AnyObject): Meta => (object.metadata as Meta | undefined) ?? NO_META;
/** `namespace/name`, or `name` without a namespace: the keys of caches and queues. */
export const keyOf = (object: AnyObject): string => {
  const { namespace, name } = metaOf(object);
  return namespace ? `${namespace}/${name ?? ''}` : (name ?? '');
};
/** The other way. */
export const splitKey = (key: string): { readonly namespace: string; readonly name: string } => {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
};
/** The owner that manages it, if any. */
export const controllerOf = (object: AnyObject): OwnerReference | null =>
  metaOf(object).ownerReferences?.find((owner) => owner.controller === true) ?? null;
export const isControlledBy = (object: AnyObject, uid: string): boolean => controllerOf(object)?.uid === uid;
export const isDeleting = (object: AnyObject): boolean => Boolean(metaOf(object).deletionTimestamp);
/** `object` with metadata members replaced. */
export const withMeta = <T extends AnyObject>(object: T, change: JsonObject): T => ({
  ...object,
  metadata: { ...metaOf(object), ...change },
});
