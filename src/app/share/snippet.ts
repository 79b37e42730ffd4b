// What a page that embeds ours contains: docs/EMBEDDING.md.

export interface Embedded {
  /** The page's address without query and hash. */
  readonly page: string;
  /** A link's hash. */
  readonly hash: string;
  readonly title: string;
}

const ESCAPES: { readonly [letter: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => ESCAPES[letter] ?? letter);

export const snippetOf = ({ page, hash, title }: Embedded): string =>
  `<iframe src="${escaped(`${page}?embed${hash}`)}" title="${escaped(title)}" width="960" height="600" style="border:0" loading="lazy" allow="fullscreen"></iframe>`;
