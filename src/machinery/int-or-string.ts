// Numbers or percentages (`maxSurge`). Models apimachinery pkg/util/intstr.
import { assert } from '../base/assert';
const todo = (..._: readonly unknown[]): never => assert(false, 'not yet') as never;
export type IntOrString = number | string;
/** 25% of `total`, or the number itself; null for a text that is no percentage. */
export const scaledValue = (value: IntOrString, total: number, roundUp: boolean): number | null => todo(value, total, roundUp);
/** The number, and whether it is of percent; null for a text that is no percentage. */
export const valueAndPercent = (value: IntOrString): { readonly value: number; readonly isPercent: boolean } | null => todo(value);
/** A text as kubectl reads it: a number if it is an int32, else the text. */
export const parseIntOrString = (text: string): IntOrString => todo(text);
