// Virtual time as Kubernetes writes it. Virtual 0, the first input, is EPOCH; boot is before it.
import { assert } from '../base/assert';
import type { SimTime } from '../base/brand';

/** Virtual 0 in seconds since 1970: 2026-01-01T00:00:00Z. */
export const EPOCH_SECONDS = 1_767_225_600;

const todo = (..._: readonly unknown[]): never => assert(false, 'not yet') as never;
/** metav1.Time: `2026-01-01T00:00:00Z`, truncated to the second. */
export const rfc3339 = (at: SimTime): string => todo(at);
/** metav1.MicroTime: `2026-01-01T00:00:00.000000Z`. */
export const rfc3339Micro = (at: SimTime): string => todo(at);
/** Either form (any number of fractional digits, Z or an offset) back to virtual microseconds; null if malformed. */
export const parseTime = (text: string): SimTime | null => todo(text);
