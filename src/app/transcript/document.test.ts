import { expect, test } from 'vitest';
import { chaptersOf, markdownOf, type Told } from './document';

const line = (chapter: string, sentence: string, seq = 1): Told => ({ seq, chapter, occurrence: 1, told: null, sentence, atUs: 4_160 });

test('lines of one chapter that follow one another stand together', () => {
  const chapters = chaptersOf([line('Request', 'a'), line('Request', 'b'), line('Persist', 'c'), line('Request', 'd')]);
  expect(chapters.map(({ name, lines }) => [name, lines.length])).toEqual([
    ['Request', 2],
    ['Persist', 1],
    ['Request', 1],
  ]);
  expect(chaptersOf([])).toEqual([]);
});

test('as Markdown names are text, never markup', () => {
  expect(markdownOf('kubectl run <b>', [line('Request', 'You -> kubectl: typed *it*, [x](y).')])).toBe(
    '# kubectl run \\<b\\>\n\n## Request\n\n- 4.16 ms: You -\\> kubectl: typed \\*it\\*, \\[x\\](y).\n',
  );
});
