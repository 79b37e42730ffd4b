// How React reads the engines: hooks for their signals.
import { useRef, useSyncExternalStore } from 'react';
import type { Signal } from './signal';

export const useSignal = <T>(source: Signal<T>): T => useSyncExternalStore(source.subscribe, source.get);

/** A part of a signal's value; renders only when that part differs. */
export function usePart<T, P>(source: Signal<T>, part: (value: T) => P, same: (a: P, b: P) => boolean = Object.is): P {
  const last = useRef<P | undefined>(undefined);
  return useSyncExternalStore(source.subscribe, () => {
    const next = part(source.get());
    if (last.current !== undefined && same(last.current, next)) return last.current;
    last.current = next;
    return next;
  });
}

/** Same JSON: for small parts of facts. */
export const sameJson = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
