// What the page shows besides the recording, as a link tells it: the view, the panel, the component that is selected.
import { isPlace, isView, type Sight } from '../share/sight';
import type { Sights } from './address';
import { lookInside, type Panel, show, useUi } from './ui';

const isPanel = (open: string): open is Panel => open === 'story' || open === 'message';

function get(): Sight {
  const { view, panel, inside, selected } = useUi.getState();
  const open = panel === 'inside' ? inside : panel;
  return {
    ...(view !== 'stage' && isView(view) && { view }),
    ...(open !== null && isPlace(open) && { open }),
    ...(selected !== null && isPlace(selected) && { select: selected }),
  };
}

/** What a link does not name stays as it is, but for what was selected. */
function put({ view, open, select }: Sight): void {
  if (view !== undefined) show({ view });
  if (open !== undefined && isPanel(open)) show({ panel: open, sheet: open });
  else if (open !== undefined) lookInside(open);
  show({ selected: select ?? null });
}

export const pageSights: Sights = {
  get,
  show: put,
  subscribe: (hear) =>
    useUi.subscribe((ui, before) => {
      if (ui.view !== before.view || ui.panel !== before.panel || ui.inside !== before.inside || ui.selected !== before.selected) hear();
    }),
};
