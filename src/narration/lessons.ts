// What a recording can teach beside its story: the statements of the architecture and the wrong beliefs, each with
// the first record that shows it.
import type { Trace } from '../trace/trace';
import { binaryOf } from '../wire/names';
import type { TraceRecord } from '../wire/record';
import { STATEMENTS, type Statement } from './architecture';
import { Here } from './here';
import { NOTES, type Note } from './notes';

export interface Lesson {
  /** A1 to A14, or the name of a note. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** What never happens; null for a belief. */
  readonly never: string | null;
  /** A command that would show it; null if something must break first, or for a belief. */
  readonly command: string | null;
  /** The record that shows it: the first after boot, else the first of boot; null if none does. */
  readonly seq: number | null;
}

export interface Lessons {
  readonly architecture: readonly Lesson[];
  readonly beliefs: readonly Lesson[];
}

const fromStatement = ({ id, title, does, never, command }: Statement, seq: number | null): Lesson => ({
  id,
  title,
  text: does,
  never,
  command,
  seq,
});
const fromNote = ({ id, belief, text }: Note, seq: number | null): Lesson => ({
  id,
  title: belief ?? '',
  text,
  never: null,
  command: null,
  seq,
});

export function lessonsOf(trace: Trace): Lessons {
  const beliefs = NOTES.filter(({ belief }) => belief !== null);
  const wanted = new Map<Statement | Note, number | null>([...STATEMENTS, ...beliefs].map((lesson) => [lesson, null]));
  const open = new Set(wanted.keys());
  const look = (record: TraceRecord): void => {
    if (open.size === 0 || binaryOf(record.from) === 'kubeadm') return;
    const here = new Here(record, trace, () => null);
    for (const lesson of open) {
      if (!lesson.matches(here)) continue;
      wanted.set(lesson, record.seq);
      open.delete(lesson);
    }
  };
  for (const record of trace.records) if (!trace.isBoot(record.seq)) look(record);
  for (const record of trace.records) if (trace.isBoot(record.seq)) look(record);
  return {
    architecture: STATEMENTS.map((statement) => fromStatement(statement, wanted.get(statement) ?? null)),
    beliefs: beliefs.map((note) => fromNote(note, wanted.get(note) ?? null)),
  };
}
