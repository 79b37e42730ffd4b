// How one of ../shared/vectors' case files is run against our code. An adapter is thin: it calls only
// functions that components use.

export interface VectorCase {
  readonly group: string;
  readonly id: string;
  /** Null if our code agrees, else what it said instead. May throw, which counts as not agreeing. */
  run(): string | null;
}

/** From a file's parsed JSON to its cases. One adapter per file, in `vectors/FILE-STEM.ts`. A case of
 *  a group that we do not support is given with a `run` that says so: it counts as failed. */
export type Adapter = (file: unknown, sibling: Sibling) => readonly VectorCase[];

/** Another file beside it, parsed; null if there is none. */
export type Sibling = (name: string) => unknown;
