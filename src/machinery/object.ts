// Short questions about any Kubernetes object.
import type { OwnerReference } from './types';

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
/** The other way. */
export const splitKey = (key: string): { readonly namespace: string; readonly name: string } => {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
};
/** The owner that manages it, if any. */
export const controllerOf = (object: AnyObject): OwnerReference | null =>
  metaOf(object).ownerReferences?.find((owner) => owner.controller === true) ?? null;
export const isControlledBy = (object: AnyObject, uid: string): boolean => controllerOf(object)?.uid === uid;
