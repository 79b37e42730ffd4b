// The transcript as chapters of lines, and as Markdown.
import type { Step } from '../../worker/protocol';
import { timeText } from '../text/duration';

export type Told = Step & { readonly atUs: number };
export interface Chapter {
  readonly name: string;
  readonly lines: readonly Told[];
}

/** One chapter for each run of lines in the same one. */
export function chaptersOf(lines: readonly Told[]): readonly Chapter[] {
  const chapters: { name: string; lines: Told[] }[] = [];
  for (const line of lines) {
    const last = chapters[chapters.length - 1];
    if (last?.name === line.chapter) last.lines.push(line);
    else chapters.push({ name: line.chapter, lines: [line] });
  }
  return chapters;
}

/** Sentences hold names that people chose: nothing in them is markup. */
const escaped = (text: string): string => text.replace(/[\\*_[\]<>#|]/g, '\\$&');

export function markdownOf(title: string, lines: readonly Told[]): string {
  const chapters = chaptersOf(lines).map(
    ({ name, lines: told }) =>
      `## ${name}\n\n${told.map(({ atUs, sentence }) => `- ${timeText(atUs)}: ${escaped(sentence)}`).join('\n')}\n`,
  );
  return [`# ${escaped(title)}\n`, ...chapters].join('\n');
}
