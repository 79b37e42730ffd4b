// What lies over the page: the list of keys and the link for others, fetched when asked for, and the dark screen of a presentation.
import { later } from '../later';
import { en } from '../text/en';
import { show, useUi } from '../ui';
import style from './overlays.module.css';

const ShortcutList = later(() => import('./shortcuts'));
const ShareDialog = later(() => import('../share/dialog'));

export function Shortcuts() {
  const open = useUi((ui) => ui.shortcuts);
  return open ? <ShortcutList /> : null;
}

export function Sharing() {
  const open = useUi((ui) => ui.sharing);
  return open ? <ShareDialog /> : null;
}

/** A presenter's remote can turn the room's eyes away from the screen. */
export function DarkScreen() {
  const dark = useUi((ui) => ui.dark);
  if (!dark) return null;
  return (
    <button type="button" className={style.dark} onClick={() => show({ dark: false })}>
      {en.view.darkHint}
    </button>
  );
}
