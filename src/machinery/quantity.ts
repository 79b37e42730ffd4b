// Quantities of resources (`100m`, `1.5Gi`): exact decimals with a unit family. Models apimachinery
// pkg/api/resource.
import { assert } from '../base/assert';

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';
/** `nanos` is exact: upstream rounds up to nano as well. */
export interface Quantity {
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

const todo = (..._: readonly unknown[]): never => assert(false, 'not yet') as never;

/** Null if `text` is no quantity. Cached by text. */
export const parseQuantity = (text: string): Quantity | null => todo(text);
/** The text of the apiserver for a bad quantity. */
export const QUANTITY_ERROR = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
/** Canonical text. */
export const quantityText = (quantity: Quantity): string => todo(quantity);
/** `1024Mi` -> `1Gi`; a text that is no quantity stays as it is. Cached. */
export const canonicalQuantity = (text: string): string => todo(text);
/** Negative, zero, positive. */
export const compareQuantities = (a: Quantity, b: Quantity): number => todo(a, b);
export const addQuantities = (a: Quantity, b: Quantity): Quantity => todo(a, b);
export const subQuantities = (a: Quantity, b: Quantity): Quantity => todo(a, b);
/** Rounded up to whole units, for memory, pods and the like; 0 for an absent or bad text. Cached by text. */
export const quantityValue = (text: string | number | undefined): number => todo(text);
/** Rounded up to thousandths, for cpu; 0 for an absent or bad text. Cached by text. */
export const quantityMilli = (text: string | number | undefined): number => todo(text);
/** `123`, `BinarySI` -> its canonical text: what Go's NewQuantity(...).String() prints. */
export const quantityOf = (value: number, format: QuantityFormat): string => todo(value, format);
/** As `quantityOf`, of thousandths. */
export const milliQuantityOf = (milli: number, format?: QuantityFormat): string => todo(milli, format);
