// Validation of whole objects, as kube-apiserver's registry strategies do it after defaulting and admission.
// Models pkg/apis/*/validation. Stub: to be filled.
import type { JsonObject } from '../../base/json';
import type { ResourceInfo } from '../resources';
import type { FieldError } from '../status';

/** What is wrong with an object that is to be created, in the order in which Kubernetes tells it. */
export function validateCreate(_info: ResourceInfo, _object: JsonObject): FieldError[] {
  return [];
}

/** What is wrong with `next` as the successor of `old`. */
export function validateUpdate(_info: ResourceInfo, _next: JsonObject, _old: JsonObject): FieldError[] {
  return [];
}
