// Hears the keys of the whole page and does what they mean.
import type { Desk } from './desk';
import { type Action, actionOf, focusOf } from './keys';
import { usePreferences } from './preferences';
import { zoomTimeline } from './timeline/zoom-page';
import { toMatch } from './to-match';
import { closeTopmost, openFinder, openMessage, show, useUi } from './ui';

export const TERMINAL_INPUT = 'terminal-input';

/** Returns a way to stop listening. */
export function listenToKeys(desk: Desk): () => void {
  function onKeyDown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector('dialog[open], :popover-open') !== null) return;
    const { dark } = useUi.getState();
    const action = dark ? 'close' : actionOf(event.key, event.shiftKey, focusOf(event.target));
    if (action !== null && DOES[action](desk) !== false) event.preventDefault();
  }
  addEventListener('keydown', onKeyDown);
  return () => removeEventListener('keydown', onKeyDown);
}

const step = ({ session }: Desk, direction: 'next' | 'previous'): void => session.player[direction](usePreferences.getState().stepBy);
const match = (desk: Desk, direction: 1 | -1): void => {
  if (!toMatch(desk, direction) && useUi.getState().breakpoints === '') openFinder('breakpoints');
};

/** False if there was nothing to do. */
const DOES: { readonly [action in Action]: (desk: Desk) => unknown } = {
  toggle({ session, line }) {
    if (session.inputs.get().length === 0) line.submit();
    else session.player.toggle();
  },
  next: (desk) => step(desk, 'next'),
  previous: (desk) => step(desk, 'previous'),
  'next-exchange': ({ session }) => session.player.next('exchange'),
  'previous-exchange': ({ session }) => session.player.previous('exchange'),
  'next-chapter': ({ session }) => session.player.next('chapter'),
  'previous-chapter': ({ session }) => session.player.previous('chapter'),
  home: ({ session }) => session.player.home(),
  end: ({ session }) => session.player.end(),
  open({ session }) {
    if (session.player.cursor.get().seq < 0) return false;
    openMessage();
  },
  mark: ({ session, marks }) => marks.toggle(session.player.cursor.get().seq),
  undo: ({ branches }) => branches.back(),
  'next-match': (desk) => match(desk, 1),
  'previous-match': (desk) => match(desk, -1),
  breakpoints: () => openFinder('breakpoints'),
  time: () => openFinder('time'),
  'zoom-in': ({ session }) => zoomTimeline(session, 2),
  'zoom-out': ({ session }) => zoomTimeline(session, 0.5),
  'zoom-whole': () => show({ span: null }),
  terminal: toTerminal,
  story: ({ session }) => session.setLevel('story'),
  messages: ({ session }) => session.setLevel('messages'),
  wire: ({ session }) => session.setLevel('wire'),
  dark: () => show({ dark: true }),
  present: () => show({ presenting: !useUi.getState().presenting, panel: null }),
  shortcuts: () => show({ shortcuts: true }),
  close: closeTopmost,
};

/** Where commands are typed, opened where it was closed. */
export function toTerminal(): void {
  show({ sheet: 'terminal' });
  requestAnimationFrame(() => document.getElementById(TERMINAL_INPUT)?.focus());
}
