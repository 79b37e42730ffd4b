// Field selectors (`status.phase=Running,spec.nodeName!=`). Models apimachinery pkg/fields.
import { assert } from '../base/assert';
import type { Result } from '../base/result';

export interface FieldRequirement {
  readonly field: string;
  readonly op: '=' | '!=';
  readonly value: string;
}
export type FieldSelector = readonly FieldRequirement[];

const todo = (..._: readonly unknown[]): never => assert(false, 'not yet') as never;
export const parseFieldSelector = (text: string): Result<FieldSelector> => todo(text);
export const fieldSelectorText = (selector: FieldSelector): string => todo(selector);
/** `get` gives a field's value, '' if absent. */
export const matchesFields = (selector: FieldSelector, get: (field: string) => string): boolean => todo(selector, get);
export const escapeFieldValue = (value: string): string => todo(value);
