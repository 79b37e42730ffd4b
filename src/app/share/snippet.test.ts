import { expect, test } from 'vitest';
import { snippetOf } from './snippet';

test('nothing of a title or a link becomes markup of the page that embeds', () => {
  const snippet = snippetOf({ page: 'https://watchloop.example/', hash: '#/scale?at=run.1&level=wire', title: '"><script>\'' });
  expect(snippet).toContain('src="https://watchloop.example/?embed#/scale?at=run.1&amp;level=wire"');
  expect(snippet).toContain('title="&quot;&gt;&lt;script&gt;&#39;"');
});
