// Finding what an owner controls without looking at everything: an index by the controller's uid, with the objects
// that nobody controls filed by namespace. Models kubernetes pkg/controller/controller_utils.go (PodControllerIndex).
import { controllerOf } from '../../machinery/object';
import type { KubeObject } from '../../machinery/types';

export const BY_CONTROLLER = 'controller';
export const byControllerUid = (uid: string): string => uid;
export const orphansOf = (namespace: string): string => `orphans/${namespace}`;

/** `namespace/name` of the one that controls it. */
export const ownerKey = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${controllerOf(object)?.name ?? ''}`;

export const controllerIndex = (object: KubeObject): readonly string[] => {
  const owner = controllerOf(object);
  return [owner === null ? orphansOf(object.metadata.namespace ?? '') : byControllerUid(owner.uid)];
};
export const namespaceIndex = (object: KubeObject): readonly string[] => [object.metadata.namespace ?? ''];
