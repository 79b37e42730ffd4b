// Numbers and strings that must not be mixed up carry a brand that exists only for the compiler.

declare const brand: unique symbol;
export type Brand<T, B extends string> = T & { readonly [brand]: B };

/** Virtual time in integer microseconds. Negative during boot: time 0 is the first input. */
export type SimTime = Brand<number, 'SimTime'>;
/** The number of a record in the trace, from 0, without gaps. A message's id is its record's. */
export type Seq = Brand<number, 'Seq'>;

export const simTime = (us: number): SimTime => us as SimTime;
export const seqOf = (n: number): Seq => n as Seq;

export const MS = 1_000;
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
