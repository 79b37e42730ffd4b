// How one of ../shared/vectors' case files is run against our code. An adapter is thin: it calls only
// functions that components use.
import { type Json, jsonEqual } from '../../base/json';

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

/** What our code makes of a case's input; what is expected is there for what the input leaves open. */
type Answers = { readonly [kind: string]: (input: never, expect: never) => unknown };

/** Of a file whose cases have a kind, an input and what is expected of it: our answer must be the same value. */
export const adapterOf =
  (answers: Answers): Adapter =>
  (file) =>
    (file as { readonly cases: readonly KindCase[] }).cases.map(({ id, kind, input, expect }) => ({
      group: kind,
      id,
      run: () => {
        const answer = answers[kind];
        if (answer === undefined) return 'not supported';
        const got = answer(input as never, expect as never) as Json;
        return jsonEqual(got, expect) ? null : `${JSON.stringify(got)} instead of ${JSON.stringify(expect)}`;
      },
    }));
interface KindCase {
  readonly id: string;
  readonly kind: string;
  readonly input: unknown;
  readonly expect: Json;
}

/** Of a file whose cases stand in groups, each with a judge of its own: null if our code agrees. */
export const judgedBy =
  (judges: { readonly [group: string]: (input: never, expect: never) => string | null }): Adapter =>
  (file) =>
    (file as { readonly cases: readonly GroupCase[] }).cases.map(({ group, id, input, expect }) => ({
      group,
      id,
      run: () => {
        const judge = judges[group];
        return judge === undefined ? 'not supported' : judge(input as never, expect as never);
      },
    }));
interface GroupCase {
  readonly id: string;
  readonly group: string;
  readonly input: unknown;
  readonly expect: unknown;
}
