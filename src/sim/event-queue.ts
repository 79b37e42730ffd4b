// What is to happen, by time and then by the order in which it was asked for (a binary heap).
import type { SimTime } from '../base/brand';
import type { Context } from './simulation';

export class SimEvent {
  constructor(
    readonly at: SimTime,
    readonly order: number,
    /** Does not keep a run from being at rest: a timer that repeats for ever. */
    readonly idle: boolean,
    readonly context: Context,
    /** Null once it is over or cancelled. */
    public action: (() => void) | null,
    private readonly onCancel: () => void,
  ) {}

  cancel(): void {
    if (this.action === null) return;
    this.action = null;
    if (!this.idle) this.onCancel();
  }
}

const before = (a: SimEvent, b: SimEvent): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

export class EventQueue {
  private readonly heap: SimEvent[] = [];

  /** All events to come, in no particular order. */
  pending(): readonly SimEvent[] {
    return this.heap;
  }

  peek(): SimEvent | undefined {
    return this.heap[0];
  }

  push(event: SimEvent): void {
    const heap = this.heap;
    let i = heap.length;
    heap.push(event);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent] as SimEvent;
      if (!before(event, above)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = event;
  }

  pop(): SimEvent | undefined {
    const heap = this.heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as SimEvent, heap[child] as SimEvent)) child++;
      if (!before(heap[child] as SimEvent, last)) break;
      heap[i] = heap[child] as SimEvent;
      i = child;
    }
    heap[i] = last;
    return top;
  }
}
