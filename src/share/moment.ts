// A moment of a run as text: `schedule.1` is where a chapter begins for the first time, a number is a record.
// It stands in links, and in what an embedding page says.
import { err, ok, type Result } from '../base/result';

export interface ChapterAt {
  /** Lower case. */
  readonly chapter: string;
  readonly occurrence: number;
}
export type At = ChapterAt | { readonly record: number };

const CHAPTERS = ['boot', 'request', 'admit', 'persist', 'notify', 'reconcile', 'schedule', 'run', 'report', 'route', 'loop'];

export const textOfAt = (at: At): string => ('record' in at ? String(at.record) : `${at.chapter.toLowerCase()}.${at.occurrence}`);

export function chapterOf(text: string): Result<ChapterAt, 'bad-moment'> {
  const [, chapter, occurrence] = /^([a-z]{1,16})\.([1-9]\d{0,6})$/.exec(text) ?? [];
  if (chapter === undefined || !CHAPTERS.includes(chapter)) return err('bad-moment');
  return ok({ chapter, occurrence: Number(occurrence) });
}

export const atOf = (text: string): Result<At, 'bad-moment'> => (/^\d{1,9}$/.test(text) ? ok({ record: Number(text) }) : chapterOf(text));
