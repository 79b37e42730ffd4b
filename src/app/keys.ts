// Which key does what. The same keys wherever the focus is, unless what has the focus needs them itself.

export type Action =
  | 'toggle'
  | 'next'
  | 'previous'
  | 'next-exchange'
  | 'previous-exchange'
  | 'next-chapter'
  | 'previous-chapter'
  | 'home'
  | 'end'
  | 'open'
  | 'terminal'
  | 'mark'
  | 'undo'
  | 'next-match'
  | 'previous-match'
  | 'breakpoints'
  | 'time'
  | 'zoom-in'
  | 'zoom-out'
  | 'zoom-whole'
  | 'story'
  | 'messages'
  | 'wire'
  | 'dark'
  | 'present'
  | 'close'
  | 'shortcuts';

/** What has the focus: nothing in particular, something that Space and Enter press, something that moves by
 *  arrows, a text, or the terminal's line while it is empty. */
export type Focus = 'page' | 'button' | 'arrows' | 'text' | 'empty-line';

const KEYS: { readonly [key: string]: Action } = {
  ' ': 'toggle',
  ArrowRight: 'next',
  PageDown: 'next',
  ArrowLeft: 'previous',
  PageUp: 'previous',
  ']': 'next-chapter',
  '[': 'previous-chapter',
  Home: 'home',
  End: 'end',
  Enter: 'open',
  '/': 'terminal',
  m: 'mark',
  u: 'undo',
  F3: 'next-match',
  n: 'next-match',
  N: 'previous-match',
  f: 'breakpoints',
  t: 'time',
  '+': 'zoom-in',
  '=': 'zoom-in',
  '-': 'zoom-out',
  '0': 'zoom-whole',
  '1': 'story',
  '2': 'messages',
  '3': 'wire',
  '.': 'dark',
  b: 'dark',
  p: 'present',
  P: 'present',
  Escape: 'close',
  '?': 'shortcuts',
};
const OWN: { readonly [focus in Focus]: RegExp } = {
  page: /^$/,
  button: /^( |Enter)$/,
  arrows: /^( |Enter|Arrow\w+|Home|End)$/,
  text: /^(?!Escape$|PageUp$|PageDown$|F3$)/,
  'empty-line': /^([A-Za-z0-9/]|Enter|ArrowUp|ArrowDown)$/,
};

/** Null if the key means nothing here. */
export function actionOf(key: string, shift: boolean, focus: Focus): Action | null {
  if (OWN[focus].test(key)) return null;
  if (shift && key === 'ArrowRight') return 'next-exchange';
  if (shift && key === 'ArrowLeft') return 'previous-exchange';
  if (shift && key === 'F3') return 'previous-match';
  return KEYS[key] ?? null;
}

export function focusOf(target: EventTarget | null): Focus {
  if (!(target instanceof Element)) return 'page';
  if (target.closest('[data-empty-line]') !== null) return 'empty-line';
  if (target.closest('textarea, input:not([type=radio]), [contenteditable]') !== null) return 'text';
  if (target.closest('input, select, [role=tab], [role=separator], [role=option], [data-arrows]') !== null) return 'arrows';
  if (target.closest('button, a, summary') !== null) return 'button';
  return 'page';
}
