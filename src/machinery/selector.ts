// Label selectors. Models apimachinery pkg/labels and meta/v1 LabelSelectorAsSelector.
import { assert } from '../base/assert';
import type { Result } from '../base/result';

export type Labels = { readonly [key: string]: string | undefined };
export type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';
export interface Requirement {
  readonly key: string;
  readonly op: Operator;
  readonly values: readonly string[];
}
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}
/** All requirements must hold; `nothing` matches no labels at all. */
export interface Selector {
  readonly nothing: boolean;
  readonly requirements: readonly Requirement[];
}

const todo = (..._: readonly unknown[]): never => assert(false, 'not yet') as never;
export const EVERYTHING: Selector = { nothing: false, requirements: [] };
export const NOTHING: Selector = { nothing: true, requirements: [] };

/** `app=web,tier in (a,b)`; the error is upstream's text. */
export const parseLabelSelector = (text: string): Result<Selector> => todo(text);
export const selectorText = (selector: Selector): string => todo(selector);
export const matchesSelector = (selector: Selector, labels: Labels | undefined): boolean => todo(selector, labels);
/** Of a map of equal labels (Service spec.selector, nodeSelector). */
export const selectorOfMap = (labels: Labels): Selector => todo(labels);
/** Of a LabelSelector object; null or undefined selects nothing, {} everything. Cached per object. */
export const selectorOf = (selector: LabelSelector | null | undefined): Selector => todo(selector);
/** Every member of `wanted` is in `labels`. */
export const containsLabels = (labels: Labels | undefined, wanted: Labels): boolean => todo(labels, wanted);
