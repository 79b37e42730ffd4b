// What is wrong with an object so far, in the words of upstream's field errors and in the order in which they were
// found. Models apimachinery pkg/util/validation/field.ErrorList.
import type { Json } from '../../base/json';
import { sortedBy } from '../../base/order';
import {
  type FieldError,
  fieldDuplicate,
  fieldForbidden,
  fieldInternal,
  fieldInvalid,
  fieldNotFound,
  fieldNotSupported,
  fieldRequired,
  fieldTooLong,
  fieldTooMany,
} from '../status';

export const NOT_NEGATIVE = 'must be greater than or equal to 0';
export const IMMUTABLE = 'field is immutable';

export class Findings {
  readonly errors: FieldError[] = [];

  required(path: string, detail = ''): void {
    this.errors.push(fieldRequired(path, detail));
  }
  /** An absent value is told as null. */
  invalid(path: string, value: Json | undefined, detail: string): void {
    this.errors.push(fieldInvalid(path, value ?? null, detail));
  }
  forbidden(path: string, detail: string): void {
    this.errors.push(fieldForbidden(path, detail));
  }
  duplicate(path: string, value: Json, detail = ''): void {
    this.errors.push({ ...fieldDuplicate(path, value), detail });
  }
  notFound(path: string, value: Json, detail = ''): void {
    this.errors.push({ ...fieldNotFound(path, value), detail });
  }
  /** The supported values in the order in which they are to be told. */
  notSupported(path: string, value: Json | undefined, supported: readonly string[]): void {
    this.errors.push(fieldNotSupported(path, value ?? null, supported));
  }
  tooLong(path: string, maxBytes: number): void {
    this.errors.push(fieldTooLong(path, maxBytes));
  }
  tooMany(path: string, actual: number, max: number): void {
    this.errors.push(fieldTooMany(path, actual, max));
  }
  internal(path: string, detail: string): void {
    this.errors.push(fieldInternal(path, detail));
  }

  // ---- Common checks

  /** Each complaint about one value. */
  complaints(path: string, value: Json, complaints: readonly string[]): void {
    for (const complaint of complaints) this.invalid(path, value, complaint);
  }
  notNegative(path: string, value: number | undefined): void {
    if (value !== undefined && value < 0) this.invalid(path, value, NOT_NEGATIVE);
  }
  oneOf(path: string, value: string | undefined, supported: readonly string[]): void {
    if (value !== undefined && !supported.includes(value)) this.notSupported(path, value, supported);
  }
  /** Like `oneOf`, and it must be said. */
  oneOfRequired(path: string, value: string | undefined, supported: readonly string[]): void {
    if (!value) this.required(path);
    else this.oneOf(path, value, supported);
  }
}

/** As encoding/json prints a map: in the order of its keys. */
export const sortedMap = (map: { readonly [key: string]: Json | undefined } | undefined): Json =>
  map === undefined ? null : Object.fromEntries(sortedBy(Object.entries(map), ([key]) => key));
