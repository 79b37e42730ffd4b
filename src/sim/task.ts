// A task is a generator. It yields where it waits for the world and is resumed with what it waited for.
import type { Seq } from '../base/brand';

/** Called once with the value waited for; `cause` is the record that brought it, if one did. */
export type Resume<T> = (value: T, cause?: Seq | null) => void;
/** What a task yields: it is called with the way to resume the task. */
export type Wait = (resume: Resume<unknown>) => void;
export type Task<T> = Generator<Wait, T, unknown>;

/** Waits until `subscribe`'s callback is called, and returns what it was called with. */
export function* suspend<T>(subscribe: (resume: Resume<T>) => void): Task<T> {
  return (yield subscribe as Wait) as T;
}
