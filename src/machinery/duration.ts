// Ages as kubectl prints them. Models apimachinery pkg/util/duration.
import { assert } from '../base/assert';
const todo = (..._: readonly unknown[]): never => assert(false, 'not yet') as never;
/** `3m10s`; `<invalid>` for times ahead. Of microseconds. */
export const humanDuration = (us: number): string => todo(us);
/** `3m`. Of microseconds. */
export const shortHumanDuration = (us: number): string => todo(us);
/** Go's time.Duration.String: `1m0.5s`. Of microseconds. */
export const goDuration = (us: number): string => todo(us);
/** Go's time.ParseDuration, to microseconds; null if malformed. */
export const parseGoDuration = (text: string): number | null => todo(text);
