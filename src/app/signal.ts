// A value that can be watched. Engines keep their state in signals; React reads them with useSignal.

export interface Signal<T> {
  get(): T;
  /** Calls back after each change; returns a way to stop. */
  subscribe(hear: () => void): () => void;
}
export interface Source<T> extends Signal<T> {
  set(value: T): void;
}

export function signal<T>(initial: T): Source<T> {
  let value = initial;
  const ears = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const hear of [...ears]) hear();
    },
    subscribe(hear) {
      ears.add(hear);
      return () => ears.delete(hear);
    },
  };
}
