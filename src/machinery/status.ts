// The bodies of refusals, and the field errors inside them, with the texts of apimachinery
// pkg/api/errors and pkg/util/validation/field.
import { assert } from '../base/assert';
import type { Json } from '../base/json';

export type StatusCause = { readonly reason?: string; readonly message?: string; readonly field?: string };
export type StatusDetails = {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
};
export type Status = {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly remainingItemCount?: number };
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
};

export type FieldErrorType =
  | 'FieldValueNotFound' | 'FieldValueRequired' | 'FieldValueDuplicate' | 'FieldValueInvalid' | 'FieldValueNotSupported'
  | 'FieldValueForbidden' | 'FieldValueTooLong' | 'FieldValueTooMany' | 'InternalError' | 'FieldValueTypeInvalid';
/** `value` is shown as JSON where the type shows a value. */
export interface FieldError {
  readonly type: FieldErrorType;
  readonly field: string;
  readonly value?: Json;
  readonly detail: string;
}

export const fieldRequired = (field: string, detail: string): FieldError => ({ type: 'FieldValueRequired', field, detail });
export const fieldInvalid = (field: string, value: Json, detail: string): FieldError => ({ type: 'FieldValueInvalid', field, value, detail });
export const fieldForbidden = (field: string, detail: string): FieldError => ({ type: 'FieldValueForbidden', field, detail });
export const fieldDuplicate = (field: string, value: Json): FieldError => ({ type: 'FieldValueDuplicate', field, value, detail: '' });
export const fieldNotFound = (field: string, value: Json): FieldError => ({ type: 'FieldValueNotFound', field, value, detail: '' });
export const fieldTypeInvalid = (field: string, value: Json, detail: string): FieldError => ({ type: 'FieldValueTypeInvalid', field, value, detail });
export const fieldInternal = (field: string, detail: string): FieldError => ({ type: 'InternalError', field, detail });
/** `Unsupported value: "x": supported values: "A", "B"` (values in byte order). */
export function fieldNotSupported(_field: string, _value: Json, _supported: readonly string[]): FieldError {
  assert(false, 'not yet');
}
/** `Too long: may not be more than N bytes`. */
export function fieldTooLong(_field: string, _value: Json, _maxLength: number): FieldError {
  assert(false, 'not yet');
}
/** `Too many: N: must have at most M items`. */
export function fieldTooMany(_field: string, _actual: number, _max: number): FieldError {
  assert(false, 'not yet');
}
/** `Invalid value: "v": detail`, without the field. */
export function fieldErrorBody(_error: FieldError): string {
  assert(false, 'not yet');
}
/** `spec.x: Invalid value: "v": detail`. */
export const fieldErrorText = (error: FieldError): string => `${error.field}: ${fieldErrorBody(error)}`;

export interface Target {
  readonly group: string;
  readonly resource: string;
}
const todo = (..._: readonly unknown[]): never => assert(false, 'not yet') as never;

export const notFound = (target: Target, name: string): Status => todo(target, name);
export const alreadyExists = (target: Target, name: string): Status => todo(target, name);
export const conflict = (target: Target, name: string, message: string): Status => todo(target, name, message);
/** The text of a failed comparison of resourceVersion. */
export const OPTIMISTIC_LOCK = 'the object has been modified; please apply your changes to the latest version and try again';
export const forbidden = (target: Target, name: string, message: string): Status => todo(target, name, message);
export const invalid = (group: string, kind: string, name: string, errors: readonly FieldError[]): Status => todo(group, kind, name, errors);
export const badRequest = (message: string): Status => todo(message);
export const unauthorized = (): Status => todo();
export const methodNotSupported = (target: Target, action: string): Status => todo(target, action);
export const gone = (message: string): Status => todo(message);
export const expired = (message: string): Status => todo(message);
export const tooManyRequests = (message: string, retryAfterSeconds: number): Status => todo(message, retryAfterSeconds);
export const serverTimeout = (target: Target, operation: string, retryAfterSeconds: number): Status => todo(target, operation, retryAfterSeconds);
export const timeout = (message: string, retryAfterSeconds: number): Status => todo(message, retryAfterSeconds);
export const internalError = (message: string): Status => todo(message);
export const requestEntityTooLarge = (message: string): Status => todo(message);
export const unsupportedMediaType = (message: string): Status => todo(message);
export const notAcceptable = (message: string): Status => todo(message);
/** A path that no handler serves: `the server could not find the requested resource`. */
export const genericNotFound = (): Status => todo();
/** What DELETE answers when the object is gone at once. */
export const success = (details: StatusDetails): Status => todo(details);
