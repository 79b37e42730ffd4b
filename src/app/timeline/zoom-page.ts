// Zooms the timeline about the cursor.
import type { Session } from '../session';
import { show, useUi } from '../ui';
import { spanIn, zoomed } from './zoom';

export function zoomTimeline(session: Session, by: number): void {
  const list = session.list();
  const { span } = useUi.getState();
  const { first, count } = spanIn(span, list.length);
  const here = Math.max(0, list.placeOf(session.player.cursor.get().seq));
  const about = here >= first && here < first + count ? here : first + count / 2;
  show({ span: zoomed(span, list.length, by, about) });
}
