// Hears the keys of the whole page and does what they mean.
import { LEVELS } from '../worker/protocol';
import type { Desk } from './desk';
import { type Action, actionOf, focusOf } from './keys';
import { zoomTimeline } from './timeline/zoom-page';
import { toMatch } from './to-match';
import { closeTopmost, openMessage, show, useUi } from './ui';

export const TERMINAL_INPUT = 'terminal-input';

/** Returns a way to stop listening. */
export function listenToKeys(desk: Desk): () => void {
  function onKeyDown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector('dialog[open], :popover-open') !== null) return;
    const { dark } = useUi.getState();
    const action = dark ? 'close' : actionOf(event.key, event.shiftKey, focusOf(event.target));
    if (action !== null && act(action, desk)) event.preventDefault();
  }
  addEventListener('keydown', onKeyDown);
  return () => removeEventListener('keydown', onKeyDown);
}

/** False if there was nothing to do. */
function act(action: Action, desk: Desk): boolean {
  const { session, line, marks, branches } = desk;
  const { player } = session;
  switch (action) {
    case 'toggle':
      if (session.inputs.get().length === 0) line.submit();
      else player.toggle();
      return true;
    case 'next':
      player.next(useUi.getState().stepBy);
      return true;
    case 'previous':
      player.previous(useUi.getState().stepBy);
      return true;
    case 'next-exchange':
      player.next('exchange');
      return true;
    case 'previous-exchange':
      player.previous('exchange');
      return true;
    case 'next-chapter':
      player.next('chapter');
      return true;
    case 'previous-chapter':
      player.previous('chapter');
      return true;
    case 'home':
      player.home();
      return true;
    case 'end':
      player.end();
      return true;
    case 'open':
      if (player.cursor.get().seq < 0) return false;
      openMessage();
      return true;
    case 'mark':
      marks.toggle(player.cursor.get().seq);
      return true;
    case 'undo':
      return branches.back();
    case 'next-match':
    case 'previous-match':
      if (!toMatch(desk, action === 'next-match' ? 1 : -1) && useUi.getState().breakpoints === '') show({ finder: 'breakpoints' });
      return true;
    case 'breakpoints':
    case 'time':
      show({ finder: action });
      return true;
    case 'zoom-in':
    case 'zoom-out':
      zoomTimeline(session, action === 'zoom-in' ? 2 : 0.5);
      return true;
    case 'zoom-whole':
      show({ span: null });
      return true;
    case 'terminal':
      show({ sheet: 'terminal' });
      requestAnimationFrame(() => document.getElementById(TERMINAL_INPUT)?.focus());
      return true;
    case 'story':
    case 'messages':
    case 'wire':
      session.setLevel(LEVELS[LEVELS.indexOf(action)] ?? 'story');
      return true;
    case 'dark':
      show({ dark: true });
      return true;
    case 'present':
      show({ presenting: !useUi.getState().presenting, panel: null });
      return true;
    case 'shortcuts':
      show({ shortcuts: true });
      return true;
    case 'close':
      return closeTopmost();
  }
}
